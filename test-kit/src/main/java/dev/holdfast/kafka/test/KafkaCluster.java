/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.test;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ElectionNotNeededException;
import org.apache.kafka.common.errors.UnknownMemberIdException;
import org.jspecify.annotations.Nullable;

/**
 * A real Kafka cluster in this JVM, behind a {@link Wire} that can lie. All brokers are
 * Kafka's own, on random ports, with one separate KRaft controller; topics are not
 * created automatically, leaders move only when told to, and group timings allow for
 * quick tests.
 * <p>
 * Every method waits until its effect is visible on all running brokers. Thread-safe, but
 * no two threads may stop or move something at the same time. What takes more than 30
 * seconds fails with an {@link IllegalStateException}. What Kafka refuses fails with its
 * own {@link KafkaException}.
 */
public final class KafkaCluster implements AutoCloseable {

	private static final String CLIENT_ID = "holdfast-cluster";

	private final Brokers brokers;

	private final Wire wire;

	private final Admin admin;

	private final Topology topology;

	private final Logs logs;

	private final @Nullable Secured secured;

	private final @Nullable Users users;

	private final AtomicBoolean closed = new AtomicBoolean();

	private KafkaCluster(Brokers brokers, Wire wire, Admin admin, @Nullable Secured secured) {
		this.brokers = brokers;
		this.wire = wire;
		this.admin = admin;
		this.topology = new Topology(brokers, admin);
		this.logs = new Logs(brokers.bootstrapServers());
		this.secured = secured;
		this.users = (secured != null) ? new Users(brokers, admin, wire.bootstrapServers(), secured) : null;
	}

	/**
	 * Start a cluster of one broker.
	 * @return the cluster, ready to use
	 * @throws IllegalStateException if it does not start
	 */
	public static KafkaCluster start() {
		return builder().start();
	}

	/**
	 * Start a cluster.
	 * @param brokers how many brokers, at least 1
	 * @return the cluster, ready to use
	 * @throws IllegalStateException if it does not start
	 */
	public static KafkaCluster start(int brokers) {
		return builder().brokers(brokers).start();
	}

	/**
	 * Create a builder.
	 * @return a builder for one broker
	 */
	public static Builder builder() {
		return new Builder();
	}

	/**
	 * Return the bootstrap servers for the clients under test.
	 * @return the wire's addresses of all brokers
	 */
	public String bootstrapServers() {
		return this.wire.bootstrapServers();
	}

	/**
	 * Return the bootstrap servers for clients that want no lies.
	 * @return the brokers' own addresses, where they demand no {@link Security}
	 */
	public String directBootstrapServers() {
		return this.brokers.bootstrapServers();
	}

	/**
	 * Return the wire in front of the brokers.
	 * @return the wire
	 */
	public Wire wire() {
		return this.wire;
	}

	/**
	 * Return the users of a cluster with {@link Security}.
	 * @return the users
	 * @throws IllegalStateException if the cluster has no security
	 */
	public Users users() {
		if (this.users == null) {
			throw new IllegalStateException("The cluster was started without security, and has no users");
		}
		return this.users;
	}

	/**
	 * Return an admin client that goes around the wire. It is closed with the cluster. It
	 * remembers the leaders of partitions that it has asked about, and waits for such a
	 * broker when that is stopped. {@link #logEnd(TopicPartition)} does not.
	 * @return the admin client
	 */
	public Admin admin() {
		return this.admin;
	}

	/**
	 * Return the ids of all brokers, running or not.
	 * @return the ids, ascending
	 */
	public List<Integer> brokerIds() {
		return this.brokers.ids();
	}

	/**
	 * Create a topic with one replica of each partition.
	 * @param name the name
	 * @param partitions how many partitions
	 */
	public void createTopic(String name, int partitions) {
		createTopic(name, partitions, 1, Map.of());
	}

	/**
	 * Create a topic.
	 * @param name the name
	 * @param partitions how many partitions
	 * @param replicationFactor how many replicas of each
	 * @param configs the topic's configuration
	 */
	public void createTopic(String name, int partitions, int replicationFactor, Map<String, String> configs) {
		this.topology.create(new NewTopic(name, partitions, (short) replicationFactor).configs(configs), partitions);
	}

	/**
	 * Create a topic with given replicas.
	 * @param name the name
	 * @param replicaAssignments the brokers of each partition, the first one leads
	 * @param configs the topic's configuration
	 */
	public void createTopic(String name, Map<Integer, List<Integer>> replicaAssignments, Map<String, String> configs) {
		this.topology.create(new NewTopic(name, replicaAssignments).configs(configs), replicaAssignments.size());
	}

	/**
	 * Delete a topic.
	 * @param name the name
	 */
	public void deleteTopic(String name) {
		this.topology.delete(name);
	}

	/**
	 * Send records to a partition, around the wire and with acks=all. Keys are null, and
	 * values say how many records this method had sent to the partition before, so that
	 * in a log that is otherwise untouched the value is the offset. So does
	 * {@link NumberedRecords#number}; for numbers that arrive while the test goes on, or
	 * in values of its own, use {@link NumberedRecords}.
	 * @param partition the partition
	 * @param count how many records
	 */
	public void produce(TopicPartition partition, int count) {
		this.logs.produce(partition, count);
	}

	/**
	 * Move the start of a log.
	 * @param partition the partition
	 * @param beforeOffset the new log start
	 */
	public void deleteRecords(TopicPartition partition, long beforeOffset) {
		this.logs.delete(partition, beforeOffset);
	}

	/**
	 * Return where the log of a partition starts.
	 * @param partition the partition
	 * @return the offset of the first record
	 */
	public long logStart(TopicPartition partition) {
		return this.logs.start(partition);
	}

	/**
	 * Return where the log of a partition ends.
	 * @param partition the partition
	 * @return the high watermark, the offset after the last record that is replicated
	 */
	public long logEnd(TopicPartition partition) {
		return this.logs.end(partition);
	}

	/**
	 * Commit an offset for a group without members, as an administrator would. Waits
	 * until the coordinator has let go of members that have left: their clients do not
	 * wait for that.
	 * @param groupId the group, which need not exist
	 * @param partition the partition
	 * @param offset the offset, with leader epoch and metadata
	 */
	public void commit(String groupId, TopicPartition partition, OffsetAndMetadata offset) {
		Await.until("commit for " + groupId + " without members", () -> {
			try {
				Await.result("commit for " + groupId,
						this.admin.alterConsumerGroupOffsets(groupId, Map.of(partition, offset)).all());
				return true;
			}
			catch (UnknownMemberIdException ex) {
				return false;
			}
		});
	}

	/**
	 * Return what a group has committed.
	 * @param groupId the group
	 * @return its committed offsets, empty if the group does not exist
	 */
	public Map<TopicPartition, OffsetAndMetadata> committed(String groupId) {
		Map<TopicPartition, OffsetAndMetadata> committed = new HashMap<>(Await.result("commits of " + groupId,
				this.admin.listConsumerGroupOffsets(groupId).partitionsToOffsetAndMetadata()));
		committed.values().removeIf((offset) -> offset == null);
		return Map.copyOf(committed);
	}

	/**
	 * Return the leader of a partition.
	 * @param partition the partition
	 * @return the broker id, or -1 if there is no leader
	 */
	public int leader(TopicPartition partition) {
		return this.brokers.awaitLeader(partition, (leader) -> true).leader();
	}

	/**
	 * Return the leader epoch of a partition.
	 * @param partition the partition
	 * @return the epoch of the current leadership, which the log may not have seen yet
	 */
	public int leaderEpoch(TopicPartition partition) {
		return this.brokers.awaitLeader(partition, (leader) -> true).epoch();
	}

	/**
	 * Hand the leadership of a partition over to another replica, as soon as that is in
	 * sync. Raises the leader epoch. Nothing happens if the broker leads.
	 * @param partition the partition
	 * @param brokerId the new leader
	 * @throws IllegalArgumentException if that broker has no replica
	 */
	public void moveLeader(TopicPartition partition, int brokerId) {
		this.topology.moveLeader(partition, brokerId);
	}

	/**
	 * Make a replica that is not in sync lead a partition without a leader, which
	 * truncates the log for all others.
	 * @param partition the partition
	 * @throws ElectionNotNeededException if the partition has a leader
	 */
	public void electUnclean(TopicPartition partition) {
		this.topology.electUnclean(partition);
	}

	/**
	 * Stop a broker in an orderly way. It hands over its leaderships as far as other
	 * replicas are in sync.
	 * @param id the broker id
	 * @throws IllegalStateException if it is not running
	 */
	public void stopBroker(int id) {
		this.brokers.stop(id);
	}

	/**
	 * Start a stopped broker again, with the same ports and data.
	 * @param id the broker id
	 * @throws IllegalStateException if it is running
	 */
	public void startBroker(int id) {
		this.brokers.start(id);
	}

	/**
	 * Stop a broker and start it again. Raises the leader epoch of the partitions that it
	 * led.
	 * @param id the broker id
	 * @throws IllegalStateException if it is not running
	 */
	public void restartBroker(int id) {
		stopBroker(id);
		startBroker(id);
	}

	/**
	 * Tell whether a broker is running.
	 * @param id the broker id
	 * @return whether it is
	 */
	public boolean isRunning(int id) {
		return this.brokers.isRunning(id);
	}

	Path directory() {
		return this.brokers.directory();
	}

	/**
	 * Tell whether the cluster is closed.
	 * @return whether it is
	 */
	public boolean isClosed() {
		return this.closed.get();
	}

	/**
	 * Close clients, wire and brokers, and delete all data. Nothing happens when it is
	 * closed already.
	 * @throws IllegalStateException if something does not close
	 */
	@Override
	public void close() {
		if (!this.closed.compareAndSet(false, true)) {
			return;
		}
		try (this.secured; this.brokers; this.admin) {
			this.wire.close();
		}
	}

	/**
	 * What a cluster is made of. Not thread-safe.
	 */
	public static final class Builder {

		private final Map<String, String> properties = new HashMap<>();

		private int brokers = 1;

		private @Nullable String clusterId;

		private @Nullable Security security;

		private Builder() {
		}

		/**
		 * Set the number of brokers.
		 * @param brokers how many, at least 1; default 1
		 * @return this builder
		 */
		public Builder brokers(int brokers) {
			if (brokers < 1) {
				throw new IllegalArgumentException("A cluster needs at least one broker, not " + brokers);
			}
			this.brokers = brokers;
			return this;
		}

		/**
		 * Set the cluster's id; a random one by default. All clusters that start from the
		 * same container image without an id of their own have the same id.
		 * @param id the id, 22 characters of URL-safe base64
		 * @return this builder
		 */
		public Builder clusterId(String id) {
			this.clusterId = id;
			return this;
		}

		/**
		 * Set a property of all brokers.
		 * @param name the name, as in server.properties
		 * @param value the value
		 * @return this builder
		 */
		public Builder brokerProperty(String name, String value) {
			this.properties.put(name, value);
			return this;
		}

		/**
		 * Set what the brokers demand of clients; nothing by default. With TLS, the wire
		 * itself speaks TLS with both sides, so that it can lie there, too.
		 * @param security the demand
		 * @return this builder
		 */
		public Builder security(Security security) {
			this.security = security;
			return this;
		}

		/**
		 * Start the cluster.
		 * @return the cluster, ready to use
		 * @throws IllegalStateException if it does not start
		 */
		public KafkaCluster start() {
			if (this.security == null) {
				return start(null);
			}
			Secured secured = Secured.of(this.security);
			try {
				return start(secured);
			}
			catch (RuntimeException ex) {
				secured.close();
				throw ex;
			}
		}

		private KafkaCluster start(@Nullable Secured secured) {
			Brokers brokers = Brokers.start(this.brokers, this.clusterId, this.properties, secured);
			try {
				Wire wire = new Wire(brokers.clientAddresses(), brokers::topicName,
						(secured != null) ? secured.wireTls() : null);
				Admin admin = Admin.create(Map.of("bootstrap.servers", brokers.bootstrapServers(), "client.id",
						CLIENT_ID, "reconnect.backoff.max.ms", 200, "retry.backoff.ms", 20));
				return new KafkaCluster(brokers, wire, admin, secured);
			}
			catch (IOException | RuntimeException ex) {
				brokers.closeAfter(ex);
				throw new IllegalStateException("The cluster did not start", ex);
			}
		}

	}

}
