/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

import dev.holdfast.kafka.autoconfigure.properties.HoldfastProperties;
import dev.holdfast.kafka.autoconfigure.properties.PropertyNode;
import dev.holdfast.kafka.versioncap.VersionCapInstaller;
import dev.holdfast.kafka.versioncap.rules.VersionCapInstallException;

import org.springframework.boot.EnvironmentPostProcessor;
import org.springframework.boot.context.event.ApplicationEnvironmentPreparedEvent;
import org.springframework.boot.context.logging.LoggingApplicationListener;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.ConfigurationPropertyState;
import org.springframework.boot.context.properties.source.IterableConfigurationPropertySource;
import org.springframework.context.ApplicationListener;
import org.springframework.core.Ordered;
import org.springframework.core.convert.ConversionException;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.util.ClassUtils;

/**
 * Installs the version cap if any property needs it. It does so as soon as the properties
 * are known, and before the logging system starts, whose appenders may create a Kafka
 * client.
 */
final class VersionCapApplicationListener implements ApplicationListener<ApplicationEnvironmentPreparedEvent>, Ordered {

	static final String KAFKA_CLIENT = "org.apache.kafka.clients.ClientDnsLookup";

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
		if (!ClassUtils.isPresent(KAFKA_CLIENT, event.getSpringApplication().getClassLoader())) {
			return;
		}
		ConfigurableEnvironment environment = event.getEnvironment();
		Map<String, Object> properties = properties(environment);
		if (isAskedFor(properties, environment)) {
			try {
				VersionCapInstaller.install();
			}
			catch (VersionCapInstallException ex) {
				String tolerance = environment
					.resolvePlaceholders(properties.getOrDefault(VERSION_CAP + "oninstallfailure", "fail").toString());
				// VersionCaps logs it, once there is a log.
				if (!tolerance.trim().equalsIgnoreCase("warn")) {
					throw ex;
				}
			}
		}
	}

	/**
	 * The properties below the prefix, by what all spellings of a name have in common. Of
	 * several sources the first counts.
	 */
	private static Map<String, Object> properties(ConfigurableEnvironment environment) {
		Map<String, Object> properties = new HashMap<>();
		int prefix = PropertyNode.uniform(HoldfastProperties.PREFIX).length();
		for (ConfigurationPropertySource source : ConfigurationPropertySources.get(environment)) {
			if (source.containsDescendantOf(PREFIX) == ConfigurationPropertyState.ABSENT) {
				// To ask a source that cannot be listed for each API would load Kafka's
				// protocol.
				continue;
			}
			Stream<ConfigurationPropertyName> names = (source instanceof IterableConfigurationPropertySource iterable)
					? iterable.stream().filter(PREFIX::isAncestorOf) : commonNames();
			names.map(source::getConfigurationProperty)
				.filter(Objects::nonNull)
				.forEach((property) -> properties.putIfAbsent(
						PropertyNode.uniform(property.getName().toString()).substring(prefix), property.getValue()));
		}
		return properties;
	}

	/**
	 * The names to ask for in a source that cannot be listed.
	 */
	private static Stream<ConfigurationPropertyName> commonNames() {
		ConfigurationPropertyName rules = PREFIX.append("version-cap");
		Stream<ConfigurationPropertyName> single = Stream.of("release", "profile", "learn", "on-install-failure")
			.map(rules::append);
		Stream<ConfigurationPropertyName> byApi = PropertyNode.ByApi.keys()
			.stream()
			.flatMap((api) -> Stream.of(rules.append("max-versions").append(api),
					rules.append("min-versions").append(api)));
		return Stream.of(Stream.of(PREFIX.append("enabled")), single, byApi).flatMap((names) -> names);
	}

	/**
	 * Whether there may be a rule. The properties reader tells rules from mistakes later,
	 * when the names of the consumer factories are known.
	 */
	private static boolean isAskedFor(Map<String, Object> properties, ConfigurableEnvironment environment) {
		return isTrue(properties.getOrDefault("enabled", true), environment) && properties.entrySet()
			.stream()
			.anyMatch((property) -> isRule(property.getKey(), property.getValue(), environment));
	}

	private static boolean isRule(String name, Object value, ConfigurableEnvironment environment) {
		int start = name.lastIndexOf(VERSION_CAP);
		if (start < 0) {
			return false;
		}
		String rule = name.substring(start + VERSION_CAP.length());
		// A heading alone, such as an empty map in a YAML file, is no rule.
		return rule.matches("(max|min)versions.+") || rule.equals("release") || rule.equals("profile")
				|| (rule.equals("learn") && isTrue(value, environment));
	}

	private static boolean isTrue(Object value, ConfigurableEnvironment environment) {
		try {
			return Boolean.TRUE.equals(environment.getConversionService()
				.convert(environment.resolvePlaceholders(value.toString()), Boolean.class));
		}
		catch (ConversionException ex) {
			// The properties reader reports this mistake with all others.
			return true;
		}
	}

}
