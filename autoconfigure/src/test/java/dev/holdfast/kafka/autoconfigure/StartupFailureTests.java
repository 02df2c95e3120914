/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure;

import java.util.Objects;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

import dev.holdfast.kafka.autoconfigure.TestConsumerFactories.Recording;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.core.io.support.SpringFactoriesLoader;
import org.springframework.core.io.support.SpringFactoriesLoader.FailureHandler;
import org.springframework.boot.kafka.autoconfigure.KafkaAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.integration.config.EnableIntegration;
import org.springframework.integration.kafka.inbound.KafkaMessageSource;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.kafka.listener.ConsumerProperties;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;
import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * What someone reads whose application does not start.
 */
@ExtendWith(OutputCaptureExtension.class)
class StartupFailureTests {

	@Test
	void allMistakesAreInOneReport(CapturedOutput output) {
		Throwable failure = catchThrowable(() -> start("bad-settings"));
		FailureAnalysis analysis = analyze(failure);
		assertThat(analysis.getDescription()).isEqualToNormalizingNewlines(
				"""
						There are 13 mistakes in Holdfast's properties:

						    holdfast.kafka.consumer-factories.orders.enabled = 'false' (FROM - 20:18): no consumer factory has \
						this name; allowed: 'holdfast.kafka.consumer-factories' is followed by kafkaConsumerFactory, \
						kafkaListenerContainerFactory
						    holdfast.kafka.offset-guard.policy.log-lost = 'keep' (FROM - 9:19): unknown property; allowed: \
						'holdfast.kafka.offset-guard.policy' is followed by no-committed-offset, new-partition, \
						committed-offset-lost, below-log-start, above-log-end, log-truncated, false-truncation, \
						spurious-out-of-range, epoch-ahead, topic-recreated, cluster-changed, committed-offset-regressed, unverifiable
						    holdfast.kafka.version-cap.max-versions.OffsetsForLeaderEpoch = '-1' (FROM - 27:32): no API of Kafka \
						has this name or number; allowed: 'holdfast.kafka.version-cap.max-versions' is followed by an API's \
						name or number, such as OffsetForLeaderEpoch or 23
						    holdfast.kafka.on-unguarded = 'ignore' (FROM - 3:19): is not a known value; allowed: warn, fail
						    holdfast.kafka.offset-guard.policy.false-truncation = 'earliest' (FROM - 7:27): makes no sense \
						for 'false-truncation'; allowed: keep, hold, fail
						    holdfast.kafka.offset-guard.policy.unverifiable = 'stay' (FROM - 8:23): is no action; allowed: \
						keep, divergence, earliest, hold, fail
						    holdfast.kafka.offset-guard.inspection-timeout = '0s' (FROM - 5:27): is not positive; allowed: a \
						positive duration such as 500ms, 5s or 1m
						    holdfast.kafka.offset-guard.topics[0] (FROM - 12:30): has neither a name nor a pattern; allowed: \
						exactly one of name, pattern
						    holdfast.kafka.offset-guard.topics[1] (FROM - 13:17): has both a name and a pattern; allowed: \
						exactly one of name, pattern
						    holdfast.kafka.offset-guard.topics[2].pattern = 'orders(' (FROM - 17:20): is no regular \
						expression (Unclosed group near index 7); allowed: a regular expression that matches whole topic names
						    holdfast.kafka.consumer-factories.kafkaConsumerFactory.offset-guard.hold-recheck-interval = 'soon' \
						(FROM - 24:34): is no duration; allowed: a positive duration such as 500ms, 5s or 1m
						    holdfast.kafka.version-cap.release = '1.9' (FROM - 29:16): There is no known release '1.9' of \
						Kafka; allowed: 2.1, 2.2, 2.3, 2.4, 2.5, 2.6, 2.7, 2.8, 3.0, 3.1, 3.2, 3.3, 3.4, 3.5, 3.6, 3.7, 3.8, \
						3.9, 4.0, 4.1, 4.2, 4.3, 4.4
						    holdfast.kafka.version-cap.max-versions.sasl-handshake = '1' (FROM - 28:25): SASL negotiates its \
						versions by itself, before and past anything that could be capped; allowed: no rule for it"""
					.replace("FROM", "class path resource [bad-settings.yml]"));
		assertThat(analysis.getAction())
			.isEqualTo("Correct these properties, or remove them. 'holdfast.kafka.enabled=false' turns Holdfast off.");
		assertThat(output).contains("APPLICATION FAILED TO START").contains(analysis.getDescription());
	}

	@Test
	void aSingleMistakeIsCalledOne() {
		Throwable failure = catchThrowable(() -> start("application", "--holdfast.kafka.enable=false"));
		FailureAnalysis analysis = analyze(failure);
		assertThat(analysis.getDescription()).isEqualToNormalizingNewlines("""
				There is a mistake in Holdfast's properties:

				    holdfast.kafka.enable = 'false' (from property source "commandLineArgs"): \
				unknown property; allowed: 'holdfast.kafka' is followed by enabled, on-unguarded, version-cap, \
				offset-guard, conformance, health, consumer-factories""");
	}

	@Test
	void turningHoldfastOffByTheWrongNameIsAMistake() {
		Throwable failure = catchThrowable(() -> start("application", "--holdfast.enabled=false"));
		assertThat(analyze(failure).getDescription()).isEqualToNormalizingNewlines(
				"""
						There is a mistake in Holdfast's properties:

						    holdfast.enabled = 'false' (from property source "commandLineArgs"): unknown property, did you mean \
						'holdfast.kafka.enabled'?; allowed: 'holdfast' is followed by kafka""");
	}

	@Test
	void propertiesOfOthersAreToldAndDoNoHarm(CapturedOutput output) {
		new ApplicationContextRunner()
			.withConfiguration(
					AutoConfigurations.of(KafkaAutoConfiguration.class, HoldfastKafkaAutoConfiguration.class))
			.withPropertyValues("holdfast.port=tcp://10.0.0.1:80", "holdfast." + "x".repeat(500) + "=1")
			.run((context) -> {
				assertThat(context).hasNotFailed();
				assertThat(output)
					.containsOnlyOnce("Holdfast reads properties below 'holdfast.kafka' only. These 2 have "
							+ "no effect on it: holdfast.port, holdfast." + "x".repeat(91) + "…");
			});
	}

	@Test
	void noBeanOfTheApplicationIsCreatedBefore() {
		AtomicBoolean created = new AtomicBoolean();
		new ApplicationContextRunner()
			.withConfiguration(
					AutoConfigurations.of(KafkaAutoConfiguration.class, HoldfastKafkaAutoConfiguration.class))
			.withBean("orders", Recording.class, () -> {
				created.set(true);
				return new Recording();
			})
			.withPropertyValues("holdfast.kafka.consumer-factories.oders.enabled=false")
			.run((context) -> {
				assertThat(context).hasFailed();
				assertThat(created).isFalse();
			});
	}

	@Test
	void aPolledSourceThatRefusesTheFactoryIsExplained(CapturedOutput output) {
		assertThatNoException().isThrownBy(() -> start(PolledSource.class, "--holdfast.kafka.enabled=false"));

		Throwable failure = catchThrowable(() -> start(PolledSource.class));

		assertThat(failure).rootCause()
			.hasMessage("Custom consumer factory is not configured with 'max.poll.records = 1'");
		assertThat(output.getOut()).containsOnlyOnce("APPLICATION FAILED TO START")
			.contains(
					"""
							Description:

							Spring Integration's KafkaMessageSource has refused its consumer factory. It takes a \
							DefaultKafkaConsumerFactory, and none of its subclasses, unless 'max.poll.records' is 1 in the factory's \
							configuration or the source is created with 'allowMultiFetch'. Holdfast guards the consumers of \
							'kafkaConsumerFactory' by a subclass.

							Action:

							Give the source a consumer factory bean of its own that is configured with 'max.poll.records=1', which is \
							what the source would have changed it to: its consumer is guarded then. Or create the source with \
							'allowMultiFetch', which is guarded too and reads more than one record at a time. Or take the factory out \
							with 'holdfast.kafka.consumer-factories.kafkaConsumerFactory.enabled=false'.
							""");
	}

	@Test
	void aPolledSourceStartsWithEachOfTheWaysOut() {
		for (String wayOut : List.of("--spring.kafka.consumer.max-poll-records=1", "--multi-fetch=true",
				"--holdfast.kafka.consumer-factories.kafkaConsumerFactory.enabled=false")) {
			assertThatNoException().as(wayOut).isThrownBy(() -> start(PolledSource.class, wayOut));
		}
	}

	@Test
	void aPolledSourceThatRefusesAFactoryOfTheApplicationsOwnIsNotOurs(CapturedOutput output) {
		for (String enabled : List.of("--holdfast.kafka.enabled=false", "--holdfast.kafka.enabled=true")) {
			assertThatException().isThrownBy(() -> start(OwnPolledSource.class, enabled));
		}
		assertThat(output).contains("Custom consumer factory").doesNotContain("APPLICATION FAILED TO START");
	}

	private static void start(Class<?> application, String... arguments) {
		new SpringApplicationBuilder(application).web(WebApplicationType.NONE)
			.properties("spring.kafka.bootstrap-servers=localhost:1", "spring.main.banner-mode=off")
			.run(arguments)
			.close();
	}

	private static void start(String configuration, String... arguments) {
		new SpringApplicationBuilder(Application.class).web(WebApplicationType.NONE)
			.properties("spring.config.name=" + configuration, "spring.main.banner-mode=off")
			.run(arguments)
			.close();
	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ KafkaAutoConfiguration.class, HoldfastKafkaAutoConfiguration.class })
	static class Application {

	}

	@Configuration(proxyBeanMethods = false)
	@EnableIntegration
	static class PolledSource extends Application {

		@Bean
		KafkaMessageSource<?, ?> source(ConsumerFactory<?, ?> factory,
				@Value("${multi-fetch:false}") boolean multiFetch) {
			return new KafkaMessageSource<>(factory, new ConsumerProperties("orders"), multiFetch);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnPolledSource extends PolledSource {

		@Bean
		Recording orders() {
			return new Recording();
		}

	}

	/**
	 * As Boot does: with the analyzers that are registered.
	 */
	private static FailureAnalysis analyze(Throwable failure) {
		return SpringFactoriesLoader.forDefaultResourceLocation(StartupFailureTests.class.getClassLoader())
			.load(FailureAnalyzer.class, FailureHandler.handleMessage((message, cause) -> {
			}))
			.stream()
			.map((analyzer) -> analyzer.analyze(failure))
			.filter(Objects::nonNull)
			.findFirst()
			.orElseThrow();
	}

}
