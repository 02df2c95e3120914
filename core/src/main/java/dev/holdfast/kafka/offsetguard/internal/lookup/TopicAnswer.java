/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.lookup;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

import dev.holdfast.kafka.offsetguard.internal.admin.Reply;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

/**
 * What brokers say about topics and about partitions' leaders.
 *
 * @param topics what is known of each topic that was asked about
 * @param leaderEpochs the current leader epoch of each partition that was asked about, -1
 * where brokers have none
 */
public record TopicAnswer(Map<String, Reply<TopicFacts>> topics, Map<TopicPartition, Reply<Integer>> leaderEpochs) {

	/** Nothing was asked. */
	public static final TopicAnswer NOTHING = new TopicAnswer(Map.of(), Map.of());

	/**
	 * One reply for all.
	 */
	public static TopicAnswer of(Collection<String> topics, Collection<TopicPartition> partitions, Reply<?> reply) {
		Map<String, Reply<TopicFacts>> facts = new HashMap<>();
		topics.forEach((topic) -> facts.put(topic, reply.withoutAnswer()));
		Map<TopicPartition, Reply<Integer>> epochs = new HashMap<>();
		partitions.forEach((partition) -> epochs.put(partition, reply.withoutAnswer()));
		return new TopicAnswer(facts, epochs);
	}

	/**
	 * The facts of a topic.
	 * @return {@link Reply.Refused} if nobody was asked
	 */
	public Reply<TopicFacts> topic(String topic) {
		return topics.getOrDefault(topic, new Reply.Refused<>("not asked"));
	}

	/**
	 * The id of a topic as far as brokers have told it.
	 */
	public @Nullable Uuid id(String topic) {
		return (topic(topic) instanceof Reply.Answered<TopicFacts> answered) ? answered.value().id() : null;
	}

	/**
	 * The leader epoch of a partition.
	 * @return {@link Reply.Refused} if nobody was asked
	 */
	public Reply<Integer> leaderEpoch(TopicPartition partition) {
		return leaderEpochs.getOrDefault(partition, new Reply.Refused<>("not asked"));
	}

	/**
	 * Whether anything was not answered yet.
	 */
	public boolean isPending() {
		return topics.values().stream().anyMatch(Reply::isPending)
				|| leaderEpochs.values().stream().anyMatch(Reply::isPending);
	}

	/**
	 * Whether all that is to be had about a partition was answered.
	 */
	boolean isComplete(TopicPartition partition) {
		return !topic(partition.topic()).isPending() && !leaderEpoch(partition).isPending();
	}

}
