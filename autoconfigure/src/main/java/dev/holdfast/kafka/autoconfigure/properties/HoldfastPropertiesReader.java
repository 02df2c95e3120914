/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure.properties;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.PropertySourcesPlaceholdersResolver;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.core.env.ConfigurableEnvironment;

/**
 * Reads the {@link HoldfastProperties}, and reports all mistakes together.
 */
public final class HoldfastPropertiesReader {

	private final ConfigurableEnvironment environment;

	private final PropertyNames names;

	private final List<PropertyMistake> mistakes = new ArrayList<>();

	private final DeclaredProperties declared;

	private final ClassLoader loader;

	/**
	 * Creates a reader.
	 * @param environment what to read from
	 * @param factoryNames the allowed names below {@code consumer-factories}
	 * @param loader finds broker profiles
	 */
	public HoldfastPropertiesReader(ConfigurableEnvironment environment, Collection<String> factoryNames,
			ClassLoader loader) {
		this.loader = loader;
		this.environment = environment;
		this.names = new PropertyNames(HoldfastProperties.PREFIX, PropertyNode.of(HoldfastProperties.class),
				factoryNames);
		this.declared = new DeclaredProperties(names, mistakes);
	}

	/**
	 * Reads the properties.
	 * @return what they say
	 * @throws InvalidHoldfastPropertiesException if there are mistakes in them
	 */
	public HoldfastProperties read() {
		ConfigurationPropertySources.from(environment.getPropertySources()).forEach(declared::add);
		Binder binder = new Binder(List.of(declared), new PropertySourcesPlaceholdersResolver(environment));
		HoldfastProperties properties = binder.bindOrCreate(HoldfastProperties.PREFIX,
				Bindable.of(HoldfastProperties.class), new MistakeCollectingBindHandler(declared, mistakes));
		mistakes.addAll(new VersionCapMistakes(properties, declared, loader).find());
		if (!mistakes.isEmpty()) {
			throw new InvalidHoldfastPropertiesException(mistakes);
		}
		return properties;
	}

	/**
	 * Properties that look like Holdfast's, and that it does not know.
	 * @return their names; nothing before {@link #read()}
	 */
	public Set<String> withoutEffect() {
		return declared.beside();
	}

	/**
	 * A property below a name, to tell where it was set.
	 * @param name the name without the prefix
	 * @return the first property below it
	 */
	public @Nullable ConfigurationProperty firstBelow(String name) {
		return declared.firstBelow(ConfigurationPropertyName.of(HoldfastProperties.PREFIX + "." + name));
	}

}
