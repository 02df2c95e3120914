/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure;

import java.util.Locale;

import dev.holdfast.kafka.versioncap.VersionCapInstallException;
import dev.holdfast.kafka.versioncap.VersionCapInstaller;

import org.springframework.boot.EnvironmentPostProcessor;
import org.springframework.boot.context.event.ApplicationEnvironmentPreparedEvent;
import org.springframework.boot.context.logging.LoggingApplicationListener;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.IterableConfigurationPropertySource;
import org.springframework.context.ApplicationListener;
import org.springframework.core.Ordered;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.util.ClassUtils;

/**
 * Installs the version cap if any property asks for it: as soon as the properties are
 * known, and before the logging system starts, whose appenders may create a Kafka client.
 */
final class VersionCapApplicationListener implements ApplicationListener<ApplicationEnvironmentPreparedEvent>, Ordered {

	private static final String KAFKA_CLIENT = "org.apache.kafka.clients.ClientDnsLookup";

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
		if (isAskedFor(environment) && ClassUtils.isPresent(KAFKA_CLIENT, loader)) {
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
		if (!environment.getProperty(HoldfastProperties.PREFIX + ".enabled", Boolean.class, true)) {
			return false;
		}
		for (ConfigurationPropertySource source : ConfigurationPropertySources.get(environment)) {
			if (source instanceof IterableConfigurationPropertySource iterable
					? iterable.stream().anyMatch((name) -> isRule(source, name)) : isAnyCommonRule(source)) {
				return true;
			}
		}
		return false;
	}

	private static boolean isAnyCommonRule(ConfigurationPropertySource source) {
		ConfigurationPropertyName rules = PREFIX.append("version-cap");
		return source.getConfigurationProperty(rules.append("release")) != null
				|| source.getConfigurationProperty(rules.append("profile")) != null
				|| source.getConfigurationProperty(rules.append("learn")) != null
				|| PropertyNode.ByApi.keys()
					.stream()
					.anyMatch((api) -> source.getConfigurationProperty(rules.append("max-versions").append(api)) != null
							|| source.getConfigurationProperty(rules.append("min-versions").append(api)) != null);
	}

	private static boolean isRule(ConfigurationPropertySource source, ConfigurationPropertyName name) {
		if (!PREFIX.isAncestorOf(name)) {
			return false;
		}
		String uniform = PropertyNode.uniform(name.toString());
		int start = uniform.indexOf("versioncap");
		if (start < 0) {
			return false;
		}
		String rule = uniform.substring(start + "versioncap".length());
		return rule.startsWith("maxversions") || rule.startsWith("minversions") || rule.equals("release")
				|| rule.equals("profile") || (rule.equals("learn") && isTrue(source, name));
	}

	private static boolean isTrue(ConfigurationPropertySource source, ConfigurationPropertyName name) {
		ConfigurationProperty property = source.getConfigurationProperty(name);
		Object value = (property != null) ? property.getValue() : null;
		// A placeholder may become anything.
		return value != null && !value.toString().trim().toLowerCase(Locale.ROOT).equals("false");
	}

}
