/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.versioncap;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

import dev.holdfast.kafka.versioncap.internal.RefusedBroker;
import dev.holdfast.kafka.versioncap.rules.KafkaApi;
import dev.holdfast.kafka.versioncap.rules.LearnedCaps;
import dev.holdfast.kafka.versioncap.rules.VersionCap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.RangeAssignor;
import org.apache.kafka.common.Configurable;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import dev.holdfast.kafka.test.Fault;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;
import dev.holdfast.kafka.test.Polling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * A guarded consumer stops as soon as a broker offers less than its rules require.
 */
@LyingKafka(brokers = 2)
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class MinVersionsTests {

	private static final Duration PATIENCE = Duration.ofSeconds(30);

	private static final Duration POLL = Duration.ofMillis(50);

	private static final ClientCap FETCH_FROM_TWELVE = cap("Fetch >= 12");

	private final KafkaCluster cluster;

	MinVersionsTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void brokerThatOffersLessStopsTheConsumer(String protocol) {
		TopicPartition partition = prepare("less-" + protocol);
		cluster.wire().inject(Fault.advertise(ApiKeys.FETCH, 4, 11).onBroker(cluster.leader(partition)));

		try (Consumer<String, String> consumer = clients(protocol, partition).guarded(FETCH_FROM_TWELVE)) {
			consumer.subscribe(List.of(partition.topic()));
			RefusedBrokerException refused = pollUntilRefused(consumer);

			assertThat(refused.getMessage()).matches(
					"(Bootstrap server 2|Broker 1) \\((localhost|127.0.0.1):[0-9]+\\) offers Fetch up to version 11, "
							+ "but min-versions require Fetch >= 12: the consumer stops");
			for (int i = 0; i < 3; i++) {
				assertThatExceptionOfType(RefusedBrokerException.class).isThrownBy(() -> consumer.poll(POLL))
					.withMessage(refused.getMessage());
			}
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void brokerThatDoesNotOfferTheApiStopsTheConsumer(String protocol) {
		TopicPartition partition = prepare("none-" + protocol);
		cluster.wire().inject(Fault.hide(ApiKeys.OFFSET_FOR_LEADER_EPOCH));

		try (Consumer<String, String> consumer = clients(protocol, partition)
			.guarded(cap("OffsetForLeaderEpoch >= 0"))) {
			consumer.subscribe(List.of(partition.topic()));

			assertThat(pollUntilRefused(consumer)).hasMessageContaining(
					"offers no OffsetForLeaderEpoch, but min-versions require OffsetForLeaderEpoch >= 0");
		}
	}

	@ParameterizedTest
	@CsvSource({ "classic, 12", "classic, 18", "consumer, 12", "consumer, 18" })
	void brokerThatOffersEnoughIsFine(String protocol, int offered) {
		TopicPartition partition = prepare("enough-%s-%d".formatted(protocol, offered));
		cluster.wire().inject(Fault.advertise(ApiKeys.FETCH, 4, offered));

		try (Consumer<String, String> consumer = clients(protocol, partition).guarded(FETCH_FROM_TWELVE)) {
			assertReads(consumer, partition);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void consumersWithoutTheRuleDoNotCare(String protocol) {
		TopicPartition partition = prepare("others-" + protocol);
		cluster.wire().inject(Fault.advertise(ApiKeys.FETCH, 4, 11));

		try (Consumer<String, String> refusing = clients(protocol, partition).with("group.id", "refusing-" + protocol)
			.guarded(FETCH_FROM_TWELVE);
				Consumer<String, String> lenient = clients(protocol, partition).guarded(cap("Fetch >= 11"));
				Consumer<String, String> unruled = clients(protocol, partition).with("group.id", "unruled-" + protocol)
					.guarded(ClientCap.none())) {
			refusing.subscribe(List.of(partition.topic()));
			pollUntilRefused(refusing);

			assertReads(lenient, partition);
			unruled.subscribe(List.of(partition.topic()));
			assertThat(Reading.to(unruled, partition, 270)).isEqualTo(Reading.range(0, 270));
		}
	}

	/**
	 * The consumer is the one that is refused, whatever it makes for itself.
	 */
	@Test
	void clientsThatTheConsumerMakesForItselfDoNotHideItsBrokers() {
		TopicPartition partition = prepare("assignor");
		cluster.wire().inject(Fault.advertise(ApiKeys.FETCH, 4, 11));

		try (Consumer<String, String> consumer = clients("classic", partition)
			.with("partition.assignment.strategy", AskingAssignor.class.getName())
			.guarded(FETCH_FROM_TWELVE)) {
			consumer.subscribe(List.of(partition.topic()));

			assertThat(pollUntilRefused(consumer)).hasMessageContaining("offers Fetch up to version 11");
		}
	}

	/** As assignors do that look at lags. */
	public static final class AskingAssignor extends RangeAssignor implements Configurable {

		@Override
		public void configure(Map<String, ?> configuration) {
			Admin.create(Map.of("bootstrap.servers", configuration.get("bootstrap.servers"))).close(Duration.ZERO);
		}

	}

	@ParameterizedTest
	@CsvSource({ "-1, Bootstrap server 1", "-2, Bootstrap server 2", "0, Broker 0", "1001, Broker 1001",
			"2147483647, Broker 0", "2147483646, Broker 1" })
	void brokersGoByTheNamesThatPeopleKnow(String node, String name) {
		assertThat(new RefusedBroker(node, KafkaApi.FETCH, 11, 12).name()).isEqualTo(name);
	}

	private static void assertReads(Consumer<String, String> consumer, TopicPartition partition) {
		consumer.subscribe(List.of(partition.topic()));
		assertThat(Reading.to(consumer, partition, 270)).isEqualTo(Reading.range(200, 270));
		consumer.commitSync();
		assertThat(consumer.poll(POLL)).isEmpty();
	}

	/**
	 * The consumer hears of the broker's versions inside a poll: the one after that
	 * throws.
	 */
	private static RefusedBrokerException pollUntilRefused(Consumer<?, ?> consumer) {
		return catchThrowableOfType(RefusedBrokerException.class,
				() -> Polling.of(consumer).patience(PATIENCE).pollTimeout(POLL).until(() -> false));
	}

	private static ClientCap cap(String rules) {
		return new ClientCap(VersionCap.parse(rules), LearnedCaps.none());
	}

	private CapClients clients(String protocol, TopicPartition partition) {
		return new CapClients(cluster, protocol, partition.topic());
	}

	private TopicPartition prepare(String topic) {
		TopicPartition partition = new TopicPartition(topic, 0);
		cluster.createTopic(topic, Map.of(0, List.of(cluster.brokerIds().get(1))), Map.of());
		cluster.produce(partition, 270);
		cluster.commit(topic, partition, new OffsetAndMetadata(200, Optional.of(0), ""));
		return partition;
	}

}
