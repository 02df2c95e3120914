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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * Each API's highest stable version in each Kafka release, as the kafka-clients of those
 * releases have it. A program of the module {@code tables} writes and compares the
 * resource that this class reads once.
 */
public final class ReleaseTable {

	private static final String RESOURCE = "releases.csv";

	private static final ReleaseTable SHIPPED = read();

	/** By release, oldest first; then by the API's id. */
	private final Map<String, Map<Integer, Integer>> versions;

	private ReleaseTable(Map<String, Map<Integer, Integer>> versions) {
		this.versions = versions;
	}

	/**
	 * The table that this library ships.
	 * @return the table
	 */
	public static ReleaseTable shipped() {
		return SHIPPED;
	}

	/**
	 * The releases that it knows.
	 * @return their names, such as {@code 3.9}, oldest first
	 */
	public List<String> releases() {
		return List.copyOf(versions.keySet());
	}

	/**
	 * The highest version of an API in a release.
	 * @param release the release, as {@link #releases} names it
	 * @param api the API
	 * @return the version, {@code null} if the release does not know the API
	 */
	public @Nullable Integer version(String release, KafkaApi api) {
		return versions.getOrDefault(release, Map.of()).get(api.id());
	}

	VersionCap cap(String release) {
		if (!versions.containsKey(release)) {
			throw new IllegalArgumentException("There is no known release '%s' of Kafka. Allowed are %s"
				.formatted(release, String.join(", ", versions.keySet())));
		}
		Map<KafkaApi, Integer> caps = new HashMap<>();
		for (KafkaApi api : KafkaApi.all()) {
			if (!api.equals(KafkaApi.SASL_HANDSHAKE) && !api.equals(KafkaApi.SASL_AUTHENTICATE)) {
				caps.put(api, Objects.requireNonNullElse(version(release, api), VersionCap.NEVER));
			}
		}
		return VersionCap.of(caps, Map.of());
	}

	private static ReleaseTable read() {
		try (InputStream stream = ReleaseTable.class.getResourceAsStream(RESOURCE)) {
			if (stream == null) {
				throw new IllegalStateException(
						"The resource " + RESOURCE + " is missing beside " + ReleaseTable.class);
			}
			BufferedReader reader = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8));
			return parse(reader.lines().filter((line) -> !line.startsWith("#")).toList());
		}
		catch (IOException ex) {
			throw new UncheckedIOException("The resource " + RESOURCE + " cannot be read", ex);
		}
	}

	private static ReleaseTable parse(List<String> lines) {
		List<String> header = List.of(lines.get(0).split(","));
		List<String> releases = new ArrayList<>(header.subList(2, header.size()));
		Map<String, Map<Integer, Integer>> versions = new LinkedHashMap<>();
		releases.forEach((release) -> versions.put(release, new HashMap<>()));
		for (String line : lines.subList(1, lines.size())) {
			List<String> cells = Arrays.asList(line.split(",", -1));
			int id = Integer.parseInt(cells.get(0));
			for (int i = 0; i < releases.size(); i++) {
				String cell = cells.get(i + 2);
				if (!cell.isEmpty()) {
					versions.computeIfAbsent(releases.get(i), (release) -> new HashMap<>())
						.put(id, Integer.valueOf(cell));
				}
			}
		}
		return new ReleaseTable(versions);
	}

}
