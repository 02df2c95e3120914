/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.holdfast.kafka.autoconfigure.actuate;

import dev.holdfast.kafka.autoconfigure.BrokerConformance;
import dev.holdfast.kafka.autoconfigure.GuardedFactories;
import dev.holdfast.kafka.autoconfigure.HoldfastKafkaAutoConfiguration;
import dev.holdfast.kafka.offsetguard.OffsetGuard;

import java.util.Locale;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.web.PathMappedEndpoints;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.web.servlet.HandlerExceptionResolver;

/**
 * {@link EnableAutoConfiguration Auto-configuration} of the health contributor and the
 * endpoint {@code holdfast}, where the application has Actuator.
 */
@AutoConfiguration(after = HoldfastKafkaAutoConfiguration.class)
@ConditionalOnClass(OffsetGuard.class)
@ConditionalOnBean(GuardedFactories.class)
public final class HoldfastActuatorAutoConfiguration {

	/**
	 * Spring creates it.
	 */
	public HoldfastActuatorAutoConfiguration() {
	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass({ HealthIndicator.class, ConditionalOnEnabledHealthIndicator.class })
	static class HealthConfiguration {

		@Bean
		@ConditionalOnEnabledHealthIndicator("holdfast")
		HeldPartitionsHealthIndicator holdfastHealthIndicator(GuardedFactories factories,
				ObjectProvider<ModeSwitches> modes, Environment environment) {
			return new HeldPartitionsHealthIndicator(factories, modes::getIfAvailable, status(environment, "held"),
					status(environment, "failed"));
		}

		private static Status status(Environment environment, String state) {
			return new Status(Binder.get(environment)
				.bind("holdfast.kafka.health." + state + "-status", String.class)
				.orElse(state.toUpperCase(Locale.ROOT)));
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass({ Endpoint.class, ConditionalOnAvailableEndpoint.class })
	static class EndpointConfiguration {

		@Bean
		@ConditionalOnAvailableEndpoint(HoldfastEndpoint.class)
		ModeSwitches holdfastModeSwitches(GuardedFactories factories) {
			return new ModeSwitches(factories);
		}

		@Bean
		@ConditionalOnAvailableEndpoint(HoldfastEndpoint.class)
		HoldfastEndpoint holdfastEndpoint(GuardedFactories factories, ModeSwitches modes,
				ApplicationEventPublisher events) {
			return new HoldfastEndpoint(factories, new HeldPartitionResolver(factories), modes, events);
		}

		@Bean
		@ConditionalOnBean(BrokerConformance.class)
		@ConditionalOnAvailableEndpoint(HoldfastConformanceEndpoint.class)
		HoldfastConformanceEndpoint holdfastConformanceEndpoint(BrokerConformance conformance) {
			return new HoldfastConformanceEndpoint(conformance);
		}

		@Bean
		@ConditionalOnAvailableEndpoint(HoldfastEndpoint.class)
		UnknownFields holdfastUnknownFields() {
			return new UnknownFields();
		}

		@Bean
		@ConditionalOnBean(HoldfastEndpoint.class)
		@ConditionalOnAvailableEndpoint(HoldfastEndpoint.class)
		HoldfastEndpointWebExtension holdfastEndpointWebExtension(HoldfastEndpoint endpoint) {
			return new HoldfastEndpointWebExtension(endpoint);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
	@ConditionalOnClass({ HandlerExceptionResolver.class, PathMappedEndpoints.class,
			ConditionalOnAvailableEndpoint.class })
	static class UnreadableBodiesConfiguration {

		@Bean
		@ConditionalOnAvailableEndpoint(HoldfastEndpoint.class)
		UnreadableBodies holdfastUnreadableBodies(ObjectProvider<PathMappedEndpoints> endpoints) {
			return new UnreadableBodies(endpoints);
		}

	}

}
