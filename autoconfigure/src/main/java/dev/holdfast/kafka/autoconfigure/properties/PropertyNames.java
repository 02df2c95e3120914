/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure.properties;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import dev.holdfast.kafka.autoconfigure.properties.PropertyNode.ByApi;
import dev.holdfast.kafka.autoconfigure.properties.PropertyNode.ByFactory;
import dev.holdfast.kafka.autoconfigure.properties.PropertyNode.Choice;
import dev.holdfast.kafka.autoconfigure.properties.PropertyNode.Elements;
import dev.holdfast.kafka.autoconfigure.properties.PropertyNode.Group;
import dev.holdfast.kafka.autoconfigure.properties.PropertyNode.Value;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertyState;

/**
 * Tells what a property name means, in whatever spelling it comes.
 * <p>
 * An environment variable does not say where a dash was and where a dot:
 * {@code OFFSET_GUARD_ENABLED} and {@code OFFSETGUARD_ENABLED} both mean
 * {@code offset-guard.enabled}. So only in environment variables may neighbouring
 * elements be one name.
 */
public final class PropertyNames {

	private final PropertyNode root;

	private final ConfigurationPropertyName prefix;

	private final Set<String> factoryNames;

	/**
	 * Creates the names.
	 * @param prefix what all of them begin with
	 * @param root what stands below the prefix
	 * @param factoryNames the names of the consumer factories
	 */
	public PropertyNames(String prefix, PropertyNode root, Collection<String> factoryNames) {
		this.root = root;
		this.prefix = ConfigurationPropertyName.of(prefix);
		this.factoryNames = new TreeSet<>(factoryNames);
	}

	/**
	 * What a property name turned out to mean.
	 */
	sealed interface Meaning {

	}

	/**
	 * A known property.
	 *
	 * @param name its one name
	 * @param type what its value is converted to
	 */
	public record Known(ConfigurationPropertyName name, Class<?> type) implements Meaning {
	}

	/**
	 * A name that has properties below it and no value of its own.
	 *
	 * @param allowed what may stand below it
	 */
	record Heading(String allowed) implements Meaning {
	}

	/**
	 * A name that is no known property.
	 *
	 * @param problem what is wrong with the name
	 * @param allowed what is allowed in its place
	 */
	record Unknown(String problem, String allowed) implements Meaning {
	}

	/**
	 * Whether a source can have any of the properties. To enumerate them loads all of
	 * Kafka's APIs, which takes a tenth of a second at the start. Spring Boot's random
	 * values are not worth that.
	 * @param source a source that cannot tell what is in it
	 * @return whether it may have one
	 */
	boolean mayStandIn(ConfigurationPropertySource source) {
		return source.containsDescendantOf(prefix) != ConfigurationPropertyState.ABSENT;
	}

	boolean isBelowPrefix(ConfigurationPropertyName name) {
		return prefix.isAncestorOf(name);
	}

	/**
	 * Whether it is the prefix itself, or a name beside the prefix: nothing reads it.
	 */
	boolean isBesidePrefix(ConfigurationPropertyName name) {
		return prefix.getParent().isAncestorOf(name) && !isBelowPrefix(name);
	}

	Meaning resolve(ConfigurationPropertyName name, boolean fromEnvironment) {
		return resolve(root, prefix, elements(name, prefix.getNumberOfElements()), fromEnvironment);
	}

	/**
	 * What a name beside the prefix would be if the prefix's last element were in it.
	 * @return {@code null} if it would be no property either
	 */
	@Nullable ConfigurationPropertyName meant(ConfigurationPropertyName name, boolean fromEnvironment) {
		List<String> elements = elements(name, prefix.getNumberOfElements() - 1);
		return (resolve(root, prefix, elements, fromEnvironment) instanceof Known known) ? known.name() : null;
	}

	private static List<String> elements(ConfigurationPropertyName name, int from) {
		return IntStream.range(from, name.getNumberOfElements())
			.mapToObj((i) -> name.getElement(i, Form.ORIGINAL))
			.toList();
	}

	/**
	 * The names of all properties that are not in lists.
	 * @return the names
	 */
	public List<Known> enumerate() {
		List<Known> names = new ArrayList<>();
		enumerate(root, prefix, names);
		return names;
	}

	private void enumerate(PropertyNode node, ConfigurationPropertyName name, List<Known> names) {
		if (node instanceof Value value) {
			names.add(new Known(name, value.type()));
		}
		else if (node instanceof Group group) {
			group.members().forEach((key, member) -> enumerate(member, name.append(key), names));
		}
		else if (node instanceof Choice choice) {
			choice.keys().forEach((key) -> enumerate(choice.value(), name.append(key), names));
		}
		else if (node instanceof ByApi byApi) {
			ByApi.keys().forEach((key) -> enumerate(byApi.value(), name.append(key), names));
		}
		else if (node instanceof ByFactory byFactory) {
			factoryNames.forEach((key) -> enumerate(byFactory.value(), name.append(indexed(key)), names));
		}
	}

	private Meaning resolve(PropertyNode node, ConfigurationPropertyName name, List<String> rest,
			boolean fromEnvironment) {
		if (node instanceof Value value) {
			return rest.isEmpty() ? new Known(name, value.type())
					: new Unknown("unknown property", "nothing below '%s'".formatted(name));
		}
		if (rest.isEmpty()) {
			return new Heading(below(node, name));
		}
		Meaning meaning = new Unknown(problem(node), below(node, name));
		for (int length = 1; length <= (fromEnvironment ? rest.size() : 1); length++) {
			Step step = step(node, rest.subList(0, length));
			if (step != null) {
				meaning = resolve(step.node(), name.append(step.suffix()), rest.subList(length, rest.size()),
						fromEnvironment);
				if (meaning instanceof Known) {
					return meaning;
				}
			}
		}
		return meaning;
	}

	private record Step(PropertyNode node, String suffix) {
	}

	private @Nullable Step step(PropertyNode node, List<String> elements) {
		if (node instanceof Group group) {
			for (Map.Entry<String, PropertyNode> member : group.members().entrySet()) {
				if (isSame(member.getKey(), elements)) {
					return new Step(member.getValue(), member.getKey());
				}
			}
		}
		else if (node instanceof Choice choice) {
			for (String key : choice.keys()) {
				if (isSame(key, elements)) {
					return new Step(choice.value(), key);
				}
			}
		}
		else if (node instanceof ByApi byApi) {
			String key = ByApi.key(elements);
			return (key != null) ? new Step(byApi.value(), key) : null;
		}
		else if (node instanceof ByFactory byFactory) {
			String factoryName = factoryName(elements);
			return (factoryName != null) ? new Step(byFactory.value(), indexed(factoryName)) : null;
		}
		else if (node instanceof Elements list && elements.size() == 1 && elements.get(0).matches("\\d+")) {
			return new Step(list.element(), indexed(elements.get(0)));
		}
		return null;
	}

	private @Nullable String factoryName(List<String> elements) {
		String exact = String.join(".", elements);
		if (factoryNames.contains(exact)) {
			return exact;
		}
		List<String> alike = factoryNames.stream().filter((candidate) -> isSame(candidate, elements)).toList();
		return (alike.size() == 1) ? alike.get(0) : null;
	}

	private static boolean isSame(String name, List<String> elements) {
		return PropertyNode.uniform(name).equals(PropertyNode.uniform(elements));
	}

	// A name with dots would be read as several names.
	private static String written(String factoryName) {
		return (factoryName.indexOf('.') < 0) ? factoryName : indexed(factoryName);
	}

	private static String indexed(String key) {
		return "[" + key + "]";
	}

	private static String problem(PropertyNode node) {
		if (node instanceof ByFactory) {
			return "no consumer factory has this name";
		}
		if (node instanceof ByApi) {
			return "no API of Kafka has this name or number";
		}
		return (node instanceof Elements) ? "not an element of the list" : "unknown property";
	}

	private String below(PropertyNode node, ConfigurationPropertyName name) {
		if (node instanceof Group group) {
			return "'%s' is followed by %s".formatted(name, String.join(", ", group.members().keySet()));
		}
		if (node instanceof Choice choice) {
			return "'%s' is followed by %s".formatted(name, String.join(", ", choice.keys()));
		}
		if (node instanceof ByApi) {
			return "'%s' is followed by an API's name or number, such as OffsetForLeaderEpoch or 23".formatted(name);
		}
		if (node instanceof ByFactory) {
			return factoryNames.isEmpty() ? "nothing, since there is no ConsumerFactory bean" : "'%s' is followed by %s"
				.formatted(name, factoryNames.stream().map(PropertyNames::written).collect(Collectors.joining(", ")));
		}
		return "'%s' is followed by an index, as in '%s[0]'".formatted(name, name);
	}

}
