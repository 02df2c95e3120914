/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure;

import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.function.Supplier;
import java.util.regex.Pattern;

import dev.holdfast.kafka.autoconfigure.TestConsumerFactories.Final;
import dev.holdfast.kafka.autoconfigure.TestConsumerFactories.OwnShortMethod;
import dev.holdfast.kafka.autoconfigure.TestConsumerFactories.Recording;
import dev.holdfast.kafka.autoconfigure.TestConsumerFactories.Secretive;
import dev.holdfast.kafka.offsetguard.OffsetGuard;
import dev.holdfast.kafka.versioncap.VersionedClient;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.kafka.autoconfigure.KafkaAutoConfiguration;
import org.springframework.boot.kafka.autoconfigure.KafkaProperties;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.kafka.core.DefaultKafkaConsumerFactory;
import org.springframework.kafka.mock.MockConsumerFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the start says about version caps. No broker is there: nothing is asked.
 */
@ExtendWith(OutputCaptureExtension.class)
class VersionCapStartTests {

	private static final String CAP = "holdfast.kafka.version-cap.";

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(KafkaAutoConfiguration.class, HoldfastKafkaAutoConfiguration.class));

	@Test
	void namesTheRulesOfEachFactory(CapturedOutput output) {
		start(CAP + "max-versions.23=-1", CAP + "min-versions.Fetch=11", CAP + "learn=true");
		assertThat(output).contains("Guarding the consumers of 'kafkaConsumerFactory' (enforcing, default policy; "
				+ "version cap (learning): OffsetForLeaderEpoch never, Fetch >= 11)");
		assertThat(count(output, "no truncation is reported any more")).isOne();
	}

	@Test
	void namesAReleaseAndNotItsManyRules(CapturedOutput output) {
		start(CAP + "release=2.8");
		assertThat(output).contains("(enforcing, default policy; version cap (release 2.8))");
	}

	@Test
	void namesRulesBeyondARelease(CapturedOutput output) {
		start(CAP + "release=2.8", CAP + "max-versions.Fetch=11", CAP + "min-versions.Metadata=9");
		assertThat(output)
			.contains("(enforcing, default policy; version cap (release 2.8): Fetch <= 11, Metadata >= 9)");
	}

	@Test
	void saysThatAFactoryIsCappedOnly(CapturedOutput output) {
		start(CAP + "max-versions.Fetch=17", "holdfast.kafka.offset-guard.enabled=false");
		assertThat(output)
			.contains("Capping the consumers of 'kafkaConsumerFactory' (no offset guard; version cap: Fetch <= 17)");
		assertThat(output).doesNotContain("The version cap of");
	}

	@Test
	void showsAProfileRuleByRule(CapturedOutput output) {
		start(CAP + "profile=azure-event-hubs");
		assertThat(output)
			.contains("version cap (profile azure-event-hubs): ApiVersions <= 3, OffsetForLeaderEpoch never");
		List<String> lines = output.toString()
			.lines()
			.filter((line) -> line.contains("Broker profile 'azure-event-hubs'"))
			.map((line) -> line.substring(line.indexOf("Broker profile")))
			.toList();
		assertThat(lines).hasSize(6)
			.contains("Broker profile 'azure-event-hubs': ApiVersions <= 3",
					"Broker profile 'azure-event-hubs': OffsetForLeaderEpoch never",
					"Broker profile 'azure-event-hubs': ApiVersions 4 is answered by a TCP reset. "
							+ "kafka-clients 4.0 to 4.3 ask in version 4 first, and 4.4 in version 5.")
			.first()
			.asString()
			.startsWith("Broker profile 'azure-event-hubs' for 'kafkaConsumerFactory': Azure Event Hubs")
			.contains("As of 2026-11-22, by twmb/franz-go#1025");
	}

	@Test
	void aProfilesActionsAreDefaultsOfThePolicy(CapturedOutput output) {
		start(CAP + "profile=kafka-3.6-tiered");
		assertThat(output)
			.contains("Guarding the consumers of 'kafkaConsumerFactory' (enforcing, below-log-start: hold; ")
			.contains("Broker profile 'kafka-3.6-tiered': policy.below-log-start: hold");
	}

	@Test
	void withoutARuleThereIsNoCap(CapturedOutput output) {
		start();
		assertThat(output).contains("'kafkaConsumerFactory' (enforcing, default policy; no version cap)")
			.doesNotContain("Broker profile");
	}

	@Test
	void aCapThatNoConsumerCanWorkWithFailsTheStartWithoutAnyConsumer() {
		runner.withPropertyValues(CAP + "release=2.8", "spring.kafka.consumer.properties.group.protocol=consumer")
			.run((context) -> assertThat(context).getFailure()
				.hasStackTraceContaining(
						"The consumers of 'kafkaConsumerFactory' cannot work with their version cap " + "(release 2.8)")
				.hasStackTraceContaining("ConsumerGroupHeartbeat: a consumer with group.protocol=consumer cannot read "
						+ "and commit when it is never sent. Allowed: 0 to 1"));
	}

	@ParameterizedTest
	@CsvSource({ "group.instance.id=one, JoinGroup=4, JoinGroup: a consumer with a group.instance.id cannot work",
			"isolation.level=read_committed, ListOffsets=1, ListOffsets: a consumer with isolation.level=read_committed",
			"client.id=any, Metadata=3, Metadata: a consumer that is guarded" })
	void whatAConsumerNeedsDependsOnItsConfiguration(String configuration, String rule, String problem) {
		runner.withPropertyValues(CAP + "max-versions." + rule, "spring.kafka.consumer.properties." + configuration)
			.run((context) -> assertThat(context).getFailure().hasStackTraceContaining(problem));
	}

	@Test
	void learningWithoutAGuardIsSaidToDoNothing(CapturedOutput output) {
		start(CAP + "learn=true", "holdfast.kafka.offset-guard.enabled=false");
		assertThat(count(output, "'learn' does nothing for 'kafkaConsumerFactory'")).isOne();
	}

	/**
	 * Both factories' rules hold for the client that the inner one creates.
	 */
	@ParameterizedTest
	@CsvSource({ "true, true", "true, false", "false, true", "false, false" })
	void rulesOfAFactoryAroundAnotherOneHold(boolean outerGuarded, boolean innerGuarded) {
		runner.withUserConfiguration(Decorating.class)
			.withPropertyValues("spring.kafka.bootstrap-servers=localhost:1",
					"holdfast.kafka.consumer-factories.outer.version-cap.max-versions.Fetch=12",
					"holdfast.kafka.consumer-factories.inner.version-cap.max-versions.Metadata=12",
					"holdfast.kafka.consumer-factories.outer.offset-guard.enabled=" + outerGuarded,
					"holdfast.kafka.consumer-factories.inner.offset-guard.enabled=" + innerGuarded)
			.run((context) -> {
				try (Consumer<?, ?> consumer = context.getBean("outer", ConsumerFactory.class).createConsumer()) {
					assertThat(((VersionedClient) consumer).clientVersions().cap())
						.hasToString("Fetch <= 12, Metadata <= 12");
					assertThat(OffsetGuard.isGuarded(consumer)).isEqualTo(outerGuarded || innerGuarded);
				}
			});
	}

	/**
	 * The inner factory's client is capped; the outer one gets it from there.
	 */
	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void factoryAroundAnotherOneGetsACappedConsumer(boolean guarded) {
		runner.withUserConfiguration(Decorating.class)
			.withPropertyValues(CAP + "max-versions.Fetch=12", "spring.kafka.bootstrap-servers=localhost:1",
					"holdfast.kafka.consumer-factories.inner.version-cap.max-versions.Fetch=11",
					"holdfast.kafka.offset-guard.enabled=" + guarded)
			.run((context) -> {
				try (Consumer<?, ?> consumer = context.getBean("outer", ConsumerFactory.class).createConsumer()) {
					assertThat(((VersionedClient) consumer).clientVersions().cap()).hasToString("Fetch <= 11");
				}
			});
	}

	@Test
	void whatIsWrongWithTheCapsOfAllFactoriesIsSaidAtOnce() {
		runner.withBean("orders", Recording.class)
			.withBean("audit", Recording.class)
			.withPropertyValues(CAP + "max-versions.Fetch=-1",
					"holdfast.kafka.consumer-factories.audit.version-cap.max-versions.JoinGroup=-1")
			.run((context) -> assertThat(context).getFailure()
				.isInstanceOf(UnusableVersionCapException.class)
				.hasMessageContaining("The consumers of 'orders' cannot work with their version cap: Fetch never")
				.hasMessageContaining(
						"The consumers of 'audit' cannot work with their version cap: Fetch never, JoinGroup never"));
	}

	@ParameterizedTest
	@CsvSource({ "true, neither guarded nor capped, Their positions may move silently",
			"false, not capped, They speak what they like" })
	void saysThatAFactoryThatCannotBeWrappedIsNotCapped(boolean guarded, String missing, String consequence,
			CapturedOutput output) {
		runner.withBean("orders", Final.class)
			.withPropertyValues(CAP + "max-versions.Fetch=12", "holdfast.kafka.offset-guard.enabled=" + guarded)
			.run((context) -> assertThat(output).containsOnlyOnce("Consumers of 'orders' are " + missing
					+ ": its class dev.holdfast.kafka.autoconfigure.TestConsumerFactories$Final is final. "
					+ consequence));
	}

	/**
	 * What keeps a guard away keeps no cap away.
	 */
	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void factoryThatCannotBeGuardedIsCapped(boolean guarded, CapturedOutput output) {
		runner.withBean("orders", OwnShortMethod.class)
			.withBean("audit", Secretive.class)
			.withPropertyValues(CAP + "max-versions.Fetch=12", "holdfast.kafka.offset-guard.enabled=" + guarded)
			.run((context) -> {
				assertCapped(() -> context.getBean("orders", ConsumerFactory.class).createConsumer("group", "suffix"));
				assertCapped(() -> context.getBean("audit", ConsumerFactory.class).createConsumer());
				assertThat(output.toString().lines().filter((line) -> line.contains(" is not guarded: ")))
					.hasSize(guarded ? 2 : 0);
			});
	}

	private static void assertCapped(Supplier<Consumer<?, ?>> creation) {
		try (Consumer<?, ?> consumer = creation.get()) {
			assertThat(((VersionedClient) consumer).clientVersions().cap()).hasToString("Fetch <= 12");
		}
	}

	@Test
	void mockConsumerIsLeftAlone() {
		runner
			.withBean("mock", MockConsumerFactory.class,
					() -> new MockConsumerFactory<>(() -> new MockConsumer<Object, Object>("earliest")))
			.withPropertyValues(CAP + "max-versions.Fetch=12", "holdfast.kafka.offset-guard.enabled=false")
			.run((context) -> assertThat(context.getBean("mock", ConsumerFactory.class).createConsumer()).isNotNull());
	}

	@Configuration(proxyBeanMethods = false)
	static class Decorating {

		@Bean
		ConsumerFactory<Object, Object> inner(KafkaProperties properties) {
			return new DefaultKafkaConsumerFactory<>(properties.buildConsumerProperties());
		}

		@Bean
		@Primary
		ConsumerFactory<Object, Object> outer(@Qualifier("inner") ConsumerFactory<Object, Object> inner) {
			return new ConsumerFactory<>() {

				@Override
				public Consumer<Object, Object> createConsumer(String group, String prefix, String suffix,
						Properties properties) {
					return inner.createConsumer(group, prefix, suffix, properties);
				}

				@Override
				public boolean isAutoCommit() {
					return inner.isAutoCommit();
				}

				@Override
				public Map<String, Object> getConfigurationProperties() {
					return inner.getConfigurationProperties();
				}

			};
		}

	}

	private void start(String... properties) {
		runner.withPropertyValues(properties).run((context) -> assertThat(context).hasNotFailed());
	}

	private static long count(CapturedOutput output, String text) {
		return Pattern.compile(Pattern.quote(text)).matcher(output).results().count();
	}

}
