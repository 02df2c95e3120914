/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.test;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;

import kafka.server.BrokerServer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.network.ListenerName;
import org.apache.kafka.common.test.KafkaClusterTestKit;
import org.apache.kafka.common.test.TestKitNodes;
import org.apache.kafka.metadata.LeaderAndIsr;
import org.apache.kafka.metadata.MetadataCache;
import org.apache.kafka.metadata.bootstrap.BootstrapMetadata;
import org.apache.kafka.server.common.Feature;
import org.apache.kafka.server.common.MetadataVersion;
import org.jspecify.annotations.Nullable;

/**
 * The broker processes of a cluster and what they know.
 */
final class Brokers implements AutoCloseable {

	private final KafkaClusterTestKit kit;

	private final @Nullable Secured secured;

	private final Map<Integer, InetSocketAddress> addresses = new TreeMap<>();

	/** Where clients find the brokers; the same without security. */
	private final Map<Integer, InetSocketAddress> clientAddresses = new TreeMap<>();

	private final Set<Integer> running = new ConcurrentSkipListSet<>();

	private Brokers(KafkaClusterTestKit kit, @Nullable Secured secured) {
		this.kit = kit;
		this.secured = secured;
	}

	static Brokers start(int count, @Nullable String clusterId, Map<String, String> properties,
			@Nullable Secured secured) {
		// Separate controller: a broker can then be stopped without the cluster.
		TestKitNodes.Builder nodes = new TestKitNodes.Builder(released()).setNumBrokerNodes(count)
			.setNumControllerNodes(1);
		if (clusterId != null) {
			nodes.setClusterId(clusterId);
		}
		if (secured != null) {
			nodes.setPerServerProperties(FreePorts.forEach(count, secured::brokerProperties));
		}
		KafkaClusterTestKit.Builder builder = new KafkaClusterTestKit.Builder(nodes.build());
		defaults(count).forEach(builder::setConfigProp);
		if (secured != null) {
			secured.properties().forEach(builder::setConfigProp);
		}
		properties.forEach(builder::setConfigProp);
		try {
			Brokers brokers = new Brokers(builder.build(), secured);
			try {
				brokers.start();
				return brokers;
			}
			catch (Exception ex) {
				brokers.closeAfter(ex);
				throw ex;
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException("Interrupted while the cluster started", ex);
		}
		catch (Exception ex) {
			throw new IllegalStateException("The cluster did not start", ex);
		}
	}

	private static BootstrapMetadata released() {
		MetadataVersion version = MetadataVersion.latestProduction();
		Map<String, Short> features = Feature.PRODUCTION_FEATURES.stream()
			.collect(Collectors.toMap(Feature::featureName, (feature) -> feature.defaultLevel(version)));
		return BootstrapMetadata.fromVersions(version, features, "holdfast");
	}

	/**
	 * Brokers that are small and quick, have nothing unreleased, and do nothing on their
	 * own.
	 */
	private static Map<String, String> defaults(int count) {
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

	private void start() throws Exception {
		this.kit.format();
		this.kit.startup();
		this.kit.waitForReadyBrokers();
		String own = this.kit.nodes().brokerListenerName().value();
		this.kit.brokers().forEach((id, broker) -> {
			this.addresses.put(id, address(broker, (this.secured != null) ? Secured.CLEAR_LISTENER : own));
			this.clientAddresses.put(id, address(broker, (this.secured != null) ? Secured.LISTENER : own));
			this.running.add(id);
		});
	}

	private static InetSocketAddress address(BrokerServer broker, String listener) {
		return new InetSocketAddress(InetAddress.getLoopbackAddress(),
				broker.boundPort(ListenerName.normalised(listener)));
	}

	void closeAfter(Exception failure) {
		try {
			close();
		}
		catch (RuntimeException ex) {
			failure.addSuppressed(ex);
		}
	}

	/** Where clients find the brokers. */
	Map<Integer, InetSocketAddress> clientAddresses() {
		return this.clientAddresses;
	}

	String bootstrapServers() {
		return this.addresses.values()
			.stream()
			.map((address) -> address.getHostString() + ":" + address.getPort())
			.collect(Collectors.joining(","));
	}

	/** Where all brokers keep their data. */
	Path directory() {
		return Path.of(this.kit.nodes().baseDirectory());
	}

	List<Integer> ids() {
		return List.copyOf(this.addresses.keySet());
	}

	boolean isRunning(int id) {
		return this.running.contains(id);
	}

	synchronized void stop(int id) {
		BrokerServer broker = broker(id);
		if (!this.running.remove(id)) {
			throw new IllegalStateException("Broker " + id + " is not running");
		}
		broker.shutdown();
		awaitKnown("broker " + id + " gone", (cache) -> !cache.hasAliveBroker(id));
	}

	synchronized void start(int id) {
		BrokerServer broker = broker(id);
		if (isRunning(id)) {
			throw new IllegalStateException("Broker " + id + " is running");
		}
		broker.startup();
		this.running.add(id);
		awaitKnown("broker " + id + " alive", (cache) -> cache.hasAliveBroker(id));
	}

	private BrokerServer broker(int id) {
		BrokerServer broker = this.kit.brokers().get(id);
		if (broker == null) {
			throw new IllegalArgumentException("No broker " + id + ", only " + ids());
		}
		return broker;
	}

	/**
	 * Wait until every running broker knows something.
	 */
	void awaitKnown(String what, Predicate<MetadataCache> condition) {
		Await.until(what, () -> caches().stream().allMatch(condition));
	}

	/**
	 * Wait until every running broker's authorizer has a rule, or has it no more.
	 */
	void awaitAcl(AclBinding binding, boolean there) {
		Await.until((there ? "there: " : "gone: ") + binding, () -> this.running.stream().allMatch((id) -> {
			Iterable<AclBinding> found = broker(id).authorizerPlugin().get().get().acls(binding.toFilter());
			return found.iterator().hasNext() == there;
		}));
	}

	/**
	 * Return who leads a partition, once all running brokers agree on it.
	 */
	LeaderAndIsr awaitLeader(TopicPartition partition, Predicate<LeaderAndIsr> condition) {
		return Await.present("all brokers agree on the leader of " + partition,
				() -> agreedLeader(partition).filter(condition));
	}

	private Optional<LeaderAndIsr> agreedLeader(TopicPartition partition) {
		List<Optional<LeaderAndIsr>> views = caches().stream()
			.map((cache) -> cache.getLeaderAndIsr(partition.topic(), partition.partition()))
			.distinct()
			.toList();
		if (views.isEmpty()) {
			throw new IllegalStateException("No broker is running");
		}
		return (views.size() == 1) ? views.get(0) : Optional.empty();
	}

	@Nullable String topicName(Uuid id) {
		// Stopped brokers count too: what they know of topic ids stays true.
		return this.kit.brokers()
			.values()
			.stream()
			.<MetadataCache>map(BrokerServer::metadataCache)
			.filter(Objects::nonNull)
			.flatMap((cache) -> cache.getTopicName(id).stream())
			.findFirst()
			.orElse(null);
	}

	private List<MetadataCache> caches() {
		return this.running.stream().<MetadataCache>map((id) -> broker(id).metadataCache()).toList();
	}

	@Override
	public void close() {
		try {
			this.kit.close();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException("Interrupted while the cluster closed", ex);
		}
		catch (Exception ex) {
			throw new IllegalStateException("The cluster did not close cleanly", ex);
		}
	}

}
