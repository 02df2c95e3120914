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

import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/**
 * Fetches of one client: what it has asked for, and what it has yet to hand out. By
 * kafka-clients' AbstractFetch and FetchCollector.
 */
final class ClientFetches {

	private static final int FETCH_RECORDS = 40;

	private final ModelClient client;

	private final Deque<Fetched> buffer = new ArrayDeque<>();

	private final Set<Integer> inFlight = new HashSet<>();

	/**
	 * One partition of an answer.
	 */
	private static final class Fetched {

		private final TopicPartition partition;

		private final Answer answer;

		private long next;

		private int taken;

		private boolean initialized;

		Fetched(TopicPartition partition, Answer answer) {
			this.partition = partition;
			this.answer = answer;
			this.next = answer.offset;
		}

		boolean isConsumed() {
			return taken >= answer.entries.size();
		}

	}

	/**
	 * What a leader answers.
	 *
	 * @param error {@code null} if there is none
	 * @param offset what the client has asked for
	 */
	private record Answer(String error, long offset, List<ModelLog.Entry> entries, long highWatermark) {
	}

	/**
	 * What a poll hands out.
	 */
	static final class Handed {

		final Map<TopicPartition, List<ModelLog.Entry>> records = new LinkedHashMap<>();

		boolean advanced;

		boolean isEmpty() {
			return !advanced;
		}

	}

	ClientFetches(ModelClient client) {
		this.client = client;
	}

	boolean isAnyAvailable() {
		return buffer.stream().anyMatch((each) -> {
			ClientPartition state = client.assigned().get(each.partition);
			return state != null && state.isFetchable();
		});
	}

	void send() {
		Map<Integer, Map<TopicPartition, ClientPartition.Position>> byNode = new LinkedHashMap<>();
		client.assigned().forEach((partition, state) -> {
			if (!state.isFetchable() || buffer.stream().anyMatch((each) -> each.partition.equals(partition))) {
				return;
			}
			Integer leader = state.position().leader().node();
			if (leader == null) {
				client.metadata().requestUpdate();
			}
			else if (!inFlight.contains(leader)) {
				byNode.computeIfAbsent(leader, (key) -> new LinkedHashMap<>()).put(partition, state.position());
			}
		});
		byNode.forEach(this::send);
	}

	private void send(int node, Map<TopicPartition, ClientPartition.Position> positions) {
		inFlight.add(node);
		Map<String, org.apache.kafka.common.Uuid> ids = new HashMap<>();
		positions.keySet().forEach((each) -> ids.put(each.topic(), client.metadata().id(each.topic())));
		long sentAt = client.time().millis();
		ModelCluster cluster = client.cluster();
		if (cluster.isGone()) {
			fail(node, ModelCluster.REFUSED);
			return;
		}
		if (cluster.isSilent(node) || 2 + cluster.faults.delay >= client.settings().requestTimeout()) {
			fail(node, client.settings().requestTimeout());
			return;
		}
		long delay = cluster.faults.delay;
		client.time().after(1 + delay / 2, () -> arrive(cluster, node, positions, ids, sentAt));
	}

	private void fail(int node, long millis) {
		client.time().after(millis, () -> client.receive(() -> {
			inFlight.remove(node);
			client.metadata().requestUpdate();
		}));
	}

	private void arrive(ModelCluster cluster, int node, Map<TopicPartition, ClientPartition.Position> positions,
			Map<String, org.apache.kafka.common.Uuid> ids, long sentAt) {
		if (cluster.isGone()) {
			fail(node, ModelCluster.REFUSED);
			return;
		}
		Map<TopicPartition, Answer> answers = new LinkedHashMap<>();
		boolean news = false;
		for (Map.Entry<TopicPartition, ClientPartition.Position> each : positions.entrySet()) {
			Answer answer = answer(cluster, node, each.getKey(), each.getValue(), ids.get(each.getKey().topic()));
			answers.put(each.getKey(), answer);
			news |= answer.error != null || !answer.entries.isEmpty();
		}
		long waited = client.time().millis() - sentAt;
		if (!news && waited < client.settings().fetchWait() && !client.isClosed()) {
			boolean[] done = new boolean[1];
			Runnable again = () -> {
				if (!done[0]) {
					done[0] = true;
					arrive(cluster, node, positions, ids, sentAt);
				}
			};
			cluster.park(again);
			client.time().after(client.settings().fetchWait() - waited, again);
			return;
		}
		client.time().after(1 + cluster.faults.delay / 2, () -> client.receive(() -> {
			inFlight.remove(node);
			answers.forEach((partition, answer) -> {
				if (answer.error != null || !answer.entries.isEmpty()) {
					buffer.add(new Fetched(partition, answer));
				}
			});
		}));
	}

	private Answer answer(ModelCluster cluster, int node, TopicPartition partition, ClientPartition.Position position,
			org.apache.kafka.common.Uuid topicId) {
		ModelLog log = cluster.log(partition);
		long offset = position.offset();
		if (log == null || !cluster.topic(partition.topic()).id().equals(topicId)) {
			return new Answer("metadata", offset, List.of(), -1);
		}
		String fenced = fenced(log, node, position.leader().epoch());
		if (fenced != null) {
			return new Answer(fenced, offset, List.of(), -1);
		}
		if (!log.isInRange(offset) || cluster.faults.fetchOutOfRange) {
			return new Answer("range", offset, List.of(), -1);
		}
		return new Answer(null, offset, log.from(offset, FETCH_RECORDS), log.end());
	}

	/**
	 * Why a node does not answer a client with this view of the leader.
	 * @return {@code null} if it does
	 */
	static String fenced(ModelLog log, int node, Integer epoch) {
		if (log.leader() != node || (epoch != null && epoch < log.epoch())) {
			return "metadata";
		}
		return (epoch != null && epoch > log.epoch()) ? "unknown epoch" : null;
	}

	Handed collect() {
		Handed handed = new Handed();
		int left = client.settings().maxPollRecords();
		List<Fetched> pausedOnes = new ArrayList<>();
		try {
			while (left > 0 && !buffer.isEmpty()) {
				Fetched next = buffer.peek();
				if (!next.initialized) {
					if (!initialize(next, handed)) {
						buffer.poll();
						continue;
					}
					next.initialized = true;
				}
				ClientPartition state = client.assigned().get(next.partition);
				if (state != null && state.paused) {
					pausedOnes.add(buffer.poll());
					continue;
				}
				left -= hand(next, state, left, handed);
				if (next.isConsumed()) {
					buffer.remove(next);
				}
			}
		}
		catch (KafkaException ex) {
			if (handed.isEmpty()) {
				throw ex;
			}
		}
		finally {
			buffer.addAll(pausedOnes);
		}
		return handed;
	}

	private boolean initialize(Fetched fetched, Handed handed) {
		ClientPartition state = client.assigned().get(fetched.partition);
		if (state == null || !state.hasValidPosition()) {
			return false;
		}
		boolean isStale = state.position().offset() != fetched.answer.offset;
		if (fetched.answer.error == null) {
			state.highWatermark = isStale ? state.highWatermark : Long.valueOf(fetched.answer.highWatermark);
			return !isStale;
		}
		switch (fetched.answer.error) {
			case "metadata" -> client.metadata().requestUpdate();
			case "range" -> {
				if (!isStale) {
					outOfRange(fetched, state, handed);
				}
			}
			default -> {
			}
		}
		return false;
	}

	private void outOfRange(Fetched fetched, ClientPartition state, Handed handed) {
		if (!"none".equals(client.settings().reset())) {
			state.requestReset(client.settings().reset());
			return;
		}
		if (handed.isEmpty()) {
			buffer.poll();
		}
		throw new OffsetOutOfRangeException("out of range", Map.of(fetched.partition, state.position().offset()));
	}

	private int hand(Fetched fetched, ClientPartition state, int most, Handed handed) {
		if (state == null || !state.isFetchable() || state.position().offset() != fetched.next) {
			fetched.taken = fetched.answer.entries.size();
			return 0;
		}
		List<ModelLog.Entry> records = new ArrayList<>();
		ModelLog.Entry last = null;
		while (!fetched.isConsumed()
				&& (records.size() < most || fetched.answer.entries.get(fetched.taken).isMarker())) {
			last = fetched.answer.entries.get(fetched.taken++);
			if (!last.isMarker()) {
				records.add(last);
			}
		}
		if (last != null) {
			fetched.next = last.offset() + 1;
			state.advance(fetched.next, last.epoch());
			handed.advanced = true;
			if (!records.isEmpty()) {
				handed.records.computeIfAbsent(fetched.partition, (key) -> new ArrayList<>()).addAll(records);
			}
		}
		return records.size();
	}

}
