/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

/**
 * The topics of one consumer as brokers describe them: learned at each assignment, and
 * compared now and then, since no client notices that a topic was deleted and created
 * anew. Belongs to the consumer's thread, and never waits.
 */
final class Topics {

	private final TopicLookup lookup;

	private final Duration interval;

	private final Map<String, TopicFacts> known = new HashMap<>();

	private final Map<String, Coverage> coverages = new HashMap<>();

	private TopicLookup.@Nullable Query query;

	private long checkAt;

	Topics(TopicLookup lookup, Duration interval) {
		this.lookup = lookup;
		this.interval = interval;
		this.checkAt = System.nanoTime() + interval.toNanos();
	}

	/**
	 * How many partitions of a topic the group knows.
	 *
	 * @param partitions how many, -1 if that is not known
	 * @param complete whether each of them had a commit
	 */
	record Coverage(int partitions, boolean complete) {

		static final Coverage UNKNOWN = new Coverage(-1, false);

	}

	/**
	 * What was known at the last assignment: what is learned since says nothing about
	 * commits.
	 */
	Coverage coverage(String topic) {
		return coverages.getOrDefault(topic, Coverage.UNKNOWN);
	}

	void cover(String topic, Coverage coverage) {
		coverages.put(topic, coverage);
	}

	TopicFacts known(String topic) {
		return known.getOrDefault(topic, TopicFacts.UNKNOWN);
	}

	@Nullable Uuid id(String topic) {
		return known(topic).id();
	}

	/**
	 * Takes what brokers say. What they do not know now is still known.
	 */
	void learn(TopicLookup.Answer answer) {
		answer.topics().forEach((topic, facts) -> {
			if (facts.id() != null || !known.containsKey(topic)) {
				known.put(topic, facts);
			}
		});
	}

	void retain(Collection<TopicPartition> assigned) {
		Set<String> names = names(assigned);
		known.keySet().retainAll(names);
		coverages.keySet().retainAll(names);
	}

	static Set<String> names(Collection<TopicPartition> partitions) {
		Set<String> names = new TreeSet<>();
		partitions.forEach((partition) -> names.add(partition.topic()));
		return names;
	}

	/**
	 * Whether it is time to ask, or an answer may be there.
	 */
	boolean isDue() {
		return !interval.isZero() && (query != null || System.nanoTime() - checkAt >= 0);
	}

	/**
	 * Asks if it is time to, and takes the answer if there is one.
	 * @param assigned the assignment
	 * @return what brokers say now; {@link #learn} has not been called with it
	 */
	TopicLookup.Answer check(Collection<TopicPartition> assigned) {
		if (query == null) {
			checkAt = System.nanoTime() + interval.toNanos();
			query = assigned.isEmpty() ? null : lookup.start(names(assigned), Set.of());
			return TopicLookup.Answer.NOTHING;
		}
		if (!query.isDone()) {
			return TopicLookup.Answer.NOTHING;
		}
		TopicLookup.Answer answer = query.answer();
		query = null;
		return answer;
	}

}
