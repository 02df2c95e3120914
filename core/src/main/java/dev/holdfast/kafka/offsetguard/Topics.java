/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import java.time.Duration;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The topics of one consumer as brokers describe them: learned at each assignment, and
 * compared now and then, since no client notices that a topic was deleted and created
 * anew. Belongs to the consumer's thread.
 */
final class Topics {

	private static final Logger logger = LoggerFactory.getLogger(Topics.class);

	private final TopicLookup lookup;

	private final GroupMemory memory;

	private final Duration interval;

	private final Map<String, TopicFacts> known = new HashMap<>();

	private final Map<String, Coverage> coverages = new HashMap<>();

	/** Those with partitions that are not known to have a commit. */
	private final Map<String, Uncovered> uncovered = new HashMap<>();

	private record Uncovered(int partitions, BitSet missing) {
	}

	private TopicLookup.@Nullable Query query;

	private long checkAt;

	Topics(TopicLookup lookup, GroupMemory memory, Duration interval) {
		this.lookup = lookup;
		this.memory = memory;
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
	 * What was known when commits were asked for last, or is known by those that this
	 * consumer has made since.
	 */
	Coverage coverage(String topic) {
		return coverages.getOrDefault(topic, Coverage.UNKNOWN);
	}

	/**
	 * Takes note of what bookmarks are to tell.
	 * @param missing the partitions without a commit; once all of these are committed,
	 * the topic is covered completely
	 */
	void cover(String topic, Coverage coverage, BitSet missing) {
		coverages.put(topic, coverage);
		if (missing.isEmpty()) {
			uncovered.remove(topic);
		}
		else {
			uncovered.put(topic, new Uncovered(known(topic).partitions(), missing));
		}
	}

	/**
	 * The group has commits of these partitions.
	 */
	void committed(Collection<TopicPartition> partitions) {
		for (TopicPartition partition : uncovered.isEmpty() ? Set.<TopicPartition>of() : partitions) {
			Uncovered topic = uncovered.get(partition.topic());
			if (topic != null) {
				topic.missing.clear(partition.partition());
				if (topic.missing.isEmpty()) {
					cover(partition.topic(), new Coverage(topic.partitions, true), topic.missing);
				}
			}
		}
	}

	/**
	 * Which topics are covered completely once these partitions are committed, too.
	 */
	Set<String> completedBy(Set<TopicPartition> partitions) {
		if (uncovered.isEmpty()) {
			return Set.of();
		}
		Set<String> completed = new TreeSet<>();
		uncovered.forEach((name, topic) -> {
			if (topic.missing.stream()
				.allMatch((partition) -> partitions.contains(new TopicPartition(name, partition)))) {
				completed.add(name);
			}
		});
		return completed;
	}

	/**
	 * What is known of a topic once all of its partitions are committed.
	 */
	Coverage completed(String topic) {
		Uncovered completed = uncovered.get(topic);
		return (completed != null) ? new Coverage(completed.partitions, true) : coverage(topic);
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

	/**
	 * Takes those ids out of an answer that are not the ones of before, unless they are
	 * repeated by whichever broker is asked next: any may answer, and one that has not
	 * heard of the newest topic yet tells the id of the last one.
	 * @param first the answer
	 * @param before the id of each partition's topic so far, where one is known
	 * @param timeout how long to wait for the second answer
	 * @return the answer, without the ids in doubt
	 * @throws TimeoutException if there is no second answer in time
	 * @throws WakeupException if the consumer was woken up meanwhile
	 */
	TopicLookup.Answer confirmed(TopicLookup.Answer first, Map<TopicPartition, Uuid> before, Duration timeout) {
		Map<String, Uuid> replaced = new HashMap<>();
		before.forEach((partition, id) -> {
			Uuid now = first.topic(partition.topic()).id();
			if (now != null && !now.equals(id)) {
				replaced.put(partition.topic(), id);
			}
		});
		if (replaced.isEmpty()) {
			return first;
		}
		TopicLookup.Answer second = lookup.askAnew(replaced.keySet(), timeout);
		Map<String, TopicFacts> facts = new HashMap<>(first.topics());
		replaced.forEach((topic, id) -> {
			Uuid now = Objects.requireNonNull(first.topic(topic).id());
			if (second.topic(topic).id() == null && !memory.isGone(now)) {
				throw new TimeoutException("Nobody has repeated in time that %s is another topic now".formatted(topic));
			}
			if (!memory.isGone(now) && now.equals(second.topic(topic).id())) {
				memory.rememberGone(id);
			}
			else {
				logger.info("Topic {} is {} to some brokers and {} to others, or was: nothing follows from that", topic,
						now, id);
				facts.put(topic, first.topic(topic).withoutId());
			}
		});
		return new TopicLookup.Answer(facts, first.leaderEpochs());
	}

	void retain(Collection<TopicPartition> assigned) {
		Set<String> names = names(assigned);
		known.keySet().retainAll(names);
		coverages.keySet().retainAll(names);
		uncovered.keySet().retainAll(names);
	}

	static Set<String> names(Collection<TopicPartition> partitions) {
		Set<String> names = new TreeSet<>();
		partitions.forEach((partition) -> names.add(partition.topic()));
		return names;
	}

	/**
	 * Whether it is time to ask, or an answer may be there.
	 * @param nanoTime the time, in {@link System#nanoTime()}
	 */
	boolean isDue(long nanoTime) {
		return !interval.isZero() && (query != null || nanoTime - checkAt >= 0);
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
