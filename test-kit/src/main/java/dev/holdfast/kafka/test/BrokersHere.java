/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.test;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
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
import org.apache.kafka.metadata.MetadataCache;
import org.apache.kafka.metadata.bootstrap.BootstrapMetadata;
import org.apache.kafka.server.common.Feature;
import org.apache.kafka.server.common.MetadataVersion;
import org.jspecify.annotations.Nullable;

/**
 * Brokers in this JVM. They have the version of the Kafka that is on the class path.
 */
final class BrokersHere implements Brokers {

	private final KafkaClusterTestKit kit;

	private final @Nullable Secured secured;

	private final Map<Integer, InetSocketAddress> addresses = new TreeMap<>();

	/** Where clients find the brokers; the same without security. */
	private final Map<Integer, InetSocketAddress> clientAddresses = new TreeMap<>();

	private final Set<Integer> running = new ConcurrentSkipListSet<>();

	private BrokersHere(KafkaClusterTestKit kit, @Nullable Secured secured) {
		this.kit = kit;
		this.secured = secured;
	}

	static BrokersHere start(int count, @Nullable String clusterId, Map<String, String> properties,
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
		Brokers.defaults(count).forEach(builder::setConfigProp);
		if (secured != null) {
			secured.properties().forEach(builder::setConfigProp);
		}
		properties.forEach(builder::setConfigProp);
		try {
			BrokersHere brokers = new BrokersHere(builder.build(), secured);
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

	@Override
	public Map<Integer, InetSocketAddress> clientAddresses() {
		return this.clientAddresses;
	}

	@Override
	public String bootstrapServers() {
		return this.addresses.values()
			.stream()
			.map((address) -> address.getHostString() + ":" + address.getPort())
			.collect(Collectors.joining(","));
	}

	@Override
	public Path directory() {
		return Path.of(this.kit.nodes().baseDirectory());
	}

	@Override
	public List<Integer> ids() {
		return List.copyOf(this.addresses.keySet());
	}

	@Override
	public boolean isRunning(int id) {
		return this.running.contains(id);
	}

	@Override
	public synchronized void stop(int id) {
		BrokerServer broker = broker(id);
		if (!this.running.remove(id)) {
			throw new IllegalStateException("Broker " + id + " is not running");
		}
		broker.shutdown();
		awaitKnown("broker " + id + " gone", (cache) -> !cache.hasAliveBroker(id));
	}

	@Override
	public synchronized void start(int id) {
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

	@Override
	public void awaitNoTopic(String topic) {
		awaitKnown("topic " + topic + " gone", (cache) -> !cache.contains(topic));
	}

	private void awaitKnown(String what, Predicate<MetadataCache> condition) {
		Await.until(what, () -> caches().stream().allMatch(condition));
	}

	@Override
	public void awaitAcl(AclBinding binding, boolean there) {
		Await.until((there ? "there: " : "gone: ") + binding, () -> this.running.stream().allMatch((id) -> {
			Iterable<AclBinding> found = broker(id).authorizerPlugin().get().get().acls(binding.toFilter());
			return found.iterator().hasNext() == there;
		}));
	}

	@Override
	public Leadership awaitLeader(TopicPartition partition, Predicate<Leadership> condition) {
		return Await.present("all brokers agree on the leader of " + partition,
				() -> agreedLeader(partition).filter(condition));
	}

	private Optional<Leadership> agreedLeader(TopicPartition partition) {
		List<Optional<Leadership>> views = caches().stream()
			.map((cache) -> cache.getLeaderAndIsr(partition.topic(), partition.partition())
				.map((leader) -> new Leadership(leader.leader(), leader.leaderEpoch())))
			.distinct()
			.toList();
		if (views.isEmpty()) {
			throw new IllegalStateException("No broker is running");
		}
		return (views.size() == 1) ? views.get(0) : Optional.empty();
	}

	@Override
	public @Nullable String topicName(Uuid id) {
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
