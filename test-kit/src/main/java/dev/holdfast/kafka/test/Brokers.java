/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.test;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AclBinding;
import org.jspecify.annotations.Nullable;

/**
 * The brokers of a cluster and what they know.
 */
interface Brokers extends AutoCloseable {

	/**
	 * Start brokers: processes of their own if the system property
	 * {@link BrokerProcesses#CLASS_PATH} is set, else in this JVM.
	 */
	static Brokers start(int count, @Nullable String clusterId, Map<String, String> properties,
			@Nullable Secured secured) {
		String classPath = System.getProperty(BrokerProcesses.CLASS_PATH, "");
		if (classPath.isEmpty()) {
			return BrokersHere.start(count, clusterId, properties, secured);
		}
		if (secured != null) {
			throw new IllegalStateException("Brokers that are processes of their own know no security here");
		}
		return BrokerProcesses.start(Path.of(classPath), count, clusterId, properties);
	}

	/**
	 * Brokers that are small and quick, have nothing unreleased, and do nothing on their
	 * own.
	 */
	static Map<String, String> defaults(int count) {
		Map<String, String> defaults = new HashMap<>();
		String replicas = Integer.toString(Math.min(count, 3));
		for (String topic : List.of("offsets.topic", "transaction.state.log", "share.coordinator.state.topic")) {
			defaults.put(topic + ".num.partitions", "1");
			defaults.put(topic + ".replication.factor", replicas);
		}
		defaults.put("transaction.state.log.min.isr", "1");
		defaults.put("share.coordinator.state.topic.min.isr", "1");
		defaults.put("auto.create.topics.enable", "false");
		defaults.put("auto.leader.rebalance.enable", "false");
		defaults.put("group.initial.rebalance.delay.ms", "0");
		defaults.put("group.min.session.timeout.ms", "100");
		defaults.put("group.consumer.min.session.timeout.ms", "1000");
		defaults.put("group.consumer.session.timeout.ms", "10000");
		defaults.put("group.consumer.min.heartbeat.interval.ms", "50");
		defaults.put("group.consumer.heartbeat.interval.ms", "200");
		// The controller lets a broker come back only when its last session has ended.
		defaults.put("broker.session.timeout.ms", "3000");
		defaults.put("broker.heartbeat.interval.ms", "500");
		defaults.put("unstable.api.versions.enable", "false");
		defaults.put("unstable.feature.versions.enable", "false");
		defaults.put("num.network.threads", "2");
		defaults.put("num.io.threads", "4");
		return defaults;
	}

	/**
	 * Where clients find the brokers.
	 */
	Map<Integer, InetSocketAddress> clientAddresses();

	String bootstrapServers();

	/**
	 * Where all brokers keep their data.
	 */
	Path directory();

	List<Integer> ids();

	boolean isRunning(int id);

	void stop(int id);

	void start(int id);

	/**
	 * Wait until no running broker knows a topic.
	 */
	void awaitNoTopic(String topic);

	/**
	 * Wait until every running broker's authorizer has a rule, or has it no more.
	 */
	void awaitAcl(AclBinding binding, boolean there);

	/**
	 * Return who leads a partition, once all running brokers agree on it.
	 */
	Leadership awaitLeader(TopicPartition partition, Predicate<Leadership> condition);

	/**
	 * Return what the brokers call the topic with an id.
	 */
	@Nullable String topicName(Uuid id);

	@Override
	void close();

	default void closeAfter(Exception failure) {
		try {
			close();
		}
		catch (RuntimeException ex) {
			failure.addSuppressed(ex);
		}
	}

	/**
	 * Who leads a partition.
	 *
	 * @param leader the broker, -1 without a leader
	 * @param epoch the epoch of this leadership
	 */
	record Leadership(int leader, int epoch) {

	}

}
