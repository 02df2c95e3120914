/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;

import dev.holdfast.kafka.autoconfigure.TestConsumerFactories.Recording;
import dev.holdfast.kafka.offsetguard.OffsetGuard;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerInterceptor;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.kafka.autoconfigure.KafkaAutoConfiguration;
import org.springframework.boot.kafka.autoconfigure.metrics.KafkaMetricsAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.kafka.core.DefaultKafkaConsumerFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * With what configuration guarded consumers are created, and who gets to know about them.
 */
@ExtendWith(OutputCaptureExtension.class)
class CreatedConsumersTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(KafkaAutoConfiguration.class, HoldfastKafkaAutoConfiguration.class))
		.withPropertyValues("spring.kafka.bootstrap-servers=localhost:1");

	@Test
	void neitherTheCallersPropertiesNorTheFactorysConfigurationChange() {
		runner.withBean("orders", Recording.class).run((context) -> {
			Recording factory = context.getBean(Recording.class);
			Map<String, Object> configurationBefore = new HashMap<>(factory.getConfigurationProperties());
			Properties properties = new Properties();
			properties.put("max.poll.records", 7);
			properties.put("auto.offset.reset", "earliest");
			factory.createConsumer("group", null, null, properties).close();
			assertThat(properties).containsOnly(Map.entry("max.poll.records", 7),
					Map.entry("auto.offset.reset", "earliest"));
			assertThat(factory.getConfigurationProperties()).isEqualTo(configurationBefore);
			assertThat(factory.created()).singleElement()
				.satisfies((created) -> assertThat(created).containsEntry("max.poll.records", 7)
					.containsEntry("group.id", "group")
					.containsEntry("auto.offset.reset", "none"));
		});
	}

	@Test
	void defaultsOfTheCallersPropertiesReachTheFactory() {
		runner.withBean("orders", Recording.class).run((context) -> {
			Properties defaults = new Properties();
			defaults.setProperty("max.poll.records", "7");
			PropertiesRecording factory = new PropertiesRecording();
			context.getBean(FactoryGuards.class)
				.guard("orders")
				.createConsumer(factory, new Properties(defaults),
						(properties) -> factory.createConsumer(null, null, null, properties))
				.close();
			assertThat(factory.seen.getProperty("max.poll.records")).isEqualTo("7");
			assertThat(factory.seen).doesNotContainKey("max.poll.records");
		});
	}

	@Test
	void theApplicationsInterceptorsStay() {
		runner.withBean("orders", Recording.class).run((context) -> {
			Recording factory = context.getBean(Recording.class);
			factory.updateConfigs(Map.of("interceptor.classes", Interceptor.class.getName()));
			factory.createConsumer().close();
			assertThat(factory.created()).extracting((created) -> created.get("interceptor.classes"))
				.containsExactly(List.of(Interceptor.class.getName(), OffsetGuard.interceptor().getName()));
		});
	}

	@Test
	void updatedConfigurationCountsForTheNextConsumer() {
		runner.withBean("orders", Recording.class).run((context) -> {
			Recording factory = context.getBean(Recording.class);
			factory.createConsumer().close();
			factory.updateConfigs(Map.of("client.id", "rotated"));
			factory.createConsumer().close();
			factory.removeConfig("client.id");
			factory.createConsumer().close();
			assertThat(factory.created()).extracting((created) -> created.get("client.id"))
				.containsExactly(null, "rotated", null);
			assertThat(factory.created()).extracting((created) -> created.get("auto.offset.reset"))
				.containsExactly("none", "none", "none");
		});
	}

	@Test
	void listenersAreToldOnceOfEachConsumer() {
		List<String> events = new ArrayList<>();
		runner.withBean("orders", Recording.class).run((context) -> {
			Recording factory = context.getBean(Recording.class);
			factory.addListener(new ConsumerFactory.Listener<>() {

				@Override
				public void consumerAdded(String id, Consumer<String, String> consumer) {
					events.add("added " + id);
				}

				@Override
				public void consumerRemoved(String id, Consumer<String, String> consumer) {
					events.add("removed " + id);
				}

			});
			factory.createConsumer("group", "client", null, null).close();
			assertThat(events).containsExactly("added orders.client", "removed orders.client");
		});
	}

	@Test
	void postProcessorsSeeTheConsumerBeforeTheGuard() {
		List<Class<?>> seen = new ArrayList<>();
		runner.withBean("orders", Recording.class).run((context) -> {
			Recording factory = context.getBean(Recording.class);
			factory.addPostProcessor((consumer) -> {
				seen.add(consumer.getClass().getSuperclass());
				return consumer;
			});
			try (Consumer<?, ?> consumer = factory.createConsumer()) {
				assertThat(OffsetGuard.isGuarded(consumer)).isTrue();
			}
			assertThat(seen).containsExactly(KafkaConsumer.class);
		});
	}

	@Test
	void metersAreTheSameAsWithoutHoldfastAndNoneIsLeft() {
		List<String> plain = meters("holdfast.kafka.enabled=false");
		assertThat(plain).isNotEmpty();
		assertThat(meters("holdfast.kafka.enabled=true")).isEqualTo(plain);
	}

	private List<String> meters(String property) {
		List<String> open = new ArrayList<>();
		SimpleMeterRegistry registry = new SimpleMeterRegistry();
		runner.withConfiguration(AutoConfigurations.of(KafkaMetricsAutoConfiguration.class))
			.withBean(SimpleMeterRegistry.class, () -> registry)
			.withPropertyValues(property)
			.run((context) -> {
				try (Consumer<?, ?> consumer = context.getBean(DefaultKafkaConsumerFactory.class)
					.createConsumer("group", "client", null, null)) {
					open.addAll(clientMeters(registry));
				}
				assertThat(clientMeters(registry)).isEmpty();
			});
		return open;
	}

	private static List<String> clientMeters(SimpleMeterRegistry registry) {
		return registry.getMeters()
			.stream()
			.map((meter) -> meter.getId().toString())
			.filter((id) -> id.contains("tag(client.id=client)"))
			.sorted()
			.toList();
	}

	@Test
	void holdingFirstPositionsUnderAutoCommitIsToldAtStart(CapturedOutput output) {
		runner
			.withPropertyValues("holdfast.kafka.offset-guard.policy.no-committed-offset=hold",
					"spring.kafka.consumer.enable-auto-commit=true")
			.run((context) -> assertThat(output.getOut().lines().filter((line) -> line.startsWith("WARN")))
				.containsExactly("WARN  dev.holdfast.kafka.autoconfigure.FactoryGuard : The consumers of "
						+ "'kafkaConsumerFactory' commit automatically (enable.auto.commit=true), so a partition without "
						+ "a position cannot be held: 'hold' becomes 'fail' for [no-committed-offset, committed-offset-lost]"));
	}

	@Test
	void nothingIsHeldWhereTheGuardOnlyObserves(CapturedOutput output) {
		runner
			.withPropertyValues("holdfast.kafka.offset-guard.mode=observe",
					"spring.kafka.consumer.enable-auto-commit=true")
			.run((context) -> assertThat(output).contains("Guarding").doesNotContain("commit automatically"));
	}

	@Test
	void holdingFirstPositionsWithoutAutoCommitIsFine(CapturedOutput output) {
		runner
			.withPropertyValues("holdfast.kafka.offset-guard.topics[0].name=orders",
					"holdfast.kafka.offset-guard.topics[0].policy.no-committed-offset=hold")
			.run((context) -> {
				ConsumerFactory<?, ?> factory = context.getBean(ConsumerFactory.class);
				Properties properties = new Properties();
				properties.put("enable.auto.commit", "false");
				factory.createConsumer("group", null, null, properties).close();
				assertThat(output).doesNotContain("commit automatically");
				factory.createConsumer("group", null, null, null).close();
				assertThat(output).containsOnlyOnce("commit automatically");
			});
	}

	@Test
	void theStartSaysWhatIsGuardedAndHow(CapturedOutput output) {
		runner
			.withPropertyValues("holdfast.kafka.offset-guard.policy.unverifiable=keep",
					"holdfast.kafka.offset-guard.policy.false-truncation=keep",
					"holdfast.kafka.offset-guard.topics[0].pattern=audit.*",
					"holdfast.kafka.offset-guard.topics[0].policy.below-log-start=fail")
			.run((context) -> assertThat(output.getOut().lines().filter((line) -> line.contains("Guarding")))
				.containsExactly("INFO  dev.holdfast.kafka.autoconfigure.FactoryGuards : Guarding the consumers of "
						+ "'kafkaConsumerFactory' (enforcing, unverifiable: keep, on 'audit.*' {below-log-start=fail}; no version cap)"));
	}

	/** Remembers the properties it was given. */
	private static final class PropertiesRecording extends Recording {

		private Properties seen;

		@Override
		public Consumer<String, String> createConsumer(String groupId, String clientIdPrefix, String clientIdSuffix,
				Properties properties) {
			this.seen = properties;
			return super.createConsumer(groupId, clientIdPrefix, clientIdSuffix, properties);
		}

	}

	/** An application's own. */
	public static class Interceptor implements ConsumerInterceptor<String, String> {

		@Override
		public ConsumerRecords<String, String> onConsume(ConsumerRecords<String, String> records) {
			return records;
		}

		@Override
		public void onCommit(Map<TopicPartition, OffsetAndMetadata> offsets) {
		}

		@Override
		public void close() {
		}

		@Override
		public void configure(Map<String, ?> configs) {
		}

	}

}
