/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;

import dev.holdfast.kafka.offsetguard.decision.Decision;
import dev.holdfast.kafka.offsetguard.internal.inspection.InspectionService;
import dev.holdfast.kafka.offsetguard.policy.Cause;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.holdfast.kafka.test.Fault;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;
import dev.holdfast.kafka.test.Polling;

import static dev.holdfast.kafka.offsetguard.Consumers.range;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Many consumers of one process are in doubt at once, most of them about partitions of a
 * broker that says nothing to inspectors: those whose broker answers are decided about
 * all the same.
 */
@LyingKafka(brokers = 2)
@Timeout(value = 240, unit = TimeUnit.SECONDS)
@Tag("long")
class ManyInDoubtTests {

	private static final Duration POLL = Duration.ofMillis(10);

	/** As far as a busy machine knows what that is. */
	private static final Duration MARGIN = Duration.ofMillis(1_800);

	private final KafkaCluster cluster;

	private final List<Consumer<String, String>> open = new ArrayList<>();

	private final Map<TopicPartition, List<Long>> delivered = new HashMap<>();

	private Duration longestPoll = Duration.ZERO;

	ManyInDoubtTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	@AfterEach
	void close() {
		open.forEach(Consumer::close);
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void nobodyWaitsForABrokerOfOthersThatIsSilent(String protocol) {
		int silent = cluster.brokerIds().get(0);
		List<TopicPartition> silenced = partitions("silenced-" + protocol, silent, 25);
		List<TopicPartition> answered = partitions("answered-" + protocol, cluster.brokerIds().get(1), 5);
		String group = "many-" + protocol;
		Consumers consumers = new Consumers(cluster, protocol, group).with("auto.offset.reset", "earliest")
			.timing(Duration.ofSeconds(2), Duration.ofSeconds(1))
			.oneProcess();
		cluster.wire().inject(Fault.epochEndOffset(0).forClient(group));
		Fault.Handle silence = cluster.wire().inject(Fault.silence().forClient("holdfast-inspector-").onBroker(silent));

		List<Polling<String, String>> first = silenced.stream().map((each) -> at20(consumers, each)).toList();
		poll(first, () -> silence.hits() >= InspectionService.THREADS);
		List<Polling<String, String>> all = new ArrayList<>(first);
		answered.forEach((each) -> all.add(at20(consumers, each)));
		poll(all, () -> delivered.size() == 5 && delivered.values().stream().allMatch((each) -> each.size() == 10));

		assertThat(delivered).isEqualTo(each(answered));
		assertThat(about(consumers, answered)).hasSize(5).containsOnly(Cause.FALSE_TRUNCATION);
		assertThat(about(consumers, silenced)).doesNotContain(Cause.FALSE_TRUNCATION);
		assertThat(longestPoll).isLessThan(POLL.plus(MARGIN));

		silence.close();
		poll(all, () -> delivered.size() == 30 && delivered.values().stream().allMatch((each) -> each.size() == 10));
		Map<TopicPartition, List<Long>> expected = each(answered);
		expected.putAll(each(silenced));
		assertThat(delivered).isEqualTo(expected);
		assertThat(longestPoll).isLessThan(POLL.plus(MARGIN));
	}

	private List<TopicPartition> partitions(String topic, int broker, int count) {
		Map<Integer, List<Integer>> assignments = new HashMap<>();
		IntStream.range(0, count).forEach((partition) -> assignments.put(partition, List.of(broker)));
		cluster.createTopic(topic, assignments, Map.of());
		List<TopicPartition> partitions = IntStream.range(0, count)
			.mapToObj((partition) -> new TopicPartition(topic, partition))
			.toList();
		partitions.forEach((partition) -> cluster.produce(partition, 30));
		return partitions;
	}

	private Polling<String, String> at20(Consumers consumers, TopicPartition partition) {
		Consumer<String, String> consumer = consumers.guarded();
		open.add(consumer);
		consumer.assign(List.of(partition));
		consumer.seek(partition, Consumers.offset(20, 0));
		return Polling.by((Duration timeout) -> timedPoll(consumer, timeout)).into(delivered).pollTimeout(POLL);
	}

	private ConsumerRecords<String, String> timedPoll(Consumer<String, String> consumer, Duration timeout) {
		long start = System.nanoTime();
		ConsumerRecords<String, String> records = consumer.poll(timeout);
		Duration took = Duration.ofNanos(System.nanoTime() - start);
		longestPoll = (took.compareTo(longestPoll) > 0) ? took : longestPoll;
		return records;
	}

	private static void poll(List<Polling<String, String>> consumers, BooleanSupplier condition) {
		Polling.<String, String>by((timeout) -> {
			consumers.forEach(Polling::once);
			return ConsumerRecords.empty();
		}).patience(Duration.ofSeconds(60)).until(condition);
	}

	private static List<Cause> about(Consumers consumers, List<TopicPartition> partitions) {
		return consumers.decisions.stream()
			.filter((each) -> partitions.contains(each.partition()))
			.map(Decision::cause)
			.toList();
	}

	private static Map<TopicPartition, List<Long>> each(List<TopicPartition> partitions) {
		Map<TopicPartition, List<Long>> all = new HashMap<>();
		partitions.forEach((each) -> all.put(each, range(20, 30)));
		return all;
	}

}
