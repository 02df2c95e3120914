/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.versioncap.rules;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

import org.apache.kafka.common.protocol.ApiKeys;
import org.jspecify.annotations.Nullable;

/**
 * One of the APIs by which clients speak to brokers, as the kafka-clients on the class
 * path know it. Immutable; ordered by id.
 *
 * @see <a href="https://kafka.apache.org/protocol">Kafka's protocol guide</a>
 */
public final class KafkaApi implements Comparable<KafkaApi> {

	private static final Map<Integer, KafkaApi> BY_ID = ApiKeys.clientApis()
		.stream()
		.sorted(Comparator.comparing((key) -> key.id))
		.collect(Collectors.toMap((key) -> (int) key.id, KafkaApi::new, (one, other) -> one, LinkedHashMap::new));

	private static final Map<String, KafkaApi> BY_NAME = BY_ID.values()
		.stream()
		.collect(Collectors.toMap((api) -> uniform(api.name()), (api) -> api));

	/**
	 * Tells the offsets at which leader epochs end (KIP-320): truncation claims come from
	 * it.
	 */
	public static final KafkaApi OFFSET_FOR_LEADER_EPOCH = of(ApiKeys.OFFSET_FOR_LEADER_EPOCH);

	/**
	 * Tells which versions of each API a broker offers: every connection begins with it.
	 */
	public static final KafkaApi API_VERSIONS = of(ApiKeys.API_VERSIONS);

	/**
	 * Delivers records.
	 */
	public static final KafkaApi FETCH = of(ApiKeys.FETCH);

	/**
	 * Tells the brokers, and the leaders of topics.
	 */
	public static final KafkaApi METADATA = of(ApiKeys.METADATA);

	static final KafkaApi OFFSET_COMMIT = of(ApiKeys.OFFSET_COMMIT);

	static final KafkaApi OFFSET_FETCH = of(ApiKeys.OFFSET_FETCH);

	static final KafkaApi SASL_HANDSHAKE = of(ApiKeys.SASL_HANDSHAKE);

	static final KafkaApi SASL_AUTHENTICATE = of(ApiKeys.SASL_AUTHENTICATE);

	private final ApiKeys key;

	private KafkaApi(ApiKeys key) {
		this.key = key;
	}

	private static KafkaApi of(ApiKeys key) {
		KafkaApi api = BY_ID.get((int) key.id);
		if (api == null) {
			throw new IllegalStateException(key + " is no API of clients in these kafka-clients");
		}
		return api;
	}

	/**
	 * Finds an API by any of its spellings: {@code OffsetForLeaderEpoch},
	 * {@code OFFSET_FOR_LEADER_EPOCH}, {@code offset-for-leader-epoch} and {@code 23} are
	 * the same.
	 * @param spelling the name or the id
	 * @return the API
	 * @throws IllegalArgumentException if these kafka-clients know no such API
	 */
	public static KafkaApi of(String spelling) {
		String text = spelling.trim();
		KafkaApi api = text.matches("\\d{1,4}") ? BY_ID.get(Integer.valueOf(text)) : BY_NAME.get(uniform(text));
		if (api == null) {
			throw new IllegalArgumentException(
					"'%s' is no API that clients speak. Allowed, by name or id: %s".formatted(spelling, all()));
		}
		return api;
	}

	/**
	 * Finds an API by its id.
	 * @param id the number by which requests name it
	 * @return the API, {@code null} if clients have no API of this id
	 */
	public static @Nullable KafkaApi find(int id) {
		return BY_ID.get(id);
	}

	/**
	 * All APIs, by id.
	 * @return the APIs that clients may speak, a SASL handshake's included
	 */
	public static List<KafkaApi> all() {
		return List.copyOf(BY_ID.values());
	}

	/**
	 * The number by which requests name this API.
	 * @return the id
	 */
	public int id() {
		return key.id;
	}

	/**
	 * The name in Kafka's protocol guide.
	 * @return the name, in camel case
	 */
	public String name() {
		return key.name;
	}

	/**
	 * The lowest version that these kafka-clients can speak.
	 * @return the version
	 */
	public int oldestVersion() {
		return key.oldestVersion();
	}

	/**
	 * The highest stable version that these kafka-clients can speak.
	 * @return the version
	 */
	public int latestVersion() {
		return key.latestVersion();
	}

	/**
	 * What kafka-clients call this API.
	 * @return the constant
	 */
	public ApiKeys key() {
		return key;
	}

	private static String uniform(String name) {
		return name.replaceAll("[^A-Za-z0-9]", "").toLowerCase(Locale.ROOT);
	}

	@Override
	public int compareTo(KafkaApi other) {
		return Integer.compare(id(), other.id());
	}

	@Override
	public boolean equals(@Nullable Object other) {
		return other instanceof KafkaApi api && api.key == key;
	}

	@Override
	public int hashCode() {
		return key.hashCode();
	}

	@Override
	public String toString() {
		return name();
	}

}
