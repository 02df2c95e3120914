/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure.properties;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

import dev.holdfast.kafka.autoconfigure.properties.PropertyNames.Heading;
import dev.holdfast.kafka.autoconfigure.properties.PropertyNames.Known;
import dev.holdfast.kafka.autoconfigure.properties.PropertyNames.Meaning;
import dev.holdfast.kafka.autoconfigure.properties.PropertyNames.Unknown;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.IterableConfigurationPropertySource;
import org.springframework.core.env.SystemEnvironmentPropertySource;
import org.springframework.util.ObjectUtils;

/**
 * The properties below the prefix, each once and under its one name, whatever the
 * spelling and the source. The first source wins. A name that is no property is a
 * mistake.
 */
public final class DeclaredProperties implements IterableConfigurationPropertySource {

	private final PropertyNames names;

	private final List<PropertyMistake> mistakes;

	private final Map<ConfigurationPropertyName, ConfigurationProperty> properties = new LinkedHashMap<>();

	private final Map<ConfigurationPropertyName, ConfigurationPropertySource> lists = new HashMap<>();

	private final Set<String> beside = new TreeSet<>();

	DeclaredProperties(PropertyNames names, List<PropertyMistake> mistakes) {
		this.names = names;
		this.mistakes = mistakes;
	}

	/**
	 * Adds what a source declares, unless a source added before declares it.
	 * @param source the source
	 */
	void add(ConfigurationPropertySource source) {
		if (source instanceof IterableConfigurationPropertySource iterable) {
			boolean environment = source.getUnderlyingSource() instanceof SystemEnvironmentPropertySource;
			iterable.stream()
				.filter(names::isBelowPrefix)
				.distinct()
				.sorted()
				.forEach((name) -> add(source, name, names.resolve(name, environment)));
			iterable.stream()
				.filter(names::isBesidePrefix)
				.distinct()
				.sorted()
				.forEach((name) -> addBeside(source, name, names.meant(name, environment)));
		}
		else if (names.mayStandIn(source)) {
			names.enumerate().forEach((known) -> add(source, known.name(), known));
		}
	}

	private void add(ConfigurationPropertySource source, ConfigurationPropertyName name, Meaning meaning) {
		ConfigurationProperty property = source.getConfigurationProperty(name);
		if (property == null) {
			return;
		}
		if (meaning instanceof Known known) {
			add(source, known.name(), property);
		}
		else if (meaning instanceof Unknown unknown) {
			add(property, unknown.problem(), unknown.allowed());
		}
		else if (meaning instanceof Heading heading && !ObjectUtils.isEmpty(property.getValue())) {
			add(property, "has no value of its own", heading.allowed());
		}
	}

	/**
	 * Whoever sets {@code holdfast.enabled} means us. Other names may be those of others.
	 */
	private void addBeside(ConfigurationPropertySource source, ConfigurationPropertyName name,
			@Nullable ConfigurationPropertyName meant) {
		ConfigurationProperty property = source.getConfigurationProperty(name);
		if (property == null || ObjectUtils.isEmpty(property.getValue())) {
			return;
		}
		if (meant != null) {
			add(property, "unknown property, did you mean '%s'?".formatted(display(meant)),
					"'%s' is followed by kafka".formatted(name.chop(1)));
		}
		else {
			beside.add(display(name));
		}
	}

	private void add(ConfigurationPropertySource source, ConfigurationPropertyName name,
			ConfigurationProperty property) {
		for (int i = 1; i < name.getNumberOfElements(); i++) {
			// As everywhere in Spring Boot, a list comes from one source only.
			if (name.isNumericIndex(i) && lists.computeIfAbsent(name.chop(i), (list) -> source) != source) {
				return;
			}
		}
		properties.putIfAbsent(name, new ConfigurationProperty(name, property.getValue(), property.getOrigin()));
	}

	private void add(ConfigurationProperty property, String problem, String allowed) {
		mistakes.add(new PropertyMistake(display(property.getName()), property.getValue(), property.getOrigin(),
				problem, allowed));
	}

	/**
	 * The names beside the prefix, and the prefix itself, if it has a value: Holdfast
	 * reads none of them.
	 */
	Set<String> beside() {
		return beside;
	}

	/**
	 * A property of a group, to tell where the group was set.
	 * @param group the name of the group
	 * @return the first property below it
	 */
	@Nullable ConfigurationProperty firstBelow(ConfigurationPropertyName group) {
		return properties.values()
			.stream()
			.filter((property) -> group.isAncestorOf(property.getName()))
			.findFirst()
			.orElse(null);
	}

	@Override
	public Stream<ConfigurationPropertyName> stream() {
		return properties.keySet().stream();
	}

	@Override
	public @Nullable ConfigurationProperty getConfigurationProperty(@Nullable ConfigurationPropertyName name) {
		return properties.get(name);
	}

	/**
	 * A property's name as people write it: with dots before keys that need no brackets.
	 * @param name the name
	 * @return the name for a report
	 */
	public static String display(ConfigurationPropertyName name) {
		StringBuilder result = new StringBuilder();
		for (int i = 0; i < name.getNumberOfElements(); i++) {
			String element = name.getElement(i, Form.ORIGINAL);
			if (name.isNumericIndex(i) || element.indexOf('.') >= 0) {
				result.append('[').append(element).append(']');
			}
			else {
				result.append((i > 0) ? "." : "").append(element);
			}
		}
		return result.toString();
	}

}
