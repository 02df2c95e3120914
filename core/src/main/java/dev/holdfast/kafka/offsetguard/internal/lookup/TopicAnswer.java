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
 * @param topics what brokers say about each topic in question
 * @param leaderEpochs the current leader epoch of each partition in question, -1 where
 * brokers have none
 */
public record TopicAnswer(Map<String, Reply<TopicFacts>> topics, Map<TopicPartition, Reply<Integer>> leaderEpochs) {

	/** The answer to no question. */
	public static final TopicAnswer NOTHING = new TopicAnswer(Map.of(), Map.of());

	/**
	 * Gives all the same reply.
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
	 * @return {@link Reply.Refused} if the question was not about it
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
	 * @return {@link Reply.Refused} if the question was not about it
	 */
	public Reply<Integer> leaderEpoch(TopicPartition partition) {
		return leaderEpochs.getOrDefault(partition, new Reply.Refused<>("not asked"));
	}

	/**
	 * Whether brokers have left anything unanswered yet.
	 */
	public boolean isPending() {
		return topics.values().stream().anyMatch(Reply::isPending)
				|| leaderEpochs.values().stream().anyMatch(Reply::isPending);
	}

	/**
	 * Whether brokers have answered, or refused, all about a partition.
	 */
	boolean isComplete(TopicPartition partition) {
		return !topic(partition.topic()).isPending() && !leaderEpoch(partition).isPending();
	}

}
