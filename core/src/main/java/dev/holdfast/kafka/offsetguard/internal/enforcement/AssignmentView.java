/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.enforcement;

import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;

import dev.holdfast.kafka.offsetguard.decision.Assignment;
import dev.holdfast.kafka.offsetguard.decision.Decision;
import dev.holdfast.kafka.offsetguard.internal.client.ClientConfiguration;
import dev.holdfast.kafka.offsetguard.internal.memory.CommitMemory;
import dev.holdfast.kafka.offsetguard.internal.partition.Holds;
import dev.holdfast.kafka.offsetguard.internal.partition.PartitionStates;
import dev.holdfast.kafka.offsetguard.internal.ruling.DecisionMaker;
import dev.holdfast.kafka.versioncap.ClientVersions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * What other threads see of one consumer's assignment. It asks nobody: it shows what the
 * consumer's thread has noted last, and the client's own meters. Thread-safe.
 */
public record AssignmentView(Consumer<?, ?> client, ClientConfiguration configuration, PartitionStates states,
		Holds holds, CommitMemory commits, DecisionMaker maker, ClientVersions versions) {

	/** The client's own meter, which it sets whenever it has fetched records. */
	private static final String LAG = "records-lag";

	/**
	 * The partitions, by topic and number.
	 */
	public Assignment assignment() {
		Map<TopicPartition, Holds.Shown> held = new HashMap<>(holds.visible());
		Map<TopicPartition, Long> lags = lags();
		return new Assignment(configuration.groupId(), configuration.clientId(),
				states.partitions()
					.stream()
					.sorted(Comparator.comparing(TopicPartition::topic).thenComparingInt(TopicPartition::partition))
					.map((partition) -> describe(partition, held.get(partition), lag(lags, partition)))
					.toList(),
				versions);
	}

	private Assignment.Partition describe(TopicPartition partition, Holds.@Nullable Shown held, long lag) {
		long committed = commits.confirmedOffset(partition);
		if (held == null) {
			boolean isStarting = states.isVisiblyStarting(partition);
			return new Assignment.Partition(partition,
					isStarting ? Assignment.State.STARTING : Assignment.State.READING,
					isStarting ? -1 : states.visiblePosition(partition), committed, isStarting ? -1 : lag, null);
		}
		Decision decision = held.decision();
		return new Assignment.Partition(partition, Assignment.State.HELD, held.evidence().position(), committed, -1,
				new Assignment.Held(decision, held.since(), held.evidence(),
						maker.costs(decision.cause(), held.evidence(), held.awaitedEpoch())));
	}

	/**
	 * Some clients put underscores in the place of dots.
	 */
	private static long lag(Map<TopicPartition, Long> lags, TopicPartition partition) {
		TopicPartition plain = new TopicPartition(partition.topic().replace('.', '_'), partition.partition());
		return lags.getOrDefault(partition, lags.getOrDefault(plain, -1L));
	}

	private Map<TopicPartition, Long> lags() {
		Map<TopicPartition, Long> lags = new HashMap<>();
		for (Metric metric : client.metrics().values()) {
			Map<String, String> tags = metric.metricName().tags();
			String topic = tags.get("topic");
			String partition = tags.get("partition");
			boolean isLag = LAG.equals(metric.metricName().name()) && topic != null && partition != null;
			if (isLag && metric.metricValue() instanceof Double value && !value.isNaN()) {
				lags.put(new TopicPartition(topic, Integer.parseInt(partition)), value.longValue());
			}
		}
		return lags;
	}

}
