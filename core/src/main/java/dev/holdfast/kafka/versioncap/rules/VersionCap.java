/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.versioncap.rules;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.StringJoiner;
import java.util.TreeMap;
import java.util.function.BinaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * The versions in which a client may speak to brokers: for each API at most one highest,
 * and at most one lowest that a broker has to offer. An immutable value. It only holds
 * the rules; {@link VersionCapCheck} tells whether a client can live with them.
 * <p>
 * Its text, as {@link #parse} reads and {@link #toString} prints it, is a list of rules:
 * {@code Fetch <= 11, Metadata >= 9, OffsetForLeaderEpoch never}.
 */
public final class VersionCap {

	/** As a highest version: the client finds the API nowhere. */
	public static final int NEVER = -1;

	private static final VersionCap NONE = new VersionCap(new TreeMap<>(), new TreeMap<>());

	private static final Pattern RULE = Pattern.compile("(\\S+?)\\s*(?:(<=|>=)\\s*(\\d{1,4})|\\s(never))");

	private final SortedMap<KafkaApi, Integer> maxVersions;

	private final SortedMap<KafkaApi, Integer> minVersions;

	private VersionCap(SortedMap<KafkaApi, Integer> maxVersions, SortedMap<KafkaApi, Integer> minVersions) {
		this.maxVersions = Collections.unmodifiableSortedMap(maxVersions);
		this.minVersions = Collections.unmodifiableSortedMap(minVersions);
	}

	/**
	 * The cap that allows everything.
	 * @return a cap without rules
	 */
	public static VersionCap none() {
		return NONE;
	}

	/**
	 * Creates a cap.
	 * @param maxVersions the highest version of each API that a client may speak,
	 * {@link #NEVER} for none
	 * @param minVersions the lowest version of each API that a broker has to offer
	 * @return the cap
	 * @throws IllegalArgumentException if a highest version is below -1 or a lowest below
	 * 0
	 */
	public static VersionCap of(Map<KafkaApi, Integer> maxVersions, Map<KafkaApi, Integer> minVersions) {
		maxVersions.forEach((api, version) -> requireAtLeast(api, "highest", version, NEVER));
		minVersions.forEach((api, version) -> requireAtLeast(api, "lowest", version, 0));
		return new VersionCap(new TreeMap<>(maxVersions), new TreeMap<>(minVersions));
	}

	private static void requireAtLeast(KafkaApi api, String which, int version, int least) {
		if (version < least) {
			throw new IllegalArgumentException(
					"The %s version of %s is %d, but cannot be less than %d".formatted(which, api, version, least));
		}
	}

	/**
	 * The cap of a client that never sends an API.
	 * @param api the API
	 * @return a cap with this rule only
	 */
	public static VersionCap never(KafkaApi api) {
		return of(Map.of(api, NEVER), Map.of());
	}

	/**
	 * The cap of a client that speaks no newer versions than clients and brokers of a
	 * Kafka release. It never sends an API that the release did not know. There is no
	 * rule for SASL's own APIs, which negotiate apart from the others.
	 * @param release a release, as {@code 2.8}
	 * @return a cap with a rule for each API
	 * @throws IllegalArgumentException if the release is not one of {@link #releases}
	 */
	public static VersionCap release(String release) {
		return ReleaseTable.shipped().cap(release);
	}

	/**
	 * The releases that {@link #release} knows.
	 * @return the releases, oldest first
	 */
	public static List<String> releases() {
		return ReleaseTable.shipped().releases();
	}

	/**
	 * Reads a cap from its text.
	 * @param text rules, separated by commas; none if blank
	 * @return the cap
	 * @throws IllegalArgumentException if the text is not a list of rules
	 */
	public static VersionCap parse(String text) {
		Map<KafkaApi, Integer> maxVersions = new TreeMap<>();
		Map<KafkaApi, Integer> minVersions = new TreeMap<>();
		for (String rule : text.isBlank() ? new String[0] : text.split(",", -1)) {
			Matcher matcher = RULE.matcher(rule.trim());
			if (!matcher.matches()) {
				throw new IllegalArgumentException(
						"'%s' is no rule of a version cap. Allowed are 'Fetch <= 11', ".formatted(rule.trim())
								+ "'Fetch >= 4' and 'Fetch never', separated by commas");
			}
			KafkaApi api = KafkaApi.of(matcher.group(1));
			boolean never = matcher.group(4) != null;
			int version = never ? NEVER : Integer.parseInt(matcher.group(3));
			Map<KafkaApi, Integer> target = ">=".equals(matcher.group(2)) ? minVersions : maxVersions;
			if (target.put(api, version) != null) {
				throw new IllegalArgumentException("'%s' has two rules of the same kind for %s".formatted(text, api));
			}
		}
		return of(maxVersions, minVersions);
	}

	/**
	 * The highest version of each API that has one.
	 * @return the versions, unmodifiable
	 */
	public SortedMap<KafkaApi, Integer> maxVersions() {
		return maxVersions;
	}

	/**
	 * The lowest version of each API that a broker has to offer.
	 * @return the versions, unmodifiable
	 */
	public SortedMap<KafkaApi, Integer> minVersions() {
		return minVersions;
	}

	/**
	 * The highest version of an API.
	 * @param api the API
	 * @return the version, {@link #NEVER} for none; empty if there is no rule
	 */
	public OptionalInt maxVersion(KafkaApi api) {
		Integer version = maxVersions.get(api);
		return (version != null) ? OptionalInt.of(version) : OptionalInt.empty();
	}

	/**
	 * Whether these kafka-clients, under this cap, may speak an API at all.
	 * @param api the API
	 * @return {@code false} if the highest version is below the lowest that they know
	 */
	public boolean allows(KafkaApi api) {
		Integer version = maxVersions.get(api);
		return version == null || version >= api.oldestVersion();
	}

	/**
	 * Whether there is no rule.
	 * @return {@code true} for {@link #none()} and its equals
	 */
	public boolean isEmpty() {
		return maxVersions.isEmpty() && minVersions.isEmpty();
	}

	/**
	 * Puts rules on top of this cap's.
	 * @param top the rules that win, API by API
	 * @return the union
	 */
	public VersionCap with(VersionCap top) {
		return merge(top, (own, other) -> other, (own, other) -> other);
	}

	/**
	 * Combines two caps that both hold.
	 * @param other another cap
	 * @return the stricter rule of both for each API
	 */
	public VersionCap and(VersionCap other) {
		return merge(other, Math::min, Math::max);
	}

	private VersionCap merge(VersionCap other, BinaryOperator<Integer> max, BinaryOperator<Integer> min) {
		if (other.isEmpty() || equals(other)) {
			return this;
		}
		return new VersionCap(merge(maxVersions, other.maxVersions, max), merge(minVersions, other.minVersions, min));
	}

	private static SortedMap<KafkaApi, Integer> merge(Map<KafkaApi, Integer> own, Map<KafkaApi, Integer> other,
			BinaryOperator<Integer> merger) {
		SortedMap<KafkaApi, Integer> merged = new TreeMap<>(own);
		other.forEach((api, version) -> merged.merge(api, version, merger));
		return merged;
	}

	/**
	 * Whether another cap allows all that this one allows.
	 * @param other another cap
	 * @return {@code true} if no client under this cap breaks the other
	 */
	public boolean isWithin(VersionCap other) {
		return and(other).equals(this);
	}

	@Override
	public boolean equals(@Nullable Object other) {
		return other instanceof VersionCap cap && cap.maxVersions.equals(maxVersions)
				&& cap.minVersions.equals(minVersions);
	}

	@Override
	public int hashCode() {
		return 31 * maxVersions.hashCode() + minVersions.hashCode();
	}

	@Override
	public String toString() {
		StringJoiner rules = new StringJoiner(", ");
		maxVersions.forEach((api, version) -> rules.add((version == NEVER) ? api + " never" : api + " <= " + version));
		minVersions.forEach((api, version) -> rules.add(api + " >= " + version));
		return rules.toString();
	}

}
