/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.holdfast.kafka.autoconfigure.actuate;

import dev.holdfast.kafka.autoconfigure.GuardedFactories;
import dev.holdfast.kafka.autoconfigure.HoldfastKafkaAutoConfiguration;
import dev.holdfast.kafka.offsetguard.decision.DecisionListener;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/**
 * {@link EnableAutoConfiguration Auto-configuration} of meters, where there is a
 * {@link MeterRegistry}. An application that wants no meters excludes it.
 */
@AutoConfiguration(after = HoldfastKafkaAutoConfiguration.class, afterName = {
		"org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration",
		"org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration",
		"org.springframework.boot.micrometer.metrics.autoconfigure.export.simple.SimpleMetricsExportAutoConfiguration" })
@ConditionalOnClass({ MeterRegistry.class, DecisionListener.class })
@ConditionalOnBean({ MeterRegistry.class, GuardedFactories.class })
public final class HoldfastMetricsAutoConfiguration {

	/**
	 * Spring creates it.
	 */
	public HoldfastMetricsAutoConfiguration() {
	}

	@Bean
	@Order(Ordered.HIGHEST_PRECEDENCE)
	DecisionMeters holdfastDecisionMeters(ObjectProvider<MeterRegistry> registries, GuardedFactories factories) {
		return new DecisionMeters(registry(registries), factories);
	}

	/**
	 * Spring Boot makes one registry of several. Where it does not, all of them get the
	 * meters.
	 */
	private static MeterRegistry registry(ObjectProvider<MeterRegistry> registries) {
		return registries.getIfUnique(() -> {
			CompositeMeterRegistry all = new CompositeMeterRegistry();
			registries.orderedStream().forEach(all::add);
			return all;
		});
	}

}
