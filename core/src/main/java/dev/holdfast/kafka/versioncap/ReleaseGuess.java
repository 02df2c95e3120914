/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.versioncap;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

import dev.holdfast.kafka.versioncap.rules.KafkaApi;
import dev.holdfast.kafka.versioncap.rules.ReleaseTable;
import dev.holdfast.kafka.versioncap.rules.VersionCap;

/**
 * Guesses from what a broker offers which Kafka release it is, or is like. For people to
 * read: Holdfast decides nothing by it.
 */
final class ReleaseGuess {

	/**
	 * A broker's configuration decides whether it offers these: their absence says
	 * nothing.
	 */
	private static final Set<String> OPTIONAL = Set.of("GetTelemetrySubscriptions", "PushTelemetry",
			"ConsumerGroupHeartbeat", "ConsumerGroupDescribe", "StreamsGroupHeartbeat", "StreamsGroupDescribe",
			"CreateDelegationToken", "RenewDelegationToken", "ExpireDelegationToken", "DescribeDelegationToken");

	private static final String SHARE_GROUPS = ".*Share.*";

	private static final int TOLERABLE = 5;

	private final ReleaseTable table = ReleaseTable.shipped();

	private final Map<KafkaApi, Integer> offered;

	private ReleaseGuess(Map<KafkaApi, Integer> offered) {
		this.offered = offered;
	}

	static String of(List<BrokerVersions.Line> lines) {
		Map<KafkaApi, Integer> offered = new HashMap<>();
		lines.forEach((line) -> offered.put(line.api(), line.offeredMax()));
		return new ReleaseGuess(offered).guess();
	}

	private String guess() {
		List<String> releases = table.releases();
		List<String> exact = releases.stream().filter((release) -> differences(release).isEmpty()).toList();
		if (!exact.isEmpty()) {
			return range(exact.get(0), exact.get(exact.size() - 1));
		}
		List<String> atLeast = releases.stream().filter((release) -> compares(release, 1)).toList();
		List<String> atMost = releases.stream().filter((release) -> compares(release, -1)).toList();
		if (!atLeast.isEmpty() && atMost.isEmpty()) {
			return "at least " + atLeast.get(atLeast.size() - 1);
		}
		if (!atLeast.isEmpty()) {
			return range(atLeast.get(atLeast.size() - 1), atMost.get(0));
		}
		return nearest(releases);
	}

	private static String range(String first, String last) {
		return first.equals(last) ? first : "between %s and %s".formatted(first, last);
	}

	private String nearest(List<String> releases) {
		String nearest = releases.stream()
			.min(Comparator.comparing((release) -> differences(release).size()))
			.orElseThrow(IllegalStateException::new);
		List<String> differences = differences(nearest);
		String some = differences.stream().limit(TOLERABLE).collect(Collectors.joining(", "));
		return (differences.size() <= TOLERABLE) ? "like %s, but %s".formatted(nearest, some)
				: "none; nearest is %s, but %s and %d more".formatted(nearest, some, differences.size() - TOLERABLE);
	}

	/**
	 * Whether the broker offers at least (1) or at most (-1) what a release offers.
	 */
	private boolean compares(String release, int sign) {
		return apis().stream().allMatch((api) -> {
			int own = Objects.requireNonNullElse(offered.get(api), VersionCap.NEVER);
			int other = Objects.requireNonNullElse(table.version(release, api), VersionCap.NEVER);
			return own == other || Integer.signum(own - other) == sign || isNoSign(api);
		});
	}

	private List<String> differences(String release) {
		List<String> differences = new ArrayList<>();
		for (KafkaApi api : apis()) {
			Integer own = offered.get(api);
			Integer other = table.version(release, api);
			if (!Objects.equals(own, other) && !isNoSign(api)) {
				String offers = (own != null) ? api + " " + own : "no " + api;
				differences.add((other != null) ? "%s instead of %d".formatted(offers, other) : offers);
			}
		}
		return differences;
	}

	private boolean isNoSign(KafkaApi api) {
		return !offered.containsKey(api) && (OPTIONAL.contains(api.name()) || api.name().matches(SHARE_GROUPS));
	}

	private static List<KafkaApi> apis() {
		return KafkaApi.all();
	}

}
