/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.simulation;

import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Function;

import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * The model.
 */
final class ModelStage implements Stage {

	/** What a step takes with real brokers, at least, in milliseconds. */
	private static final long MOMENT = 20;

	private final SimulatedTime time = new SimulatedTime();

	private final ModelCluster cluster = new ModelCluster(time, "cluster-1");

	private final TopicPartition partition;

	ModelStage(String topic) {
		this.partition = new TopicPartition(topic, 0);
		cluster.create(topic, 1);
	}

	@Override
	public TopicPartition partition() {
		return partition;
	}

	@Override
	public Consumer<?, ?> consumer(ClientSettings.Protocol protocol, String reset) {
		ClientSettings settings = new ClientSettings("group", protocol, reset, false, 500, 30_000, 60_000, false);
		return new ModelConsumer<>(new ModelClient(time, new ClusterName(cluster), cluster, settings, (id) -> {
		}, (offsets) -> {
		}), Function.identity());
	}

	@Override
	public void append(int records) {
		time.pass(MOMENT);
		cluster.append(partition, records, false);
	}

	@Override
	public void move() {
		time.pass(MOMENT);
		ModelLog log = cluster.log(partition);
		log.elect((log.leader() + 1) % ModelCluster.NODES);
		cluster.changed();
	}

	@Override
	public void lie(int end) {
		time.pass(MOMENT);
		cluster.faults.epochEnd = (long) end;
		for (int node = 0; node < ModelCluster.NODES; node++) {
			cluster.faults.liars.add(node);
		}
	}

	@Override
	public void lieAboutRange() {
		time.pass(MOMENT);
		cluster.faults.fetchOutOfRange = true;
	}

	@Override
	public void honest() {
		time.pass(MOMENT);
		cluster.faults.clear();
	}

	@Override
	public void retain(long start) {
		time.pass(MOMENT);
		cluster.log(partition).retain(start);
		cluster.changed();
	}

	@Override
	public void commit(OffsetAndMetadata offset) {
		time.pass(MOMENT);
		cluster.storeForeign(Map.of(partition, offset));
	}

	@Override
	public OffsetAndMetadata committed() {
		return cluster.commit(partition);
	}

	@Override
	public long end() {
		return cluster.log(partition).end();
	}

	@Override
	public OptionalInt epochBefore(long offset) {
		int epoch = (offset <= end()) ? cluster.log(partition).epochBefore(offset) : -1;
		return (epoch >= 0) ? OptionalInt.of(epoch) : OptionalInt.empty();
	}

	@Override
	public long quiet() {
		return 5_000;
	}

	@Override
	public long millis() {
		return time.millis();
	}

}
