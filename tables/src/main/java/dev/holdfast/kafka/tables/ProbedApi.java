/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.tables;

import java.util.List;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import dev.holdfast.kafka.versioncap.rules.GroupProtocol;
import dev.holdfast.kafka.versioncap.rules.KafkaApi;
import dev.holdfast.kafka.versioncap.rules.VersionCap;

/**
 * How consumers fared when an API of theirs was capped, at each version.
 *
 * @param protocol their group protocol
 * @param api the API
 * @param failures the failures, by the version at which the API was capped; the other
 * versions work
 */
record ProbedApi(GroupProtocol protocol, KafkaApi api, SortedMap<Integer, String> failures) {

	/**
	 * The versions at which an API can be capped.
	 */
	static List<Integer> caps(KafkaApi api) {
		return Stream
			.concat(Stream.of(VersionCap.NEVER),
					IntStream.rangeClosed(api.oldestVersion(), api.latestVersion()).boxed())
			.toList();
	}

	/**
	 * The lowest version from which on everything works.
	 * @return the version, empty if consumers can do without the API
	 * @throws FailedProbeException if something works below a version that does not
	 */
	OptionalInt floor() {
		if (failures.isEmpty()) {
			return OptionalInt.empty();
		}
		int highest = failures.lastKey();
		List<Integer> gaps = caps(api).stream()
			.filter((version) -> version < highest && !failures.containsKey(version))
			.toList();
		if (!gaps.isEmpty() || highest == api.latestVersion()) {
			throw new FailedProbeException("%s: works at %s, but not at %d (%s). The table has no way to say so"
				.formatted(this, gaps, highest, failures.get(highest)));
		}
		return OptionalInt.of(Math.max(highest + 1, api.oldestVersion()));
	}

	@Override
	public String toString() {
		return "group.protocol=%s, %s".formatted(protocol, api);
	}

}
