/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

import dev.holdfast.kafka.offsetguard.decision.Outcome;
import dev.holdfast.kafka.offsetguard.internal.client.AutoOffsetReset;
import dev.holdfast.kafka.offsetguard.internal.client.ClientConfiguration;
import dev.holdfast.kafka.offsetguard.internal.consumer.GuardContext;
import dev.holdfast.kafka.offsetguard.internal.consumer.GuardedConsumer;
import dev.holdfast.kafka.offsetguard.internal.consumer.PositionGuard;
import dev.holdfast.kafka.offsetguard.policy.Cause;
import dev.holdfast.kafka.offsetguard.policy.OffsetGuardSettings;
import dev.holdfast.kafka.offsetguard.policy.OffsetPolicy;
import dev.holdfast.kafka.versioncap.ClientCap;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.holdfast.kafka.test.Fault;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;
import dev.holdfast.kafka.test.Polling;
import dev.holdfast.kafka.test.WireRequest;

import static dev.holdfast.kafka.offsetguard.Consumers.range;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Brokers that lie to the consumer, and do not answer those who look for evidence.
 */
@LyingKafka(brokers = 3)
@Timeout(value = 120, unit = TimeUnit.SECONDS)
@Tag("long")
class SilentBrokerTests {

	private static final String INSPECTOR = "holdfast-inspector-";

	private static final Duration POLL = Duration.ofMillis(50);

	private static final Duration MARGIN = Duration.ofSeconds(1);

	private final KafkaCluster cluster;

	private final Map<TopicPartition, List<Long>> delivered = new HashMap<>();

	private Consumers consumers;

	private Duration longestPoll = Duration.ZERO;

	SilentBrokerTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void nothingMovesWhileBrokersAreSilent(String protocol) {
		SpreadTopic topic = createTopic("silent-" + protocol);
		Duration timeout = Duration.ofSeconds(1);
		consumers = consumers(topic, protocol).timing(timeout, Duration.ofMillis(100));
		cluster.wire().inject(Fault.epochEndOffset(0));
		Fault.Handle silence = cluster.wire().inject(Fault.silence().forClient(INSPECTOR));

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(topic.name));
			poll(consumer, () -> !consumers.decisions.isEmpty() && inspections() > 6);

			assertThat(delivered).isEmpty();
			assertThat(consumers.decisions).allSatisfy((decision) -> {
				assertThat(decision.cause()).isEqualTo(Cause.UNVERIFIABLE);
				assertThat(decision.outcome()).isEqualTo(new Outcome.Held());
				assertThat(consumer.position(decision.partition())).isEqualTo(20);
			});
			consumer.commitSync();
			assertThat(cluster.committed(topic.name)).isEqualTo(topic.each(Consumers.offset(20, 0)));

			silence.close();
			poll(consumer, () -> topic.areAt(consumer, 30));
		}

		assertThat(longestPoll).isLessThan(POLL.plus(timeout).plus(MARGIN));
		assertThat(delivered).isEqualTo(topic.each(range(20, 30)));
		assertThat(lastCauses()).isEqualTo(topic.each(Cause.FALSE_TRUNCATION));
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void otherPartitionsReadOnWhileOneBrokerIsSilent(String protocol) {
		// Which broker an inspector asks first is its client's choice.
		for (int silent : cluster.brokerIds()) {
			readOnWhileOneBrokerIsSilent(createTopic("silent-" + silent + "-" + protocol), protocol, silent);
		}
	}

	private void readOnWhileOneBrokerIsSilent(SpreadTopic topic, String protocol, int silent) {
		delivered.clear();
		longestPoll = Duration.ZERO;
		Duration timeout = Duration.ofSeconds(4);
		consumers = consumers(topic, protocol).timing(timeout, Duration.ofMillis(100));
		List<TopicPartition> silenced = topic.ledBy(silent);
		Map<TopicPartition, List<Long>> expected = new HashMap<>(topic.each(range(20, 30)));
		expected.keySet().removeAll(silenced);
		cluster.wire().forget();
		Fault.Handle lie = cluster.wire().inject(Fault.epochEndOffset(0));
		Fault.Handle silence = cluster.wire().inject(Fault.silence().forClient(INSPECTOR).onBroker(silent));

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(topic.name));
			poll(consumer, () -> areAt30(consumer, expected.keySet()));
			// The silent leader's claim may come later, as an incident of its own.
			Duration twoInspections = timeout.multipliedBy(2);
			assertThat(Duration.between(firstClaim(topic.name), Instant.now())).isLessThan(twoInspections.plus(MARGIN));
			assertThat(delivered).isEqualTo(expected);
			assertThat(consumers.decisions).allSatisfy((decision) -> assertThat(decision.cause())
				.isEqualTo(silenced.contains(decision.partition()) ? Cause.UNVERIFIABLE : Cause.FALSE_TRUNCATION));

			silence.close();
			poll(consumer, () -> topic.areAt(consumer, 30));
		}

		assertThat(longestPoll).isLessThan(POLL.plus(timeout).plus(MARGIN));
		assertThat(delivered).isEqualTo(topic.each(range(20, 30)));
		assertThat(lastCauses()).isEqualTo(topic.each(Cause.FALSE_TRUNCATION));
		lie.close();
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void wakeupEndsInspection(String protocol) throws Exception {
		SpreadTopic topic = createTopic("woken-" + protocol);
		consumers = consumers(topic, protocol).timing(Duration.ofSeconds(20), Duration.ofMillis(100));
		cluster.wire().inject(Fault.epochEndOffset(0));
		Fault.Handle silence = cluster.wire().inject(Fault.silence().forClient(INSPECTOR));

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(topic.name));
			CompletableFuture<Long> wakeup = CompletableFuture.supplyAsync(() -> {
				Awaitility.await().until(() -> silence.hits() > 0);
				consumer.wakeup();
				return System.nanoTime();
			});
			long thrown = pollUntilWokenUp(consumer);
			assertThat(Duration.ofNanos(thrown - wakeup.get())).isLessThan(Duration.ofSeconds(1));
			assertThat(consumers.decisions).isEmpty();
			assertThat(delivered).isEmpty();

			silence.close();
			// One wakeup is one exception, but the plain async client may tell it twice.
			BooleanSupplier areAt = () -> topic.areAt(consumer, 30);
			try {
				poll(consumer, areAt);
			}
			catch (WakeupException ex) {
				assertThat(protocol).isEqualTo("consumer");
				poll(consumer, areAt);
			}
		}

		assertThat(delivered).isEqualTo(topic.each(range(20, 30)));
		assertThat(consumers.causes()).hasSize(9).containsOnly(Cause.FALSE_TRUNCATION);
	}

	private Instant firstClaim(String clientId) {
		return cluster.wire()
			.requests()
			.stream()
			.filter((request) -> request.api() == ApiKeys.OFFSET_FOR_LEADER_EPOCH
					&& request.clientId().equals(clientId))
			.map(WireRequest::at)
			.min(Instant::compareTo)
			.orElseThrow();
	}

	private static boolean areAt30(Consumer<?, ?> consumer, Set<TopicPartition> partitions) {
		return consumer.assignment().containsAll(partitions)
				&& partitions.stream().allMatch((partition) -> Consumers.isAt(consumer, partition, 30));
	}

	private Map<TopicPartition, Cause> lastCauses() {
		Map<TopicPartition, Cause> causes = new HashMap<>();
		consumers.decisions.forEach((decision) -> causes.put(decision.partition(), decision.cause()));
		return causes;
	}

	/**
	 * The async consumer may report a claim about a partition before it calls the
	 * rebalance listener about it.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void holdOutlivesListenerCall(String protocol) {
		SpreadTopic topic = createTopic("listener-" + protocol);
		consumers = consumers(topic, protocol).with("auto.offset.reset", "none")
			.with("key.deserializer", StringDeserializer.class)
			.with("value.deserializer", StringDeserializer.class);
		cluster.wire().inject(Fault.epochEndOffset(0));
		Fault.Handle silence = cluster.wire().inject(Fault.silence().forClient(INSPECTOR));
		OffsetGuardSettings settings = new OffsetGuardSettings(OffsetPolicy.defaults(),
				OffsetGuardSettings.Mode.ENFORCE, new OffsetGuardSettings.Commits(false, false, false),
				new OffsetGuardSettings.Timing(Duration.ofSeconds(1), Duration.ofMillis(100), Duration.ZERO));

		Consumer<String, String> client = consumers.plain();
		PositionGuard<String, String> guard = new PositionGuard<>(client,
				ClientConfiguration.of(consumers.configuration(), AutoOffsetReset.parse("earliest")),
				GuardContext.of(settings, null, List.of(consumers.decisions::add), ClientCap.none()), () -> null,
				Consumers.unknownVersions());
		try (Consumer<String, String> consumer = GuardedConsumer.wrap(client, guard)) {
			consumer.assign(topic.partitions);
			poll(consumer, () -> !guard.holds().isEmpty());
			guard.onAssigned(topic.partitions);
			assertThat(guard.holds().isEmpty()).isFalse();

			silence.close();
			poll(consumer, () -> topic.areAt(consumer, 30));
		}

		assertThat(delivered).isEqualTo(topic.each(range(20, 30)));
		assertThat(lastCauses()).isEqualTo(topic.each(Cause.FALSE_TRUNCATION));
	}

	private long pollUntilWokenUp(Consumer<String, String> consumer) {
		try {
			poll(consumer, () -> false);
			throw new AssertionError("Not woken up");
		}
		catch (WakeupException ex) {
			return System.nanoTime();
		}
	}

	private void poll(Consumer<String, String> consumer, BooleanSupplier condition) {
		Polling.by((timeout) -> timedPoll(consumer, timeout))
			.into(delivered)
			.pollTimeout(POLL)
			.describing(
					() -> consumers.decisions.stream().map((each) -> each.partition() + "=" + each.cause()).toList())
			.until(condition);
	}

	private ConsumerRecords<String, String> timedPoll(Consumer<String, String> consumer, Duration timeout) {
		long start = System.nanoTime();
		ConsumerRecords<String, String> records = consumer.poll(timeout);
		Duration took = Duration.ofNanos(System.nanoTime() - start);
		longestPoll = (took.compareTo(longestPoll) > 0) ? took : longestPoll;
		return records;
	}

	/**
	 * Each begins by asking for what the broker can do.
	 */
	private long inspections() {
		return cluster.wire().count(INSPECTOR, ApiKeys.API_VERSIONS);
	}

	private SpreadTopic createTopic(String name) {
		return SpreadTopic.create(cluster, name, 9).produce(30).commit(name, Consumers.offset(20, 0));
	}

	private Consumers consumers(SpreadTopic topic, String protocol) {
		// Partitions whose claim the client forgot, as another broker claimed something
		// too, are asked about again so often.
		return new Consumers(cluster, protocol, topic.name).with("auto.offset.reset", "earliest")
			.with("request.timeout.ms", 3000);
	}

}
