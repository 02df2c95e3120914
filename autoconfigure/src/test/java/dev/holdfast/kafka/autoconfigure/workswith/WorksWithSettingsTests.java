/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure.workswith;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import dev.holdfast.kafka.offsetguard.decision.Decision;
import dev.holdfast.kafka.offsetguard.decision.Outcome;
import dev.holdfast.kafka.offsetguard.policy.Action;
import dev.holdfast.kafka.offsetguard.policy.Cause;
import dev.holdfast.kafka.test.Fault;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RecordDeserializationException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.context.annotation.Bean;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.kafka.event.ConsumerStoppedEvent;
import org.springframework.kafka.listener.CommonErrorHandler;
import org.springframework.kafka.listener.ContainerProperties.AckMode;
import org.springframework.kafka.listener.DefaultErrorHandler;
import org.springframework.kafka.listener.MessageListenerContainer;
import org.springframework.kafka.support.Acknowledgment;
import org.springframework.kafka.support.serializer.ErrorHandlingDeserializer;

import static dev.holdfast.kafka.autoconfigure.workswith.Application.protocol;
import static dev.holdfast.kafka.autoconfigure.workswith.Orders.range;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * What listeners and their consumers can be set to.
 */
@LyingKafka(brokers = 2)
@Timeout(value = 120, unit = TimeUnit.SECONDS)
@Tag("long")
class WorksWithSettingsTests {

	private static final long END = Orders.END;

	private final KafkaCluster cluster;

	WorksWithSettingsTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	/** Every other one with the other protocol: they commit alike. */
	static Stream<Arguments> ackModes() {
		return Stream.of(AckMode.values())
			.map((mode) -> Arguments.of(mode, (mode.ordinal() % 2 == 0) ? "classic" : "consumer"));
	}

	/** Commits of each mode pass by what is held, and go on when it is released. */
	@ParameterizedTest
	@MethodSource("ackModes")
	@DisplayName("Every `AckMode`")
	void everyAckMode(AckMode mode, String protocol) {
		Orders orders = Orders.consumedTo20Of30(cluster, 2);
		Fault.Handle lie = orders.lieAbout(0);
		boolean manual = mode.name().startsWith("MANUAL");
		try (Application application = Application.run(cluster, orders.topic(),
				manual ? AcknowledgingListener.class : RecordListener.class, protocol(protocol),
				"spring.kafka.listener.ack-mode=" + mode, "spring.kafka.listener.ack-count=1",
				"spring.kafka.listener.ack-time=20ms", "holdfast.kafka.offset-guard.policy.false-truncation=hold",
				"holdfast.kafka.offset-guard.hold-recheck-interval=100ms")) {
			orders.awaitCommitted(1, END);
			assertThat(application.awaitDecisions(1)).extracting(Decision::action).containsExactly(Action.HOLD);
			application.assertDelivered(Map.of(orders.partition(1), range(20, END)));
			assertThat(orders.committed(0)).isEqualTo(20);
			lie.close();
			orders.awaitCommitted(0, END);

			application.assertDelivered(orders.onEach(20, END));
			assertThat(cluster.committed(orders.topic()).values())
				.allSatisfy((commit) -> assertThat(commit.metadata()).as("bookmark").isNotEmpty());
		}
	}

	@EachProtocol
	@DisplayName("`auto.offset.reset=by_duration:…`")
	void byDuration(String protocol) {
		Orders orders = Orders.create(cluster, 1);
		Instant now = Instant.now();
		try (Producer<String, String> producer = orders.producer(Map.of())) {
			for (int i = 0; i < 20; i++) {
				Instant timestamp = (i < 10) ? now.minus(Duration.ofHours(2)) : now;
				producer.send(new ProducerRecord<>(orders.topic(), 0, timestamp.toEpochMilli(), null, "order"));
			}
		}
		try (Application application = Application.run(cluster, orders.topic(), RecordListener.class,
				protocol(protocol), "spring.kafka.consumer.auto-offset-reset=by_duration:PT1H")) {
			orders.awaitCommitted(20);

			application.assertDelivered(orders.onEach(10, 20));
			assertThat(application.received().decisions).singleElement().satisfies((decision) -> {
				assertThat(decision.action()).isEqualTo(Action.AUTO_OFFSET_RESET);
				assertThat(decision.outcome()).isEqualTo(new Outcome.ReadFrom(10));
			});
		}
	}

	@EachProtocol
	@DisplayName("`auto.offset.reset=none`")
	void noReset(String protocol) {
		Orders orders = Orders.consumedTo20Of30(cluster, 2);
		orders.lieAbout(0);
		cluster.deleteRecords(orders.partition(1), 25);
		try (Application application = run(orders, protocol, "spring.kafka.consumer.auto-offset-reset=none")) {
			orders.awaitCommitted(END);

			application
				.assertDelivered(Map.of(orders.partition(0), range(20, END), orders.partition(1), range(25, END)));
			assertThat(application.received().decisions).extracting(Decision::cause)
				.containsExactlyInAnyOrder(Cause.FALSE_TRUNCATION, Cause.BELOW_LOG_START);
		}
		Orders without = Orders.create(cluster, 1);
		without.produceOnEach(5);
		try (Application application = run(without, protocol, "spring.kafka.consumer.auto-offset-reset=none")) {
			Application.until(() -> !application.received().stops.isEmpty());

			assertThat(application.received().stops).containsExactly(ConsumerStoppedEvent.Reason.NO_OFFSET);
			assertThat(application.received().records()).isEmpty();
			assertThat(application.received().decisions).as("the application's own").isEmpty();
		}
	}

	@EachProtocol
	@DisplayName("No group id")
	void noGroupId(String protocol) {
		Orders orders = Orders.create(cluster, 1);
		orders.produceOnEach(30);
		cluster.deleteRecords(orders.partition(0), 10);
		try (Application application = Application.run(cluster, orders.topic(), GrouplessListener.class,
				protocol(protocol))) {
			application.assertDelivered(orders.onEach(10, 30));
			orders.lie();
			orders.moveLeaders();
			orders.produceOnEach(10);

			application.assertDelivered(orders.onEach(10, 40));
			assertThat(application.received().decisions).extracting(Decision::cause)
				.containsExactly(Cause.NO_COMMITTED_OFFSET, Cause.FALSE_TRUNCATION);
		}
	}

	/** The first record of the log, the last one consumed, and one to come. */
	@EachProtocol
	@DisplayName("Deserialization errors, handled by `ErrorHandlingDeserializer` or by an error handler")
	void deserializationErrors(String protocol) {
		List<Long> readable = new ArrayList<>(range(20, END));
		readable.remove(22L);

		Orders orders = Orders.consumedTo20Of30(cluster, 1);
		orders.lie();
		try (Application application = run(orders, protocol,
				"spring.kafka.consumer.value-deserializer=" + ErrorHandlingDeserializer.class.getName(),
				"spring.kafka.consumer.properties.spring.deserializer.value.delegate.class=" + Picky.class.getName())) {
			orders.awaitCommitted(END);
			application.assertDelivered(Map.of(orders.partition(0), readable));
			application.assertDecided(Cause.FALSE_TRUNCATION, orders.all());
		}

		Orders thrown = Orders.consumedTo20Of30(cluster, 1);
		thrown.lie();
		try (Application application = Application.run(cluster, thrown.topic(), SkippingListener.class,
				protocol(protocol), "spring.kafka.consumer.value-deserializer=" + Picky.class.getName())) {
			thrown.awaitCommitted(END);
			application.assertDelivered(Map.of(thrown.partition(0), readable));
			application.assertDecided(Cause.FALSE_TRUNCATION, thrown.all());
		}
	}

	private Application run(Orders orders, String protocol, String... properties) {
		return Application.run(cluster, orders.topic(), RecordListener.class,
				Stream.concat(Stream.of(protocol(protocol)), Stream.of(properties)).toArray(String[]::new));
	}

	record AcknowledgingListener(Received received) {

		@KafkaListener(topics = "${topic}", groupId = "${topic}")
		void onOrder(ConsumerRecord<?, ?> order, Acknowledgment acknowledgment) {
			received.add(order);
			acknowledgment.acknowledge();
		}

	}

	record GrouplessListener(Received received) {

		@KafkaListener(topicPartitions = @org.springframework.kafka.annotation.TopicPartition(topic = "${topic}",
				partitions = "0"))
		void onOrder(ConsumerRecord<?, ?> order) {
			received.add(order);
		}

	}

	/** Deals with what poll throws, as Kafka's documentation proposes. */
	record SkippingListener(Received received) {

		@KafkaListener(topics = "${topic}", groupId = "${topic}")
		void onOrder(ConsumerRecord<?, ?> order) {
			received.add(order);
		}

		@Bean
		CommonErrorHandler errorHandler() {
			return new DefaultErrorHandler() {

				@Override
				public void handleOtherException(Exception thrownException, Consumer<?, ?> consumer,
						MessageListenerContainer container, boolean batchListener) {
					assertThat(thrownException).isInstanceOf(RecordDeserializationException.class);
					RecordDeserializationException unreadable = (RecordDeserializationException) thrownException;
					consumer.seek(unreadable.topicPartition(), unreadable.offset() + 1);
				}

			};
		}

	}

	/** Cannot read some records. */
	public static class Picky implements Deserializer<String> {

		@Override
		public String deserialize(String topic, byte[] data) {
			String value = new String(data, StandardCharsets.UTF_8);
			if (List.of("0", "19", "22").contains(value)) {
				throw new SerializationException("Cannot read " + value);
			}
			return value;
		}

	}

}
