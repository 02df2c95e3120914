/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.sample.demo;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

import dev.holdfast.kafka.sample.service.Listener;
import dev.holdfast.kafka.sample.service.OrderService;
import dev.holdfast.kafka.test.Fault;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.Wire;
import dev.holdfast.kafka.test.WireRequest;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.ApiKeys;

/**
 * Plays scenarios: the same one at the same time for all listeners.
 */
final class Stage {

	private static final int BEFORE_THE_MOVE = 100;

	private final KafkaCluster cluster;

	private final PrintStream out;

	private final String[] args;

	/**
	 * Creates a stage.
	 * @param cluster the brokers, at least two
	 * @param out where it prints what happens
	 * @param args arguments for the applications
	 */
	Stage(KafkaCluster cluster, PrintStream out, String... args) {
		this.cluster = cluster;
		this.out = out;
		this.args = args;
	}

	List<Row> play(Scenario scenario) {
		tell("%n%s", scenario.title());
		TopicPartition partition = new TopicPartition(scenario.topic(), 0);
		cluster.createTopic(partition.topic(), Map.of(0, cluster.brokerIds()), Map.of());
		try (Orders orders = new Orders(cluster.directBootstrapServers(), partition.topic())) {
			List<Past> pasts = prepare(scenario, partition, orders);
			return scenario.leaderMoves() ? moveLeader(scenario, partition, orders, pasts)
					: restart(scenario, partition, pasts);
		}
		finally {
			cluster.wire().honest();
		}
	}

	private List<Past> prepare(Scenario scenario, TopicPartition partition, Orders orders) {
		orders.publish(Scenario.PUBLISHED);
		List<Past> pasts = new ArrayList<>();
		for (Listener listener : Listener.values()) {
			Set<Long> consumed = orders.consume(scenario.group(listener), Scenario.CONSUMED);
			pasts.add(new Past(listener, consumed));
			OffsetAndMetadata committed = Objects
				.requireNonNull(cluster.committed(scenario.group(listener)).get(partition));
			tell("  %s: %d orders consumed, committed offset %d with leader epoch %d", listener, consumed.size(),
					committed.offset(), committed.leaderEpoch().orElse(-1));
		}
		if (scenario.logStart() > 0) {
			cluster.deleteRecords(partition, scenario.logStart());
		}
		tell("  the log goes from %d to %d", cluster.logStart(partition), cluster.logEnd(partition));
		return pasts;
	}

	private List<Row> restart(Scenario scenario, TopicPartition partition, List<Past> pasts) {
		lie();
		tell("  the listeners start again");
		try (OrderServices services = OrderServices.start(scenario, cluster.bootstrapServers(), args)) {
			awaitEnd(partition, services);
			return rows(scenario, partition, pasts, services);
		}
	}

	private List<Row> moveLeader(Scenario scenario, TopicPartition partition, Orders orders, List<Past> pasts) {
		try (OrderServices services = OrderServices.start(scenario, cluster.bootstrapServers(), args)) {
			awaitEnd(partition, services);
			tell("  the listeners run and have read everything; %d orders come, 100 a second", Scenario.ARRIVING);
			lie();
			orders.trickle(BEFORE_THE_MOVE).join();
			CompletableFuture<Void> rest = orders.trickle(Scenario.ARRIVING - BEFORE_THE_MOVE);
			int leader = cluster.leader(partition);
			int next = cluster.brokerIds().stream().filter((id) -> id != leader).findFirst().orElseThrow();
			cluster.moveLeader(partition, next);
			tell("  the leader moved from broker %d to %d", leader, next);
			rest.join();
			awaitEnd(partition, services);
			return rows(scenario, partition, pasts, services);
		}
	}

	private void lie() {
		cluster.wire().forget();
		cluster.wire().inject(Fault.epochEndOffset(0));
		tell("  from now on the brokers answer OffsetForLeaderEpoch with end offset 0");
	}

	private void awaitEnd(TopicPartition partition, OrderServices services) {
		long end = cluster.logEnd(partition);
		for (OrderService<Deliveries> service : services.all()) {
			if (!service.observer().awaitIdleAt(end)) {
				tell("  %s did not get to the end of the log, %d", service.listener(), end);
			}
		}
	}

	private List<Row> rows(Scenario scenario, TopicPartition partition, List<Past> pasts, OrderServices services) {
		List<Row> rows = new ArrayList<>();
		for (Past past : pasts) {
			OrderService<Deliveries> service = services.of(past.listener());
			rows.add(Row.of(scenario, past.listener(), past.consumed(), service.observer().received(),
					lies(scenario.group(past.listener())), cluster.logEnd(partition)));
		}
		return rows;
	}

	private List<WireRequest> lies(String clientId) {
		Wire wire = cluster.wire();
		return wire.requests()
			.stream()
			.filter((request) -> request.api() == ApiKeys.OFFSET_FOR_LEADER_EPOCH)
			.filter((request) -> request.clientId().contains(clientId))
			.toList();
	}

	private void tell(String format, Object... arguments) {
		out.printf(format + "%n", arguments);
	}

	/**
	 * What a listener's group consumed before the listener starts.
	 *
	 * @param listener the listener
	 * @param consumed the offsets
	 */
	private record Past(Listener listener, Set<Long> consumed) {

	}

}
