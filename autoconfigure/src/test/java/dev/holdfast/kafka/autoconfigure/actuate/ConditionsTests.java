/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure.actuate;

import java.util.Set;

import dev.holdfast.kafka.autoconfigure.GuardedFactories;
import dev.holdfast.kafka.autoconfigure.HoldfastKafkaAutoConfiguration;
import dev.holdfast.kafka.offsetguard.OffsetGuard;
import dev.holdfast.kafka.offsetguard.policy.OffsetPolicy;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.kafka.autoconfigure.KafkaAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.kafka.core.ConsumerFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What is there for operators, and when.
 */
@Timeout(60)
class ConditionsTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(KafkaAutoConfiguration.class, HoldfastKafkaAutoConfiguration.class,
				HoldfastMetricsAutoConfiguration.class, HoldfastActuatorAutoConfiguration.class))
		.withPropertyValues("spring.kafka.bootstrap-servers=localhost:1",
				"management.endpoints.web.exposure.include=holdfast");

	private final ApplicationContextRunner withRegistry = runner.withBean(SimpleMeterRegistry.class);

	@Test
	void everythingWhereEverythingIsThere() {
		withRegistry.run((context) -> assertThat(context).hasSingleBean(GuardedFactories.class)
			.hasSingleBean(DecisionMeters.class)
			.hasSingleBean(HoldfastEndpoint.class)
			.hasSingleBean(HoldfastEndpointWebExtension.class)
			.hasBean("holdfastHealthIndicator"));
	}

	@Test
	void nothingIsRegisteredWithoutARegistry() {
		runner.run((context) -> assertThat(context).hasNotFailed()
			.doesNotHaveBean(DecisionMeters.class)
			.hasSingleBean(HoldfastEndpoint.class));
	}

	@Test
	void severalRegistriesAllGetTheMeters() {
		runner.withBean("one", SimpleMeterRegistry.class)
			.withBean("other", SimpleMeterRegistry.class)
			.run((context) -> {
				assertThat(context).hasNotFailed();
				context.getBean(DecisionMeters.class).onAssignment("group", Set.of("orders"), OffsetPolicy.defaults());
				assertThat(context.getBeansOfType(MeterRegistry.class).values()).hasSize(2)
					.allMatch((registry) -> registry.find(DecisionMeters.LOST).counters().size() == 1);
			});
	}

	@Test
	void thePrimaryOneOfSeveralRegistriesGetsTheMeters() {
		runner.withBean("one", SimpleMeterRegistry.class)
			.withBean("other", SimpleMeterRegistry.class, SimpleMeterRegistry::new,
					(definition) -> definition.setPrimary(true))
			.run((context) -> {
				assertThat(context).hasNotFailed();
				context.getBean(DecisionMeters.class).onAssignment("group", Set.of("orders"), OffsetPolicy.defaults());
				assertThat(context.getBean("other", MeterRegistry.class).find(DecisionMeters.LOST).counters())
					.hasSize(1);
				assertThat(context.getBean("one", MeterRegistry.class).getMeters()).isEmpty();
			});
	}

	@Test
	void noMetersWithoutMicrometer() {
		runner.withClassLoader(new FilteredClassLoader(MeterRegistry.class))
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean("holdfastDecisionMeters")
				.hasSingleBean(GuardedFactories.class)
				.hasSingleBean(HoldfastEndpoint.class));
	}

	@Test
	void noEndpointWithoutActuator() {
		withRegistry.withClassLoader(new FilteredClassLoader(Endpoint.class.getPackageName(), "io.micrometer.core"))
			.run((context) -> assertThat(context).hasNotFailed()
				.hasSingleBean(GuardedFactories.class)
				.doesNotHaveBean("holdfastEndpoint")
				.doesNotHaveBean("holdfastEndpointWebExtension")
				.hasBean("holdfastHealthIndicator"));
	}

	@Test
	void noHealthWithoutItsModule() {
		withRegistry.withClassLoader(new FilteredClassLoader(HealthIndicator.class))
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean("holdfastHealthIndicator")
				.hasSingleBean(HoldfastEndpoint.class));
	}

	@Test
	void noEndpointUnlessItIsExposedAndAccessible() {
		for (String property : new String[] { "management.endpoints.web.exposure.include=health",
				"management.endpoint.holdfast.access=NONE" }) {
			withRegistry.withPropertyValues(property)
				.run((context) -> assertThat(context).hasNotFailed()
					.doesNotHaveBean(HoldfastEndpoint.class)
					.doesNotHaveBean(HoldfastEndpointWebExtension.class));
		}
	}

	@Test
	void nothingWithoutHoldfast() {
		withRegistry.withPropertyValues("holdfast.kafka.enabled=false")
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean(GuardedFactories.class)
				.doesNotHaveBean(DecisionMeters.class)
				.doesNotHaveBean(HoldfastEndpoint.class)
				.doesNotHaveBean("holdfastHealthIndicator"));
		withRegistry.withClassLoader(new FilteredClassLoader(OffsetGuard.class, ConsumerFactory.class))
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean("holdfastDecisionMeters")
				.doesNotHaveBean("holdfastEndpoint")
				.doesNotHaveBean("holdfastHealthIndicator"));
	}

	@Test
	void healthIsUpWhereNothingIsHeldAndCanBeTakenOut() {
		runner.run((context) -> assertThat(context.getBean(HeldPartitionsHealthIndicator.class).health().getStatus())
			.isEqualTo(Status.UP));
		runner.withPropertyValues("management.health.holdfast.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean("holdfastHealthIndicator"));
		runner.withPropertyValues("management.health.defaults.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean("holdfastHealthIndicator"));
	}

}
