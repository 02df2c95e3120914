/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.test;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AclBinding;
import org.jspecify.annotations.Nullable;

/**
 * Brokers that are processes of their own, of any version of Kafka: clients and brokers
 * then need not have the same version. They run on the JDK of this JVM.
 */
final class BrokerProcesses implements Brokers {

	/** System property: a file with the class path of {@code org.apache.kafka:kafka}. */
	static final String CLASS_PATH = "holdfast.test.broker-class-path";

	private final Path directory;

	private final BrokerProcess controller;

	private final Map<Integer, BrokerProcess> brokers = new TreeMap<>();

	private final Map<Integer, InetSocketAddress> addresses = new TreeMap<>();

	private final Set<Integer> running = new ConcurrentSkipListSet<>();

	private final Map<Uuid, String> topicNames = new ConcurrentHashMap<>();

	private BrokerProcesses(Path directory, BrokerSettings settings, List<Integer> ports) {
		this.directory = directory;
		this.controller = settings.controller(directory);
		for (int id = 0; id < ports.size(); id++) {
			this.brokers.put(id, settings.broker(directory, id, ports.get(id)));
			this.addresses.put(id, new InetSocketAddress(InetAddress.getLoopbackAddress(), ports.get(id)));
		}
	}

	static BrokerProcesses start(Path classPath, int count, @Nullable String clusterId,
			Map<String, String> properties) {
		try {
			Map<String, String> all = new HashMap<>(Brokers.defaults(count));
			all.putAll(properties);
			List<Integer> ports = FreePorts.of(count + 1);
			BrokerSettings settings = new BrokerSettings(Files.readString(classPath).trim(),
					(clusterId != null) ? clusterId : Uuid.randomUuid().toString(), ports.get(count), all);
			BrokerProcesses brokers = new BrokerProcesses(Files.createTempDirectory("holdfast-brokers"), settings,
					ports.subList(0, count));
			try {
				brokers.start();
				return brokers;
			}
			catch (RuntimeException ex) {
				brokers.closeAfter(ex);
				throw ex;
			}
		}
		catch (IOException ex) {
			throw new IllegalStateException("The cluster did not start", ex);
		}
	}

	private void start() {
		this.controller.format();
		this.controller.start();
		this.brokers.forEach((id, broker) -> {
			broker.start();
			this.running.add(id);
		});
		awaitAlive();
	}

	private void awaitAlive() {
		awaitKnown("brokers " + this.running + " alive", (known) -> known.brokers().equals(this.running));
	}

	private void awaitKnown(String what, Predicate<KnownMetadata> condition) {
		Await.until(what, () -> this.running.stream().allMatch((id) -> ask(id).filter(condition).isPresent()));
	}

	private Optional<KnownMetadata> ask(int id) {
		this.controller.requireAlive();
		process(id).requireAlive();
		return KnownMetadata.of(this.addresses.get(id));
	}

	private BrokerProcess process(int id) {
		BrokerProcess broker = this.brokers.get(id);
		if (broker == null) {
			throw new IllegalArgumentException("No broker " + id + ", only " + ids());
		}
		return broker;
	}

	@Override
	public Map<Integer, InetSocketAddress> clientAddresses() {
		return this.addresses;
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
		return this.directory;
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
		BrokerProcess broker = process(id);
		if (!this.running.remove(id)) {
			throw new IllegalStateException("Broker " + id + " is not running");
		}
		broker.stop();
		awaitAlive();
	}

	@Override
	public synchronized void start(int id) {
		BrokerProcess broker = process(id);
		if (!this.running.add(id)) {
			throw new IllegalStateException("Broker " + id + " is running");
		}
		broker.start();
		awaitAlive();
	}

	@Override
	public void awaitNoTopic(String topic) {
		awaitKnown("topic " + topic + " gone", (known) -> !known.topicNames().containsValue(topic));
	}

	@Override
	public void awaitAcl(AclBinding binding, boolean there) {
		throw new UnsupportedOperationException("These brokers have no authorizer");
	}

	@Override
	public Leadership awaitLeader(TopicPartition partition, Predicate<Leadership> condition) {
		return Await.present("all brokers agree on the leader of " + partition,
				() -> agreedLeader(partition).filter(condition));
	}

	private Optional<Leadership> agreedLeader(TopicPartition partition) {
		List<Optional<Leadership>> views = this.running.stream()
			.map((id) -> ask(id).flatMap((known) -> known.leader(partition)))
			.distinct()
			.toList();
		if (views.isEmpty()) {
			throw new IllegalStateException("No broker is running");
		}
		return (views.size() == 1) ? views.get(0) : Optional.empty();
	}

	@Override
	public @Nullable String topicName(Uuid id) {
		if (!this.topicNames.containsKey(id)) {
			// What is known of topic ids stays true, whoever stops.
			this.running.forEach((broker) -> KnownMetadata.of(this.addresses.get(broker))
				.ifPresent((known) -> this.topicNames.putAll(known.topicNames())));
		}
		return this.topicNames.get(id);
	}

	@Override
	public void close() {
		this.running.clear();
		this.brokers.values().forEach(BrokerProcess::kill);
		this.controller.kill();
		try (Stream<Path> files = Files.walk(this.directory)) {
			for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
				Files.delete(file);
			}
		}
		catch (IOException ex) {
			throw new IllegalStateException("The cluster did not close cleanly", ex);
		}
	}

}
