/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.simulation;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;

/**
 * Brokers: their logs, their commits, and how they mislead.
 */
final class ModelCluster {

	static final int NODES = 3;

	static final int NOBODY = -3;

	/** How soon a client sees that nobody listens any more, in milliseconds. */
	static final long REFUSED = 50;

	/** How many commits of a partition can be brought back. */
	private static final int HISTORY = 8;

	private final SimulatedTime time;

	private final String id;

	/** Only one cluster has it. */
	private final String name;

	private boolean gone;

	private final Map<String, ModelTopic> topics = new LinkedHashMap<>();

	private final Map<TopicPartition, OffsetAndMetadata> commits = new HashMap<>();

	private final Map<TopicPartition, Deque<OffsetAndMetadata>> formerCommits = new HashMap<>();

	private final List<Runnable> parked = new ArrayList<>();

	private long topicIds;

	private long values;

	private final Map<String, ModelLog> logsByValue = new HashMap<>();

	/** How they mislead. */
	final Faults faults = new Faults();

	/** What the brokers lie about, and whom they do not answer. */
	static final class Faults {

		/**
		 * The end of every epoch, -1 for an undefined answer, {@code null} for the truth.
		 */
		Long epochEnd;

		/** The nodes that say so. */
		final Set<Integer> liars = new HashSet<>();

		boolean fetchOutOfRange;

		final Set<Integer> silent = new HashSet<>();

		boolean adminSilent;

		boolean coordinatorSilent;

		long delay = 0;

		boolean staleMetadata;

		void clear() {
			epochEnd = null;
			liars.clear();
			fetchOutOfRange = false;
			silent.clear();
			adminSilent = false;
			coordinatorSilent = false;
			delay = 0;
			staleMetadata = false;
		}

	}

	/** A topic by one id. */
	record ModelTopic(Uuid id, List<ModelLog> logs) {
	}

	/** What brokers tell about a topic. */
	record Told(Uuid id, List<Leader> leaders) {
	}

	record Leader(int node, int epoch) {
	}

	ModelCluster(SimulatedTime time, String id) {
		this(time, id, id);
	}

	private ModelCluster(SimulatedTime time, String id, String name) {
		this.time = time;
		this.id = id;
		this.name = name;
	}

	/**
	 * Another cluster with the same topics.
	 * @param otherId its id
	 * @param otherName only it has this name
	 */
	ModelCluster other(String otherId, String otherName) {
		ModelCluster other = new ModelCluster(time, otherId, otherName);
		other.values = values;
		other.topicIds = topicIds;
		topics.forEach((topic, found) -> other.create(topic, found.logs.size()));
		return other;
	}

	/**
	 * Takes records and commits over.
	 * @param back how many of each log's last records it lacks
	 */
	void mirror(ModelCluster before, int back) {
		topics.forEach((topic, found) -> {
			for (int i = 0; i < found.logs.size(); i++) {
				ModelLog log = found.logs.get(i);
				log.mirror(before.topic(topic).logs.get(i), back);
				log.entries().forEach((each) -> logsByValue.put(each.value(), log));
			}
		});
		storeForeign(before.commits);
	}

	String name() {
		return name;
	}

	/**
	 * All its brokers stop.
	 */
	void stop() {
		gone = true;
		changed();
	}

	boolean isGone() {
		return gone;
	}

	Node node(int node) {
		return new Node(node, name + "-broker-" + node, 9092);
	}

	Node[] nodes() {
		Node[] nodes = new Node[NODES];
		for (int i = 0; i < nodes.length; i++) {
			nodes[i] = node(i);
		}
		return nodes;
	}

	String id() {
		return id;
	}

	void create(String topic, int partitions) {
		List<ModelLog> logs = new ArrayList<>();
		for (int i = 0; i < partitions; i++) {
			logs.add(new ModelLog(i % NODES, name));
		}
		topics.put(topic, new ModelTopic(new Uuid(7 + name.hashCode(), ++topicIds), logs));
		stale.remove(topic);
	}

	/**
	 * Deletes a topic with its commits, and creates it again.
	 */
	void recreate(String topic) {
		Told before = told(topic);
		commits.keySet().removeIf((each) -> each.topic().equals(topic));
		formerCommits.keySet().removeIf((each) -> each.topic().equals(topic));
		create(topic, topic(topic).logs.size());
		if (faults.staleMetadata) {
			stale.put(topic, before);
		}
		changed();
	}

	private final Map<String, Told> stale = new HashMap<>();

	/**
	 * The log that a record was written to.
	 */
	ModelLog logOf(String value) {
		return logsByValue.get(value);
	}

	long values() {
		return values;
	}

	ModelTopic topic(String topic) {
		return topics.get(topic);
	}

	Set<String> topicNames() {
		return topics.keySet();
	}

	ModelLog log(TopicPartition partition) {
		ModelTopic topic = topics.get(partition.topic());
		return (topic != null && partition.partition() < topic.logs.size()) ? topic.logs.get(partition.partition())
				: null;
	}

	void append(TopicPartition partition, int records, boolean marker) {
		for (int i = 0; i < records; i++) {
			String value = "v" + ++values;
			logsByValue.put(value, log(partition));
			log(partition).append(value, time.millis(), false);
		}
		if (marker) {
			log(partition).append("marker", time.millis(), true);
		}
		changed();
	}

	/**
	 * Answers the fetches that wait for news.
	 */
	void changed() {
		List<Runnable> waiting = List.copyOf(parked);
		parked.clear();
		waiting.forEach(Runnable::run);
	}

	void park(Runnable fetch) {
		parked.add(fetch);
	}

	/**
	 * What brokers tell clients about a topic: those that lag behind tell what was.
	 */
	Told metadata(String topic) {
		Told now = told(topic);
		if (!faults.staleMetadata || now == null) {
			stale.remove(topic);
			return now;
		}
		return stale.computeIfAbsent(topic, (key) -> now);
	}

	/** From now on, and as long as they are stale, brokers tell what is now. */
	void freezeMetadata() {
		faults.staleMetadata = true;
		topics.keySet().forEach(this::metadata);
	}

	Told told(String topic) {
		ModelTopic found = topics.get(topic);
		return (found != null)
				? new Told(found.id, found.logs.stream().map((log) -> new Leader(log.leader(), log.epoch())).toList())
				: null;
	}

	ModelLog.EpochEnd epochEnd(TopicPartition partition, int node, int epoch) {
		if (faults.epochEnd != null && faults.liars.contains(node)) {
			return (faults.epochEnd < 0) ? ModelLog.UNDEFINED : new ModelLog.EpochEnd(epoch, faults.epochEnd);
		}
		return log(partition).endOf(epoch);
	}

	OffsetAndMetadata commit(TopicPartition partition) {
		return commits.get(partition);
	}

	Map<TopicPartition, OffsetAndMetadata> commits() {
		return new HashMap<>(commits);
	}

	/** Hears of the commits that the client under test sends. */
	java.util.function.BiConsumer<TopicPartition, OffsetAndMetadata> onCommit = (partition, offset) -> {
	};

	/** Hears of those that have arrived. */
	java.util.function.BiConsumer<TopicPartition, OffsetAndMetadata> onStored = (partition, offset) -> {
	};

	void store(Map<TopicPartition, OffsetAndMetadata> offsets) {
		offsets.forEach(onStored);
		storeForeign(offsets);
	}

	void storeForeign(Map<TopicPartition, OffsetAndMetadata> offsets) {
		offsets.forEach((partition, offset) -> {
			Deque<OffsetAndMetadata> former = formerCommits.computeIfAbsent(partition, (key) -> new ArrayDeque<>());
			OffsetAndMetadata before = commits.put(partition, offset);
			if (before != null && !before.equals(offset)) {
				former.addFirst(before);
				if (former.size() > HISTORY) {
					former.removeLast();
				}
			}
		});
	}

	void loseCommit(TopicPartition partition) {
		commits.remove(partition);
	}

	/**
	 * Serves an older commit from now on, as after the end of the offsets topic was lost.
	 */
	void regressCommit(TopicPartition partition, int back) {
		Deque<OffsetAndMetadata> former = formerCommits.getOrDefault(partition, new ArrayDeque<>());
		OffsetAndMetadata older = former.stream().skip(back).findFirst().orElse(null);
		if (older != null) {
			commits.put(partition, older);
		}
	}

	/**
	 * A client's connection to a node. A broker takes the requests on it in their order,
	 * and answers in that order.
	 */
	static final class Connection {

		private long arrivedNanos;

		private long answeredNanos;

	}

	/**
	 * Sends a request to a node, -1 for the coordinator, -2 for any node for an admin
	 * client.
	 * @param connection on which it sends it
	 * @param broker makes the answer, when the request has arrived
	 * @param answered takes it
	 * @param timeout when the client gives up, in milliseconds
	 * @param failed the client has given up
	 */
	<T> void send(int node, Connection connection, Supplier<T> broker, java.util.function.Consumer<T> answered,
			long timeout, Runnable failed) {
		long delay = faults.delay;
		if (gone && node != -2) {
			time.after(REFUSED, failed);
			return;
		}
		if (gone || isSilent(node) || 2 + delay >= timeout) {
			time.after(timeout, failed);
			return;
		}
		connection.arrivedNanos = Math.max(connection.arrivedNanos, time.nanosAfter(1 + delay / 2));
		time.at(connection.arrivedNanos, () -> {
			if (gone) {
				time.after((node != -2) ? REFUSED : timeout, failed);
				return;
			}
			T answer = broker.get();
			connection.answeredNanos = Math.max(connection.answeredNanos, time.nanosAfter(1 + delay / 2));
			time.at(connection.answeredNanos, () -> answered.accept(answer));
		});
	}

	boolean isSilent(int node) {
		return switch (node) {
			case -1 -> faults.coordinatorSilent;
			case -2 -> faults.adminSilent;
			case NOBODY -> true;
			default -> faults.silent.contains(node);
		};
	}

}
