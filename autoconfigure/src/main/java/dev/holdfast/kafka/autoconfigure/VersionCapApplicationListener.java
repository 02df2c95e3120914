/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure;

import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

import dev.holdfast.kafka.versioncap.VersionCapInstallException;
import dev.holdfast.kafka.versioncap.VersionCapInstaller;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.EnvironmentPostProcessor;
import org.springframework.boot.context.event.ApplicationEnvironmentPreparedEvent;
import org.springframework.boot.context.logging.LoggingApplicationListener;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.IterableConfigurationPropertySource;
import org.springframework.boot.env.RandomValuePropertySource;
import org.springframework.context.ApplicationListener;
import org.springframework.core.Ordered;
import org.springframework.core.convert.ConversionException;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.util.ClassUtils;

/**
 * Installs the version cap if any property asks for it: as soon as the properties are
 * known, and before the logging system starts, whose appenders may create a Kafka client.
 */
final class VersionCapApplicationListener implements ApplicationListener<ApplicationEnvironmentPreparedEvent>, Ordered {

	private static final String KAFKA_CLIENT = "org.apache.kafka.clients.ClientDnsLookup";

	private static final String VERSION_CAP = "versioncap";

	private static final ConfigurationPropertyName PREFIX = ConfigurationPropertyName.of(HoldfastProperties.PREFIX);

	/**
	 * After the {@link EnvironmentPostProcessor}s, which load the configuration files.
	 */
	@Override
	public int getOrder() {
		return LoggingApplicationListener.DEFAULT_ORDER - 1;
	}

	@Override
	public void onApplicationEvent(ApplicationEnvironmentPreparedEvent event) {
		ConfigurableEnvironment environment = event.getEnvironment();
		ClassLoader loader = event.getSpringApplication().getClassLoader();
		if (ClassUtils.isPresent(KAFKA_CLIENT, loader) && isAskedFor(environment)) {
			try {
				VersionCapInstaller.install();
			}
			catch (VersionCapInstallException ex) {
				String tolerance = environment
					.getProperty(HoldfastProperties.PREFIX + ".version-cap.on-install-failure");
				// Said in the log once there is one, and once only.
				if (tolerance == null || !tolerance.trim().equalsIgnoreCase("warn")) {
					throw ex;
				}
			}
		}
	}

	/**
	 * Whether there may be a rule. What is a rule and what a mistake is told later, when
	 * the names of the consumer factories are known.
	 */
	private static boolean isAskedFor(ConfigurableEnvironment environment) {
		if (!isTrue(environment, environment.getProperty(HoldfastProperties.PREFIX + ".enabled", "true"))) {
			return false;
		}
		Set<String> known = new HashSet<>();
		for (ConfigurationPropertySource source : ConfigurationPropertySources.get(environment)) {
			if (source.getUnderlyingSource() instanceof RandomValuePropertySource) {
				// It cannot be listed, and asking it for each API would load Kafka's
				// protocol.
				continue;
			}
			Stream<ConfigurationPropertyName> names = (source instanceof IterableConfigurationPropertySource iterable)
					? iterable.stream().filter(PREFIX::isAncestorOf) : commonRules();
			if (names.map(source::getConfigurationProperty)
				.filter(Objects::nonNull)
				// What a source before this one says of the same property counts.
				.filter((property) -> known.add(PropertyNode.uniform(property.getName().toString())))
				.anyMatch((property) -> isRule(environment, property))) {
				return true;
			}
		}
		return false;
	}

	/**
	 * What can be asked of a source that does not tell what it has.
	 */
	private static Stream<ConfigurationPropertyName> commonRules() {
		ConfigurationPropertyName rules = PREFIX.append("version-cap");
		return Stream.concat(Stream.of("release", "profile", "learn").map(rules::append),
				PropertyNode.ByApi.keys()
					.stream()
					.flatMap((api) -> Stream.of(rules.append("max-versions").append(api),
							rules.append("min-versions").append(api))));
	}

	private static boolean isRule(ConfigurableEnvironment environment, ConfigurationProperty property) {
		String uniform = PropertyNode.uniform(property.getName().toString());
		int start = uniform.lastIndexOf(VERSION_CAP);
		if (start < 0) {
			return false;
		}
		String rule = uniform.substring(start + VERSION_CAP.length());
		// A heading alone, as of an empty map in a YAML file, is none.
		return rule.matches("(max|min)versions.+") || rule.equals("release") || rule.equals("profile")
				|| (rule.equals("learn") && isTrue(environment, property.getValue()));
	}

	private static boolean isTrue(ConfigurableEnvironment environment, @Nullable Object value) {
		if (value == null) {
			return false;
		}
		try {
			return Boolean.TRUE.equals(environment.getConversionService()
				.convert(environment.resolvePlaceholders(value.toString()), Boolean.class));
		}
		catch (ConversionException ex) {
			// A mistake, which is reported with all others once the beans are known.
			return true;
		}
	}

}
