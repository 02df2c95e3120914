/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.versioncap.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

import dev.holdfast.kafka.versioncap.rules.KafkaApi;
import dev.holdfast.kafka.versioncap.rules.VersionCap;
import org.apache.kafka.clients.NodeApiVersions;
import org.apache.kafka.common.message.ApiVersionsResponseData.ApiVersion;
import org.apache.kafka.common.message.ApiVersionsResponseData.FinalizedFeatureKey;
import org.apache.kafka.common.message.ApiVersionsResponseData.SupportedFeatureKey;
import org.jspecify.annotations.Nullable;

/**
 * Turns what a broker offers into what a client may know of it. Makes copies of the
 * versions: the network thread reads the originals.
 */
public final class CappedVersions {

	private static final String TRANSACTION_VERSION = "transaction.version";

	private static final KafkaApi PRODUCE = KafkaApi.of("Produce");

	private static final int IMPLIES_PARTITIONS = 12;

	private static final KafkaApi TXN_OFFSET_COMMIT = KafkaApi.of("TxnOffsetCommit");

	private static final int IMPLIES_OFFSETS = 5;

	private CappedVersions() {
	}

	/**
	 * What the cap allows of what a broker offers; the same object if that is all.
	 */
	static NodeApiVersions of(NodeApiVersions offered, VersionCap cap) {
		List<ApiVersion> allowed = new ArrayList<>();
		boolean changed = false;
		for (ApiVersion each : offered.allSupportedApiVersions().values()) {
			ApiVersion capped = cap(each, cap);
			changed |= capped != each;
			if (capped != null) {
				allowed.add(capped);
			}
		}
		return changed ? copy(allowed, offered) : offered;
	}

	/**
	 * What a client may assume of a node that it has not asked yet: what it knows of
	 * another node, else all that it can speak itself. The client sends only the request
	 * for the versions on the ground of this, as other requests wait for the answer. But
	 * it decides by this whether there is an API to ask.
	 */
	static NodeApiVersions beforeNegotiation(@Nullable NodeApiVersions other, VersionCap cap) {
		NodeApiVersions assumed = (other != null) ? other : NodeApiVersions.create();
		List<ApiVersion> allowed = new ArrayList<>();
		for (ApiVersion each : of(assumed, cap).allSupportedApiVersions().values()) {
			if (each.apiKey() != KafkaApi.API_VERSIONS.id()) {
				allowed.add(each);
			}
		}
		int max = cap.maxVersion(KafkaApi.API_VERSIONS).orElse(KafkaApi.API_VERSIONS.latestVersion());
		allowed.add(new ApiVersion().setApiKey((short) KafkaApi.API_VERSIONS.id())
			.setMinVersion((short) 0)
			.setMaxVersion((short) Math.max(0, max)));
		return copy(allowed, assumed);
	}

	/**
	 * Producers take part in transactions of the second version (KIP-890) when the
	 * cluster has finalized it. They then leave out the requests that later versions of
	 * these two APIs imply. This changes the broker's answer itself, before any other
	 * class sees it.
	 */
	static void limitFeatures(NodeApiVersions offered, VersionCap cap) {
		boolean limited = cap.maxVersion(PRODUCE).orElse(IMPLIES_PARTITIONS) < IMPLIES_PARTITIONS
				|| cap.maxVersion(TXN_OFFSET_COMMIT).orElse(IMPLIES_OFFSETS) < IMPLIES_OFFSETS;
		if (limited) {
			offered.finalizedFeatures()
				.computeIfPresent(TRANSACTION_VERSION, (name, level) -> (short) Math.min(level, 1));
		}
	}

	private static @Nullable ApiVersion cap(ApiVersion offered, VersionCap cap) {
		Integer max = cap.maxVersions().isEmpty() ? null : max(offered.apiKey(), cap.maxVersions());
		if (max == null || offered.maxVersion() <= max) {
			return offered;
		}
		return (max < offered.minVersion()) ? null
				: new ApiVersion().setApiKey(offered.apiKey())
					.setMinVersion(offered.minVersion())
					.setMaxVersion(max.shortValue());
	}

	private static @Nullable Integer max(short id, Map<KafkaApi, Integer> maxVersions) {
		KafkaApi api = KafkaApi.find(id);
		return (api != null) ? maxVersions.get(api) : null;
	}

	/**
	 * The highest version that both sides and the cap allow.
	 */
	public static OptionalInt effective(KafkaApi api, NodeApiVersions offered, VersionCap cap) {
		ApiVersion range = of(offered, cap).apiVersion(api.key());
		if (range == null) {
			return OptionalInt.empty();
		}
		int version = Math.min(range.maxVersion(), api.latestVersion());
		return (version >= Math.max(range.minVersion(), api.oldestVersion())) ? OptionalInt.of(version)
				: OptionalInt.empty();
	}

	private static NodeApiVersions copy(List<ApiVersion> versions, NodeApiVersions original) {
		List<SupportedFeatureKey> supported = new ArrayList<>();
		original.supportedFeatures()
			.forEach((name, range) -> supported
				.add(new SupportedFeatureKey().setName(name).setMinVersion(range.min()).setMaxVersion(range.max())));
		List<FinalizedFeatureKey> finalized = new ArrayList<>();
		original.finalizedFeatures()
			.forEach((name, level) -> finalized
				.add(new FinalizedFeatureKey().setName(name).setMinVersionLevel(level).setMaxVersionLevel(level)));
		return new NodeApiVersions(versions, supported, finalized, original.finalizedFeaturesEpoch());
	}

}
