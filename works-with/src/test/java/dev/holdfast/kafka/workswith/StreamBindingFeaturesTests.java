/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.workswith;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import dev.holdfast.kafka.offsetguard.decision.Decision;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.kafka.support.KafkaHeaders;
import org.springframework.messaging.Message;

import static dev.holdfast.kafka.workswith.StreamApplication.binding;
import static dev.holdfast.kafka.workswith.StreamApplication.kafka;
import static dev.holdfast.kafka.workswith.StreamApplication.protocol;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * What bindings of Spring Cloud Stream can be: each feature on brokers that lie.
 */
@LyingKafka(brokers = 2)
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class StreamBindingFeaturesTests {

	private final KafkaCluster cluster;

	StreamBindingFeaturesTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void batchMode(String protocol) {
		StreamOrders orders = StreamOrders.consumedTo200Of270(cluster, 1).lie();

		try (StreamApplication application = StreamApplication.run(cluster, orders.topic(), "process", Batches.class,
				protocol(protocol), binding("consumer.batch-mode=true"))) {
			orders.awaitCommitted(270);

			assertThat(application.offsets()).isEqualTo(StreamOrders.range(200, 270));
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void retriesAndDeadLetters(String protocol) {
		StreamOrders orders = StreamOrders.consumedTo200Of270(cluster, 1).lie();
		StreamOrders dead = StreamOrders.empty(cluster, 1);

		try (StreamApplication application = StreamApplication.run(cluster, orders.topic(), "process", Failing.class,
				protocol(protocol), binding("consumer.max-attempts=2"),
				binding("consumer.back-off-initial-interval=10"), kafka("enable-dlq=true"),
				kafka("dlq-name=" + dead.topic()))) {
			orders.awaitCommitted(270);

			List<Long> delivered = StreamOrders.range(200, 270);
			delivered.add(delivered.indexOf(Failing.BAD), Failing.BAD);
			assertThat(application.offsets()).isEqualTo(delivered);
			assertThat(cluster.logEnd(dead.partition(0))).isEqualTo(1);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void concurrency(String protocol) {
		StreamOrders orders = StreamOrders.consumedTo200Of270(cluster, 3).lie();

		try (StreamApplication application = run(orders, protocol(protocol), binding("consumer.concurrency=3"))) {
			orders.awaitCommitted(270);

			List<Long> three = new ArrayList<>();
			IntStream.range(0, 3).forEach((each) -> three.addAll(StreamOrders.range(200, 270)));
			assertThat(application.offsets()).containsExactlyInAnyOrderElementsOf(three);
			assertThat(application.received().decisions).extracting(Decision::partition).containsAll(orders.all());
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void partitionsAssignedByHand(boolean guarded) {
		StreamOrders orders = StreamOrders.consumedTo200Of270(cluster, 1).lie();

		try (StreamApplication application = run(orders, "holdfast.kafka.enabled=" + guarded,
				kafka("auto-rebalance-enabled=false"))) {
			orders.awaitCommitted(270);

			assertThat(application.offsets()).isEqualTo(StreamOrders.range(guarded ? 200 : 0, 270));
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void twoBinders(boolean guarded) {
		StreamOrders orders = StreamOrders.consumedTo200Of270(cluster, 1).lie();
		StreamOrders others = StreamOrders.consumedTo200Of270(cluster, 1).lie();

		try (StreamApplication application = StreamApplication.run(cluster, orders.topic(), "process", Two.class,
				"holdfast.kafka.enabled=" + guarded, "spring.cloud.function.definition=process;audit",
				binding("binder=one"), "spring.cloud.stream.bindings.audit-in-0.binder=two",
				"spring.cloud.stream.bindings.audit-in-0.destination=" + others.topic(),
				"spring.cloud.stream.bindings.audit-in-0.group=" + others.topic(), binder("one", "type=kafka"),
				binder("two", "type=kafka"),
				binder("one", "environment.spring.cloud.stream.kafka.binder.brokers=" + cluster.bootstrapServers()),
				binder("two", "environment.spring.cloud.stream.kafka.binder.brokers=" + cluster.bootstrapServers()))) {
			orders.awaitCommitted(270);
			others.awaitCommitted(270);

			List<Long> two = new ArrayList<>(StreamOrders.range(guarded ? 200 : 0, 270));
			two.addAll(StreamOrders.range(guarded ? 200 : 0, 270));
			assertThat(application.offsets()).containsExactlyInAnyOrderElementsOf(two);
			assertThat(application.guardedBindings())
				.isEqualTo(guarded ? List.of("audit-in-0", "process-in-0") : List.of());
		}
	}

	private static String binder(String name, String property) {
		return "spring.cloud.stream.binders.%s.%s".formatted(name, property);
	}

	private StreamApplication run(StreamOrders orders, String... properties) {
		return StreamApplication.run(cluster, orders.topic(), "process", StreamApplication.Process.class, properties);
	}

	@Configuration(proxyBeanMethods = false)
	static class Batches {

		@Bean
		java.util.function.Consumer<List<byte[]>> process(StreamApplication.Received received) {
			// A record's value is its offset.
			return (values) -> values
				.forEach((value) -> received.offsets.add(Long.valueOf(new String(value, StandardCharsets.US_ASCII))));
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Failing {

		static final Long BAD = 210L;

		@Bean
		java.util.function.Consumer<Message<byte[]>> process(StreamApplication.Received received) {
			return (message) -> {
				received.add(message);
				if (BAD.equals(message.getHeaders().get(KafkaHeaders.OFFSET))) {
					throw new IllegalStateException("An order that cannot be processed");
				}
			};
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Two {

		/** The binder demands one, where Micrometer is on the class path. */
		@Bean
		MeterRegistry meters() {
			return new SimpleMeterRegistry();
		}

		@Bean
		java.util.function.Consumer<Message<byte[]>> process(StreamApplication.Received received) {
			return received::add;
		}

		@Bean
		java.util.function.Consumer<Message<byte[]>> audit(StreamApplication.Received received) {
			return received::add;
		}

	}

}
