/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.sample.trial;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import dev.holdfast.kafka.offsetguard.evidence.LogBounds;
import dev.holdfast.kafka.sample.service.Listener;
import dev.holdfast.kafka.sample.service.OrderService;
import dev.holdfast.kafka.sample.service.Setting;
import dev.holdfast.kafka.test.KafkaCluster;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.ApiKeys;

/**
 * The same order service once for each of some listeners, on one topic of its own. All of
 * them see the same orders and the same faults.
 */
public final class Trial implements AutoCloseable {

	/**
	 * So that listeners see changes of the topic, and that it is known where they are,
	 * while somebody looks at them.
	 */
	private static final Map<String, Object> SOON = Map.of("spring.kafka.consumer.properties.metadata.max.age.ms",
			"1000", "holdfast.kafka.offset-guard.topic-check-interval", "500ms",
			"holdfast.kafka.offset-guard.hold-recheck-interval", "2s", "spring.kafka.listener.poll-timeout", "250ms",
			"spring.kafka.listener.idle-partition-event-interval", "250ms");

	private final Plan plan;

	private final List<Participant> participants = new ArrayList<>();

	private final Publisher publisher;

	private volatile KafkaCluster cluster;

	private volatile Bounds bounds;

	private volatile int partitions;

	private final AtomicLong orders = new AtomicLong();

	/**
	 * Creates the topic, starts the listeners, and waits until they listen.
	 * @param cluster the brokers
	 * @param bootstrapServers the address from which the listeners start
	 * @param plan what it is made of
	 * @param args arguments for the applications
	 */
	public Trial(KafkaCluster cluster, String bootstrapServers, Plan plan, String... args) {
		this.cluster = cluster;
		this.plan = plan;
		this.partitions = plan.partitions();
		createTopic();
		this.bounds = new Bounds(cluster.directBootstrapServers());
		this.publisher = new Publisher(cluster.directBootstrapServers(), this::published);
		for (Listener listener : plan.listeners()) {
			String group = plan.topic() + "-" + listener;
			Setting setting = new Setting(bootstrapServers, plan.topic(), group, plan.autoOffsetReset(),
					plan.endpoint() && listener == Listener.GUARDED, SOON);
			participants.add(new Participant(listener, plan.topic(), group,
					OrderService.start(listener, setting, Watch.class, new Watch(), args)));
		}
		awaitRead();
	}

	public Plan plan() {
		return plan;
	}

	public List<Participant> participants() {
		return participants;
	}

	/**
	 * One of the groups.
	 * @param listener which one
	 * @return the group
	 */
	public Participant participant(Listener listener) {
		return participants.stream()
			.filter((participant) -> participant.listener() == listener)
			.findFirst()
			.orElseThrow(() -> new IllegalArgumentException("No group is " + listener));
	}

	/**
	 * What can happen to this trial.
	 * @return its faults
	 */
	public Damage damage() {
		return new Damage(this);
	}

	KafkaCluster cluster() {
		return cluster;
	}

	public TopicPartition partition(int number) {
		return new TopicPartition(plan.topic(), number);
	}

	/**
	 * All partitions of the topic.
	 * @return them, in order
	 */
	public Set<TopicPartition> partitions() {
		return IntStream.range(0, partitions)
			.mapToObj(this::partition)
			.collect(Collectors.toCollection(() -> new TreeSet<>((one, other) -> one.partition() - other.partition())));
	}

	int addPartition() {
		return partitions++;
	}

	/** Each partition has two replicas, the first of which leads. */
	void createTopic() {
		List<Integer> replicas = cluster.brokerIds().stream().limit(2).toList();
		cluster.createTopic(plan.topic(),
				IntStream.range(0, partitions)
					.boxed()
					.collect(Collectors.toMap((number) -> number, (number) -> replicas)),
				Map.of());
	}

	/**
	 * Goes on at another cluster, which has the last orders only, at other offsets. The
	 * listeners must not listen.
	 * @param other the other cluster
	 * @param orders how many orders of each partition it has at most
	 */
	void moveTo(KafkaCluster other, int orders) {
		partitions().forEach((partition) -> watches((watch) -> watch.cut(partition, 0)));
		cluster = other;
		createTopic();
		bounds.close();
		bounds = new Bounds(other.directBootstrapServers());
		publisher.moveTo(other.directBootstrapServers(), partitions(), orders);
	}

	private void published(TopicPartition partition, long offset, int order) {
		watches((watch) -> watch.published(partition, offset, order));
		orders.incrementAndGet();
	}

	void watches(Consumer<Watch> action) {
		participants.forEach((participant) -> action.accept(participant.watch()));
	}

	/**
	 * Publishes orders, and waits until they are in the log.
	 * @param partition the partition
	 * @param count how many
	 */
	public void publish(int partition, int count) {
		publisher.publish(partition(partition), count);
	}

	/**
	 * Publishes an order.
	 * @param partition the partition
	 * @return completed when it is in the log
	 */
	public CompletableFuture<Void> publish(int partition) {
		return publisher.publish(partition(partition));
	}

	/**
	 * Waits until each listener has read all, and skipped what it skips.
	 */
	public void awaitRead() {
		Map<TopicPartition, Long> ends = ends();
		watches((watch) -> watch.awaitAt(ends));
	}

	private Map<TopicPartition, Long> ends() {
		return partitions().stream().collect(Collectors.toMap((partition) -> partition, cluster::logEnd));
	}

	/**
	 * Waits until each client has asked where its leader epoch ends, if it asks that at
	 * all.
	 */
	public void awaitClaims() {
		Patience.await("request for the end of a leader epoch",
				() -> participants.stream()
					.filter((participant) -> participant.listener() != Listener.CAPPED)
					.allMatch((participant) -> claims(participant) > 0));
	}

	/**
	 * Counts how often a client has asked where a leader epoch ends, since the brokers
	 * lie.
	 * @param participant whose client
	 * @return the count, from the wire's record
	 */
	public long claims(Participant participant) {
		return cluster.wire().count(participant.group(), ApiKeys.OFFSET_FOR_LEADER_EPOCH);
	}

	/**
	 * Waits until the guards have decided something since the mark.
	 */
	public void awaitDecisions() {
		participants.stream()
			.filter((participant) -> participant.listener() == Listener.GUARDED)
			.forEach((participant) -> participant.watch().awaitDecision());
	}

	/**
	 * Waits until each group has committed what it has read.
	 */
	public void awaitCommits() {
		Map<TopicPartition, Long> ends = ends();
		Patience.await("commits at " + ends,
				() -> participants.stream().allMatch((participant) -> committed(participant).equals(ends)));
	}

	private Map<TopicPartition, Long> committed(Participant participant) {
		return cluster.committed(participant.group())
			.entrySet()
			.stream()
			.collect(Collectors.toMap(Map.Entry::getKey, (commit) -> commit.getValue().offset()));
	}

	/**
	 * Stops all listeners, as a deployment does. They have committed what they have read.
	 */
	public void stopListening() {
		participants.forEach((participant) -> {
			participant.service().stopListening();
			participant.watch().left();
		});
	}

	public void listen() {
		participants.forEach((participant) -> participant.service().listen());
	}

	/**
	 * Counts anew from now on.
	 */
	public void mark() {
		watches(Watch::mark);
	}

	/**
	 * How many orders have come to the logs.
	 * @return the count; an order that comes to another log counts again
	 */
	public long orders() {
		return orders.get();
	}

	/**
	 * Where the logs start and end.
	 * @return the bounds by partition, without those that brokers have not told yet
	 */
	public Map<TopicPartition, LogBounds> bounds() {
		return bounds.of(partitions());
	}

	/**
	 * Counts what became of the orders in one group.
	 * @param participant the group
	 * @return the count
	 */
	public Tally tally(Participant participant) {
		return participant.watch().tally(bounds());
	}

	@Override
	public void close() {
		publisher.close();
		bounds.close();
		participants.forEach((participant) -> participant.service().close());
	}

}
