/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.lookup;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

import dev.holdfast.kafka.offsetguard.internal.admin.Reply;
import dev.holdfast.kafka.offsetguard.internal.cluster.Cluster;
import dev.holdfast.kafka.offsetguard.internal.time.GuardClock;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The topics of one consumer as brokers describe them. The guard learns them at each
 * assignment and compares them now and then, since no client notices when an operator
 * deletes a topic and creates it anew. Belongs to the consumer's thread.
 */
public final class Topics {

	private static final Logger logger = LoggerFactory.getLogger(Topics.class);

	private static final long SOON = TimeUnit.SECONDS.toNanos(1);

	private final TopicLookup lookup;

	private final GoneTopics gone;

	private final Duration interval;

	private final GuardClock clock;

	private final Map<String, TopicFacts> known = new HashMap<>();

	/** Ids that differ from before, and that a second broker has repeated. */
	private final Map<String, Uuid> repeated = new HashMap<>();

	private @Nullable TopicQuery query;

	private long checkAt;

	public Topics(TopicLookup lookup, GoneTopics gone, Duration interval, GuardClock clock) {
		this.lookup = lookup;
		this.gone = gone;
		this.interval = interval;
		this.checkAt = clock.nanoTime() + interval.toNanos();
		this.clock = clock;
	}

	public TopicFacts known(String topic) {
		return known.getOrDefault(topic, TopicFacts.UNKNOWN);
	}

	public @Nullable Uuid id(String topic) {
		return known(topic).id();
	}

	/**
	 * Takes what brokers say. Keeps an id that they do not tell now.
	 */
	public void learn(TopicAnswer answer) {
		answer.topics().forEach((topic, reply) -> {
			if (reply instanceof Reply.Answered<TopicFacts> answered
					&& (answered.value().id() != null || !known.containsKey(topic))) {
				known.put(topic, answered.value());
			}
		});
	}

	/**
	 * Takes ids that differ from before out of an answer, unless the next broker that the
	 * guard asks repeats them. Any broker may answer, and one that has not heard of the
	 * newest topic yet tells the id of the last one.
	 * @param first the answer
	 * @param before the id of each partition's topic so far, where one is known
	 * @param cluster the cluster that has answered, {@code null} if it is not known
	 * @param timeout how long to wait for the second answer
	 * @return the answer, without the ids in doubt; {@link Reply.NotYet} for a topic
	 * whose second answer is missing
	 * @throws WakeupException if the application has woken the consumer up meanwhile
	 */
	public TopicAnswer confirmed(TopicAnswer first, Map<TopicPartition, Uuid> before, @Nullable Cluster cluster,
			Duration timeout) {
		Map<String, Uuid> replaced = replaced(first, before);
		if (replaced.isEmpty()) {
			return first;
		}
		Set<String> unsettled = new HashSet<>(replaced.keySet());
		unsettled.removeIf((topic) -> isSettled(topic, first));
		TopicAnswer second = unsettled.isEmpty() ? TopicAnswer.NOTHING : lookup.askAnew(unsettled, cluster, timeout);
		Map<String, Reply<TopicFacts>> facts = new HashMap<>(first.topics());
		replaced.forEach((topic, id) -> facts.put(topic, confirmed(topic, id, first, second)));
		return new TopicAnswer(facts, first.leaderEpochs());
	}

	/**
	 * Whether it is known already whether the id differs because the topic is another
	 * one.
	 */
	private boolean isSettled(String topic, TopicAnswer first) {
		Uuid now = Objects.requireNonNull(first.id(topic));
		return gone.contains(now) || now.equals(repeated.get(topic));
	}

	/**
	 * Whether an answer has an id that differs from before.
	 */
	public boolean isAnyReplaced(TopicAnswer first, Map<TopicPartition, Uuid> before) {
		return !replaced(first, before).isEmpty();
	}

	private static Map<String, Uuid> replaced(TopicAnswer first, Map<TopicPartition, Uuid> before) {
		Map<String, Uuid> replaced = new HashMap<>();
		before.forEach((partition, id) -> {
			Uuid now = first.id(partition.topic());
			if (now != null && !now.equals(id)) {
				replaced.put(partition.topic(), id);
			}
		});
		return replaced;
	}

	private Reply<TopicFacts> confirmed(String topic, Uuid before, TopicAnswer first, TopicAnswer second) {
		Uuid now = Objects.requireNonNull(first.id(topic));
		if (!gone.contains(now)) {
			boolean isRepeated = now.equals(repeated.get(topic));
			if (!isRepeated && second.topic(topic).isPending()) {
				return new Reply.NotYet<>();
			}
			if (isRepeated || now.equals(second.id(topic))) {
				repeated.put(topic, now);
				gone.add(before);
				return first.topic(topic);
			}
		}
		logger.info("Topic {} is {} to some brokers and {} to others, or was: nothing follows from that", topic, now,
				before);
		return (first.topic(topic) instanceof Reply.Answered<TopicFacts> answered)
				? new Reply.Answered<>(answered.value().withoutId()) : new Reply.NotYet<>();
	}

	/**
	 * Forgets everything: the topics are those of another cluster.
	 */
	public void forgetAll() {
		known.clear();
		repeated.clear();
		query = null;
	}

	public void retain(Collection<TopicPartition> assigned) {
		Set<String> names = names(assigned);
		known.keySet().retainAll(names);
		repeated.keySet().retainAll(names);
	}

	public static Set<String> names(Collection<TopicPartition> partitions) {
		Set<String> names = new TreeSet<>();
		partitions.forEach((partition) -> names.add(partition.topic()));
		return names;
	}

	/**
	 * Whether it is time to ask, or an answer may be there.
	 * @param nanoTime the time, in {@link GuardClock#nanoTime()}
	 */
	public boolean isDue(long nanoTime) {
		return !interval.isZero() && (query != null || nanoTime - checkAt >= 0);
	}

	/**
	 * Asks again before the interval is over, since brokers have not answered.
	 */
	public void checkSoon() {
		long soon = clock.nanoTime() + SOON;
		checkAt = (checkAt - soon < 0) ? checkAt : soon;
	}

	/**
	 * Asks if it is time to, and takes the answer if there is one.
	 * @param assigned the assignment
	 * @return what brokers say now; it is for the caller to {@link #learn} it
	 */
	public TopicAnswer check(Collection<TopicPartition> assigned) {
		if (query == null) {
			checkAt = clock.nanoTime() + interval.toNanos();
			query = assigned.isEmpty() ? null : lookup.start(names(assigned), Set.of());
			return TopicAnswer.NOTHING;
		}
		if (!lookup.isOver(query)) {
			return TopicAnswer.NOTHING;
		}
		TopicAnswer answer = query.answer();
		query = null;
		return answer;
	}

}
