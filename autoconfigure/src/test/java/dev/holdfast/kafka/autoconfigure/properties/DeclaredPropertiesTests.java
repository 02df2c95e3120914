/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure.properties;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.ConfigurationPropertyState;
import org.springframework.boot.env.RandomValuePropertySource;
import org.springframework.core.env.PropertySource;

import static org.assertj.core.api.Assertions.assertThat;

class DeclaredPropertiesTests {

	private static final ConfigurationPropertyName ENABLED = ConfigurationPropertyName.of("holdfast.kafka.enabled");

	private final DeclaredProperties declared = new DeclaredProperties(
			new PropertyNames("holdfast.kafka", PropertyNode.of(HoldfastProperties.class), List.of()),
			new ArrayList<>());

	@Test
	void asksASourceThatCannotTellWhatIsInIt() {
		PropertySource<?> source = new PropertySource<>("opaque", Map.of(ENABLED.toString(), "false")) {

			@Override
			public @Nullable Object getProperty(String name) {
				return getSource().get(name);
			}

		};
		declared.add(ConfigurationPropertySource.from(source));
		assertThat(declared.stream()).containsExactly(ENABLED);
	}

	/**
	 * It would be asked for each of Kafka's APIs by name.
	 */
	@Test
	void doesNotAskASourceThatHasNothingBelowThePrefix() {
		List<ConfigurationPropertyName> asked = new ArrayList<>();
		declared.add(new ConfigurationPropertySource() {

			@Override
			public @Nullable ConfigurationProperty getConfigurationProperty(ConfigurationPropertyName name) {
				asked.add(name);
				return null;
			}

			@Override
			public ConfigurationPropertyState containsDescendantOf(ConfigurationPropertyName name) {
				return ConfigurationPropertyState.ABSENT;
			}

		});
		assertThat(asked).isEmpty();
	}

	@Test
	void springBootsRandomValuesSayThatTheyHaveNothingBelowThePrefix() {
		ConfigurationPropertySource random = ConfigurationPropertySources.from(new RandomValuePropertySource())
			.iterator()
			.next();
		assertThat(random.containsDescendantOf(ConfigurationPropertyName.of("holdfast.kafka")))
			.isEqualTo(ConfigurationPropertyState.ABSENT);
	}

}
