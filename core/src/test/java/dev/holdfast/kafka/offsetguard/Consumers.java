/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

import dev.holdfast.kafka.offsetguard.decision.Assignment;
import dev.holdfast.kafka.offsetguard.decision.Decision;
import dev.holdfast.kafka.offsetguard.decision.DecisionListener;
import dev.holdfast.kafka.offsetguard.internal.time.GuardClock;
import dev.holdfast.kafka.offsetguard.policy.Action;
import dev.holdfast.kafka.offsetguard.policy.Cause;
import dev.holdfast.kafka.offsetguard.policy.MoveLimits;
import dev.holdfast.kafka.offsetguard.policy.OffsetGuardSettings;
import dev.holdfast.kafka.offsetguard.policy.OffsetPolicy;
import dev.holdfast.kafka.versioncap.ClientCap;
import dev.holdfast.kafka.versioncap.ClientVersions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.jspecify.annotations.Nullable;

import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.Polling;

/**
 * Plain and guarded consumers for broker tests, and what they delivered.
 */
public final class Consumers {

	private final Map<String, Object> configuration = new HashMap<>();

	private OffsetGuardSettings settings = OffsetGuardSettings.defaults();

	private GuardClock clock = GuardClock.system();

	private @Nullable OffsetGuard process;

	public final List<Decision> decisions = new CopyOnWriteArrayList<>();

	/** By consumer. */
	private static final Map<Consumer<?, ?>, Guarded> GUARDED = Collections.synchronizedMap(new WeakHashMap<>());

	private record Guarded(OffsetGuard guard, @Nullable String group) {

		private Set<TopicPartition> starting() {
			return guard.assignments()
				.stream()
				.filter((each) -> Objects.equals(each.groupId(), group))
				.flatMap((each) -> each.partitions().stream())
				.filter((each) -> each.state() == Assignment.State.STARTING)
				.map(Assignment.Partition::partition)
				.collect(Collectors.toSet());
		}

	}

	public Consumers(KafkaCluster cluster, String protocol, @Nullable String group) {
		with("bootstrap.servers", cluster.bootstrapServers());
		with("group.protocol", protocol);
		with("client.id", (group != null) ? group : "groupless");
		with("enable.auto.commit", false);
		if (group != null) {
			with("group.id", group);
		}
	}

	public Consumers with(String name, Object value) {
		configuration.put(name, value);
		return this;
	}

	Consumers policy(Cause cause, Action action) {
		return policy(new OffsetPolicy(Map.of(cause, action), MoveLimits.unlimited(), List.of()));
	}

	Consumers policy(OffsetPolicy policy) {
		settings = new OffsetGuardSettings(policy, settings.mode(), settings.commits(), settings.timing());
		return this;
	}

	public Consumers timing(Duration inspectionTimeout, Duration holdRecheckInterval) {
		return timing(
				new OffsetGuardSettings.Timing(inspectionTimeout, holdRecheckInterval, settings.timing().topicCheck()));
	}

	public Consumers timing(OffsetGuardSettings.Timing timing) {
		settings = new OffsetGuardSettings(settings.policy(), settings.mode(), settings.commits(), timing);
		return this;
	}

	Consumers mode(OffsetGuardSettings.Mode mode) {
		settings = new OffsetGuardSettings(settings.policy(), mode, settings.commits(), settings.timing());
		return this;
	}

	Consumers commits(boolean bookmark, boolean initialPosition, boolean leaderEpoch) {
		settings = new OffsetGuardSettings(settings.policy(), settings.mode(),
				new OffsetGuardSettings.Commits(bookmark, initialPosition, leaderEpoch), settings.timing());
		return this;
	}

	/**
	 * From now on all guarded consumers are of one process, which remembers.
	 */
	public Consumers oneProcess() {
		process = guard(List.of(decisions::add));
		return this;
	}

	/**
	 * As {@link #oneProcess()}, with a listener of its own.
	 */
	Consumers oneProcess(DecisionListener listener) {
		process = guard(List.of(decisions::add, listener));
		return this;
	}

	/**
	 * The clock of guards that are made from now on.
	 */
	Consumers clock(GuardClock clock) {
		this.clock = clock;
		return this;
	}

	private OffsetGuard guard(List<DecisionListener> listeners) {
		return new OffsetGuard(settings, null, listeners, ClientCap.none(), clock);
	}

	public OffsetGuard process() {
		return Objects.requireNonNull(process);
	}

	Map<String, Object> configuration() {
		return configuration;
	}

	public Consumer<String, String> plain() {
		return new KafkaConsumer<>(configuration, new StringDeserializer(), new StringDeserializer());
	}

	public Consumer<String, String> guarded() {
		OffsetGuard guard = (process != null) ? process : guard(List.of(decisions::add));
		Consumer<String, String> consumer = guard.createConsumer(configuration, (overrides) -> {
			Map<String, Object> merged = new HashMap<>(configuration);
			merged.putAll(overrides);
			return new KafkaConsumer<>(merged, new StringDeserializer(), new StringDeserializer());
		});
		GUARDED.put(consumer, new Guarded(guard, (String) configuration.get("group.id")));
		return consumer;
	}

	/**
	 * The versions of a client that nobody has capped.
	 */
	static ClientVersions unknownVersions() {
		return ClientCap.none().construct(() -> "").versions();
	}

	Consumer<String, String> create(boolean guarded) {
		return guarded ? guarded() : plain();
	}

	public List<Cause> causes() {
		return decisions.stream().map(Decision::cause).toList();
	}

	/**
	 * Polls until the condition holds and collects all offsets delivered, repeats
	 * included, by partition.
	 */
	public static Map<TopicPartition, List<Long>> pollUntil(Consumer<?, ?> consumer, BooleanSupplier condition) {
		return Polling.of(consumer).until(condition).offsets();
	}

	/**
	 * As {@link #pollUntil(Consumer, BooleanSupplier)}, and shows each record.
	 */
	static <K, V> Map<TopicPartition, List<Long>> pollUntil(Consumer<K, V> consumer,
			java.util.function.Consumer<ConsumerRecord<K, V>> observer, BooleanSupplier condition) {
		return Polling.of(consumer).onRecord(observer).until(condition).offsets();
	}

	public static void pollInto(Consumer<?, ?> consumer, Map<TopicPartition, List<Long>> offsets,
			BooleanSupplier condition) {
		Polling.of(consumer).into(offsets).until(condition);
	}

	static void pollOnceInto(Consumer<?, ?> consumer, Map<TopicPartition, List<Long>> offsets, Duration timeout) {
		Polling.of(consumer).into(offsets).pollTimeout(timeout).once();
	}

	/**
	 * What an application commits that has processed all of them.
	 */
	static Map<TopicPartition, OffsetAndMetadata> processed(ConsumerRecords<?, ?> records) {
		Map<TopicPartition, OffsetAndMetadata> commits = new HashMap<>();
		records.forEach((record) -> commits.put(new TopicPartition(record.topic(), record.partition()),
				new OffsetAndMetadata(record.offset() + 1)));
		return commits;
	}

	/**
	 * Polls until the position of the partition is the given one.
	 */
	public static List<Long> pollTo(Consumer<?, ?> consumer, TopicPartition partition, long position) {
		return pollUntil(consumer, () -> isAt(consumer, partition, position)).getOrDefault(partition, List.of());
	}

	/**
	 * Subscribes to the partition's topic, polls until the position is the given one, and
	 * closes the consumer.
	 */
	public static List<Long> readTo(Consumer<?, ?> consumer, TopicPartition partition, long position) {
		try (consumer) {
			consumer.subscribe(List.of(partition.topic()));
			return pollTo(consumer, partition, position);
		}
	}

	/**
	 * Whether a consumer has started a partition, and is at a position. A guard answers
	 * with plain Kafka's start while it has yet to decide.
	 */
	public static boolean isAt(Consumer<?, ?> consumer, TopicPartition partition, long position) {
		return isStarted(consumer, partition) && position(consumer, partition) == position;
	}

	static boolean isAtLeast(Consumer<?, ?> consumer, TopicPartition partition, long position) {
		return isStarted(consumer, partition) && position(consumer, partition) >= position;
	}

	/**
	 * As {@link #isAt}, for many partitions.
	 */
	static boolean areAt(Consumer<?, ?> consumer, Collection<TopicPartition> partitions, long position) {
		if (!consumer.assignment().containsAll(partitions)) {
			return false;
		}
		Set<TopicPartition> starting = starting(consumer);
		return partitions.stream().allMatch((each) -> !starting.contains(each) && position(consumer, each) == position);
	}

	private static boolean isStarted(Consumer<?, ?> consumer, TopicPartition partition) {
		return consumer.assignment().contains(partition) && !starting(consumer).contains(partition);
	}

	private static Set<TopicPartition> starting(Consumer<?, ?> consumer) {
		Guarded guarded = GUARDED.get(consumer);
		return (guarded != null) ? guarded.starting() : Set.of();
	}

	/**
	 * The position, -1 while the client has none.
	 */
	private static long position(Consumer<?, ?> consumer, TopicPartition partition) {
		try {
			return consumer.position(partition, Duration.ofMillis(50));
		}
		catch (TimeoutException ex) {
			return -1;
		}
	}

	public static List<Long> range(long from, long to) {
		return LongStream.range(from, to).boxed().toList();
	}

	public static OffsetAndMetadata offset(long offset, int leaderEpoch) {
		return new OffsetAndMetadata(offset, Optional.of(leaderEpoch), "");
	}

}
