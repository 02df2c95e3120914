/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.versioncap.rules;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalInt;

/**
 * Tells whether clients can live with a {@link VersionCap}, and what they lose by it. A
 * pure function over the cap, these kafka-clients, and the tested needs of consumers.
 */
public final class VersionCapCheck {

	private VersionCapCheck() {
	}

	/**
	 * Something in a cap that cannot work.
	 *
	 * @param api the API whose rule it is
	 * @param minimum whether the lowest version is wrong, not the highest
	 * @param problem what is wrong
	 * @param allowed what is allowed instead
	 */
	public record Problem(KafkaApi api, boolean minimum, String problem, String allowed) {

		@Override
		public String toString() {
			return "%s: %s. Allowed: %s".formatted(api, problem, allowed);
		}

	}

	/**
	 * What cannot work for any client.
	 * @param cap the rules that a person has written, without those of a release
	 * @return all problems, by API; none if it is fine
	 */
	public static List<Problem> problems(VersionCap cap) {
		List<Problem> problems = new ArrayList<>();
		cap.maxVersions().forEach((api, max) -> {
			if (api.equals(KafkaApi.SASL_HANDSHAKE) || api.equals(KafkaApi.SASL_AUTHENTICATE)) {
				problems.add(new Problem(api, false,
						"SASL negotiates its versions by itself, before and past anything that could be capped",
						"no rule for it"));
			}
			else if (api.equals(KafkaApi.API_VERSIONS) && max < 0) {
				problems.add(new Problem(api, false, "a client that does not ask for versions knows none",
						"0 to " + api.latestVersion()));
			}
			else if (max >= 0 && max < api.oldestVersion()) {
				problems.add(new Problem(api, false,
						"these kafka-clients speak no version below %d, so it would never be sent"
							.formatted(api.oldestVersion()),
						allowed(api, api.oldestVersion())));
			}
			else if (max > api.latestVersion()) {
				problems.add(new Problem(api, false,
						"these kafka-clients speak no version above %d".formatted(api.latestVersion()),
						allowed(api, api.oldestVersion())));
			}
		});
		cap.minVersions().forEach((api, min) -> {
			OptionalInt max = cap.maxVersion(api);
			if (min > max.orElse(api.latestVersion())) {
				problems.add(new Problem(api, true,
						max.isPresent() ? "it is capped at " + max.getAsInt()
								: "these kafka-clients speak no version above %d".formatted(api.latestVersion()),
						"0 to " + Math.max(0, max.orElse(api.latestVersion()))));
			}
		});
		return problems;
	}

	/**
	 * What keeps a consumer from reading and committing.
	 * @param cap the whole cap
	 * @param protocol the consumer's group protocol
	 * @return all problems, by API; none if it is fine
	 */
	public static List<Problem> problems(VersionCap cap, GroupProtocol protocol) {
		List<Problem> problems = new ArrayList<>();
		ConsumerFloors.of(protocol).forEach((api, floor) -> {
			OptionalInt max = cap.maxVersion(api);
			if (max.isPresent() && max.getAsInt() < floor) {
				String spoken = (max.getAsInt() < 0) ? "never sent" : "capped at " + max.getAsInt();
				problems.add(new Problem(api, false,
						"a consumer with group.protocol=%s cannot read and commit when it is %s".formatted(protocol,
								spoken),
						(floor == api.latestVersion()) ? String.valueOf(floor) : floor + " to " + api.latestVersion()));
			}
		});
		return problems;
	}

	/**
	 * What keeps a consumer from doing what else it is configured to do.
	 * @param cap the whole cap
	 * @param need what it is configured to do
	 * @return all problems; none if it is fine
	 */
	public static List<Problem> problems(VersionCap cap, ConsumerNeed need) {
		List<Problem> problems = new ArrayList<>();
		need.floors().forEach((name, floor) -> {
			KafkaApi api = KafkaApi.of(name);
			int max = cap.maxVersion(api).orElse(floor);
			if (max < floor) {
				problems
					.add(new Problem(api, false,
							"a consumer %s cannot work when it is %s".formatted(need.description(),
									(max < 0) ? "never sent" : "capped at " + max),
							floor + " to " + api.latestVersion()));
			}
		});
		problems.sort(Comparator.comparing(Problem::api));
		return problems;
	}

	private static String allowed(KafkaApi api, int floor) {
		return "-1, or %d to %d".formatted(floor, api.latestVersion());
	}

	/**
	 * What a consumer loses by a cap without failing.
	 * @param cap the whole cap
	 * @return one sentence for each loss, for people to read
	 */
	public static List<String> consequences(VersionCap cap) {
		List<String> consequences = new ArrayList<>();
		if (!canValidatePositions(cap)) {
			consequences.add("Positions are not validated by leader epoch (OffsetForLeaderEpoch below 3 or Metadata "
					+ "below 9): no truncation is reported any more, be it true or false, unless it puts a position "
					+ "out of range");
		}
		if (!isAtLeast(cap, KafkaApi.METADATA, 10) || !isAtLeast(cap, KafkaApi.FETCH, 13)) {
			consequences.add("Metadata below 10 and Fetch below 13 know topics by name only: a topic that is deleted "
					+ "and created anew looks like the old one");
		}
		if (!isAtLeast(cap, KafkaApi.OFFSET_COMMIT, 6) || !isAtLeast(cap, KafkaApi.OFFSET_FETCH, 5)) {
			consequences.add("OffsetCommit below 6 and OffsetFetch below 5 carry no leader epochs: positions are not "
					+ "validated after a restart");
		}
		if (!isAtLeast(cap, KafkaApi.OFFSET_FETCH, 7)) {
			consequences.add("OffsetFetch below 7 does not wait for transactions: under isolation.level=read_committed "
					+ "a consumer may start from offsets that a transaction is about to replace");
		}
		return consequences;
	}

	/**
	 * Whether a client asks brokers whether the leader epoch of its position still holds
	 * (KIP-320). kafka-clients do so with OffsetForLeaderEpoch 3 and later, and with the
	 * epochs of Metadata 9 and later.
	 * @param cap the whole cap
	 * @return {@code false} if the client takes any position for valid
	 */
	public static boolean canValidatePositions(VersionCap cap) {
		// The APIs' names and versions load hundreds of classes, which an application
		// without a cap does not need.
		return cap.isEmpty()
				|| (isAtLeast(cap, KafkaApi.OFFSET_FOR_LEADER_EPOCH, 3) && isAtLeast(cap, KafkaApi.METADATA, 9));
	}

	private static boolean isAtLeast(VersionCap cap, KafkaApi api, int version) {
		return cap.maxVersion(api).orElse(version) >= version;
	}

}
