/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;

import dev.holdfast.kafka.autoconfigure.properties.HoldfastProperties;
import dev.holdfast.kafka.autoconfigure.properties.HoldfastPropertiesReader;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.Environment;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.kafka.core.DefaultKafkaConsumerFactory;
import org.springframework.util.ClassUtils;

/**
 * Reports that Spring Integration's polled source has refused a consumer factory. The
 * source compares the name of the factory's class, which the class of a proxy cannot
 * have.
 */
final class PolledSourceFailureAnalyzer extends AbstractFailureAnalyzer<IllegalArgumentException> {

	private static final String SOURCE = "org.springframework.integration.kafka.inbound.KafkaMessageSource";

	private final @Nullable BeanFactory beanFactory;

	private final @Nullable Environment environment;

	PolledSourceFailureAnalyzer(@Nullable BeanFactory beanFactory, @Nullable Environment environment) {
		this.beanFactory = beanFactory;
		this.environment = environment;
	}

	@Override
	protected @Nullable FailureAnalysis analyze(Throwable rootFailure, IllegalArgumentException cause) {
		if (!isRefusal(cause) || !(beanFactory instanceof ConfigurableListableBeanFactory beans)
				|| !(environment instanceof ConfigurableEnvironment properties)
				|| !ClassUtils.isPresent(ConsumerFactory.class.getName(), beans.getBeanClassLoader())
				|| beans.getBeanNamesForType(FactoryGuards.class, false, false).length == 0) {
			return null;
		}
		List<String> factories = wrapped(beans, properties);
		return factories.isEmpty() ? null
				: new FailureAnalysis(description(String.join("', '", factories)), action(factories), cause);
	}

	private static boolean isRefusal(IllegalArgumentException failure) {
		return Arrays.stream(failure.getStackTrace()).limit(1).anyMatch((frame) -> frame.getClassName().equals(SOURCE))
				&& String.valueOf(failure.getMessage()).contains(ConsumerConfig.MAX_POLL_RECORDS_CONFIG);
	}

	private static String description(String factories) {
		return """
				Spring Integration's KafkaMessageSource has refused its consumer factory. It takes a %s, and none of \
				its subclasses, unless '%s' is 1 in the factory's configuration or the source is created with \
				'allowMultiFetch'. Holdfast guards the consumers of '%s' by a subclass.""".formatted(
				DefaultKafkaConsumerFactory.class.getSimpleName(), ConsumerConfig.MAX_POLL_RECORDS_CONFIG, factories);
	}

	private static String action(List<String> factories) {
		return """
				Give the source a consumer factory bean of its own that is configured with '%1$s=1', which is what the \
				source would have changed it to: its consumer is guarded then. Or create the source with \
				'allowMultiFetch', which is guarded too and reads more than one record at a time. Or take the factory \
				out with '%2$s.consumer-factories.%3$s.enabled=false'.""".formatted(
				ConsumerConfig.MAX_POLL_RECORDS_CONFIG, HoldfastProperties.PREFIX,
				(factories.size() == 1) ? factories.get(0) : "<name>");
	}

	/**
	 * The factories that the source would have taken without a proxy. The beans
	 * themselves are gone by now.
	 */
	private static List<String> wrapped(ConfigurableListableBeanFactory beans, ConfigurableEnvironment environment) {
		ClassLoader loader = Objects.requireNonNull(beans.getBeanClassLoader(), "No class loader");
		HoldfastProperties properties = new HoldfastPropertiesReader(environment, FactoryNames.all(beans), loader)
			.read();
		VersionCaps caps = new VersionCaps(properties, loader);
		return Arrays.stream(beans.getBeanNamesForType(ConsumerFactory.class, true, false))
			.filter((name) -> mayBeOfTheClass(beans.getType(name, false)))
			.map(FactoryNames::of)
			.filter((name) -> properties.isGuardEnabled(name) || caps.isActive(name))
			.distinct()
			.toList();
	}

	private static boolean mayBeOfTheClass(@Nullable Class<?> type) {
		return type == null || type.isInterface() || ClassUtils.getUserClass(type) == DefaultKafkaConsumerFactory.class;
	}

}
