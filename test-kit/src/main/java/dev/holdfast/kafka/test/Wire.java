/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.test;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.stream.Collectors;

import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.RequestHeader;
import org.jspecify.annotations.Nullable;

/**
 * Sits between clients and brokers. It passes requests and answers on, keeps a record of
 * the requests, and tells lies as injected {@link Fault faults} say. Clients that start
 * from {@link KafkaCluster#bootstrapServers()} never leave it, as it puts its own
 * addresses into the brokers' answers.
 * <p>
 * A wire belongs to its {@link KafkaCluster} and is closed with it. Thread-safe. A fault
 * applies to every answer that passes after {@link #inject(Fault)} has returned, even if
 * its request passed before.
 */
public final class Wire {

	private static final String HOST = "127.0.0.1";

	private final Map<Integer, WireListener> listeners = new TreeMap<>();

	private final List<ActiveFault> faults = new CopyOnWriteArrayList<>();

	private final Queue<WireRequest> requests = new ConcurrentLinkedQueue<>();

	private final Function<Uuid, @Nullable String> topicNames;

	private final AddressRewriter addresses;

	/**
	 * Open a wire.
	 * @param brokers where each broker listens
	 * @param topicNames what the brokers call the topic with an id
	 * @param tls lets the wire read what is encrypted, {@code null} without encryption
	 */
	Wire(Map<Integer, InetSocketAddress> brokers, Function<Uuid, @Nullable String> topicNames, @Nullable WireTls tls)
			throws IOException {
		this.topicNames = topicNames;
		Map<Integer, Integer> ports = new TreeMap<>();
		for (Map.Entry<Integer, InetSocketAddress> broker : brokers.entrySet()) {
			WireListener listener = new WireListener(broker.getKey(), HOST, broker.getValue(), tls);
			this.listeners.put(broker.getKey(), listener);
			ports.put(broker.getKey(), listener.port());
		}
		this.addresses = new AddressRewriter(HOST, ports);
		this.listeners.values().forEach((listener) -> listener.start(this));
	}

	/**
	 * Start to tell a lie. Several faults work together, in the order of their injection.
	 * @param fault what to do to which answers
	 * @return a handle that counts the hits and ends the fault when closed
	 */
	public Fault.Handle inject(Fault fault) {
		ActiveFault active = new ActiveFault(fault, this.faults::remove);
		this.faults.add(active);
		return active;
	}

	/**
	 * End all faults.
	 */
	public void honest() {
		this.faults.forEach(ActiveFault::close);
	}

	/**
	 * Return the requests since the start or the last {@link #forget()}. Those of each
	 * connection are in their order.
	 * @return a snapshot
	 */
	public List<WireRequest> requests() {
		return new ArrayList<>(this.requests);
	}

	/**
	 * Count the requests of an API since the start or the last {@link #forget()}.
	 * @param api the API
	 * @return the count
	 */
	public long count(ApiKeys api) {
		return count("", api);
	}

	/**
	 * Count the requests of an API by some clients since the start or the last
	 * {@link #forget()}.
	 * @param clientIdPrefix how the client ids start
	 * @param api the API
	 * @return the count
	 */
	public long count(String clientIdPrefix, ApiKeys api) {
		return this.requests.stream()
			.filter((request) -> request.api() == api && request.clientId().startsWith(clientIdPrefix))
			.count();
	}

	/**
	 * Clear the record of requests.
	 */
	public void forget() {
		this.requests.clear();
	}

	/**
	 * Count the connections that are open now.
	 * @return how many connections clients have to all brokers through this wire
	 */
	public int connections() {
		return this.listeners.values().stream().mapToInt(WireListener::connections).sum();
	}

	/**
	 * Close all connections that are open now. Clients may connect again immediately.
	 */
	public void disconnectAll() {
		this.listeners.values().forEach(WireListener::disconnectAll);
	}

	String bootstrapServers() {
		return this.listeners.values()
			.stream()
			.map((listener) -> HOST + ":" + listener.port())
			.collect(Collectors.joining(","));
	}

	void close() {
		honest();
		for (WireListener listener : this.listeners.values()) {
			listener.close();
		}
	}

	/**
	 * Take note of a request.
	 * @return whether it may pass; if not, the caller resets its connection
	 */
	boolean request(int broker, RequestHeader header) {
		this.requests
			.add(new WireRequest(broker, header.clientId(), header.apiKey(), header.apiVersion(), Instant.now()));
		for (ActiveFault fault : this.faults) {
			if (fault.effect() instanceof Effect.Reset && fault.concerns(broker, header) && fault.hit(() -> true)) {
				return false;
			}
		}
		return true;
	}

	/**
	 * Let the faults work on an answer, which may take as long as they say.
	 * @return whether the caller delivers it; if not, it delivers nothing more on this
	 * connection
	 */
	boolean answer(WireConnection connection, RequestHeader header, Answer answer) throws InterruptedException {
		if (!answer.readable()) {
			return true;
		}
		if (this.addresses.concerns(header) && this.addresses.rewrite(answer.body())) {
			answer.changed();
		}
		for (ActiveFault fault : this.faults) {
			if (fault.concerns(connection.broker(), header) && !apply(fault, connection, answer)) {
				return false;
			}
		}
		return true;
	}

	private boolean apply(ActiveFault fault, WireConnection connection, Answer answer) throws InterruptedException {
		if (fault.effect() instanceof Effect.Edit edit) {
			EditContext context = new EditContext(fault.scope(), this.topicNames, connection.fetchSession());
			if (fault.hit(() -> Edits.apply(edit, answer.body(), context))) {
				answer.changed();
			}
		}
		else if (fault.effect() instanceof Effect.Delay delay) {
			if (fault.hit(() -> true)) {
				fault.pause(delay.by());
			}
		}
		else if (fault.effect() instanceof Effect.Silence) {
			return !fault.silence(connection);
		}
		return true;
	}

}
