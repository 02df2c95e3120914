/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.versioncap.rules;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The lowest version of each API with which a consumer still reads and commits. A program
 * of the module {@code tables} has tried each version on a real broker, and has written
 * the resource that this class reads once.
 */
final class ConsumerFloors {

	private static final String RESOURCE = "consumer-floors.csv";

	private static final Map<GroupProtocol, SortedMap<KafkaApi, Integer>> FLOORS = read();

	private ConsumerFloors() {
	}

	/**
	 * The APIs that a consumer cannot do without.
	 * @return the lowest version of each that a cap may leave
	 */
	static SortedMap<KafkaApi, Integer> of(GroupProtocol protocol) {
		return FLOORS.getOrDefault(protocol, new TreeMap<>());
	}

	private static Map<GroupProtocol, SortedMap<KafkaApi, Integer>> read() {
		try (InputStream stream = ConsumerFloors.class.getResourceAsStream(RESOURCE)) {
			if (stream == null) {
				throw new IllegalStateException(
						"The resource " + RESOURCE + " is missing beside " + ConsumerFloors.class);
			}
			BufferedReader reader = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8));
			return parse(reader.lines().filter((line) -> !line.startsWith("#")).skip(1).toList());
		}
		catch (IOException ex) {
			throw new UncheckedIOException("The resource " + RESOURCE + " cannot be read", ex);
		}
	}

	private static Map<GroupProtocol, SortedMap<KafkaApi, Integer>> parse(List<String> lines) {
		Map<GroupProtocol, SortedMap<KafkaApi, Integer>> floors = new EnumMap<>(GroupProtocol.class);
		for (String line : lines) {
			String[] cells = line.split(",", -1);
			floors.computeIfAbsent(GroupProtocol.of(cells[0]), (key) -> new TreeMap<>())
				.put(KafkaApi.of(cells[1]), Integer.valueOf(cells[2]));
		}
		return floors;
	}

}
