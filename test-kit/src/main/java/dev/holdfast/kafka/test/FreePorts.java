/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.test;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;

/**
 * Ports that brokers have to know before they start, so that a broker with two listeners
 * comes back with the same ports. They lie below those that operating systems give away,
 * so that nobody gets one in the meantime.
 */
final class FreePorts {

	private static final int FROM = 15_000;

	private static final int TO = 32_000;

	private static final int ATTEMPTS = 1000;

	private final Set<Integer> taken = new HashSet<>();

	private FreePorts() {
	}

	/**
	 * Return properties of all brokers.
	 * @param brokers how many
	 * @param properties what follows from two ports
	 */
	static Map<Integer, Map<String, String>> forEach(int brokers, Properties properties) {
		FreePorts ports = new FreePorts();
		Map<Integer, Map<String, String>> all = new HashMap<>();
		for (int id = 0; id < brokers; id++) {
			all.put(id, properties.of(ports.next(), ports.next()));
		}
		return all;
	}

	/**
	 * Return ports.
	 * @param count how many
	 */
	static List<Integer> of(int count) {
		FreePorts ports = new FreePorts();
		return Stream.generate(ports::next).limit(count).toList();
	}

	private int next() {
		for (int i = 0; i < ATTEMPTS; i++) {
			int port = ThreadLocalRandom.current().nextInt(FROM, TO);
			if (isFree(port) && this.taken.add(port)) {
				return port;
			}
		}
		throw new IllegalStateException("No free port between " + FROM + " and " + TO);
	}

	private static boolean isFree(int port) {
		try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
			return socket.isBound();
		}
		catch (IOException ex) {
			return false;
		}
	}

	interface Properties {

		Map<String, String> of(int firstPort, int secondPort);

	}

}
