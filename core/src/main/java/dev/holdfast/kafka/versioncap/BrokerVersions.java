/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.versioncap;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

import dev.holdfast.kafka.versioncap.internal.CappedVersions;
import dev.holdfast.kafka.versioncap.internal.NodeId;
import dev.holdfast.kafka.versioncap.rules.KafkaApi;
import dev.holdfast.kafka.versioncap.rules.VersionCap;
import org.apache.kafka.clients.NodeApiVersions;
import org.apache.kafka.common.message.ApiVersionsResponseData.ApiVersion;

/**
 * What a broker offers on one connection, and what the client speaks there.
 *
 * @param node the connection's id in the client
 * @param apis a line for each API that the broker offers and the client knows, by id
 * @param releaseGuess the Kafka release that offers just this, as far as Holdfast can
 * tell
 */
public record BrokerVersions(String node, List<Line> apis, String releaseGuess) {

	/**
	 * One API of a broker.
	 *
	 * @param api the API
	 * @param offeredMin the lowest version that the broker offers
	 * @param offeredMax the highest version that the broker offers
	 * @param clientMin the lowest version that the client knows
	 * @param clientMax the highest version that the client knows
	 * @param cap the highest version that the cap allows, {@link VersionCap#NEVER} for
	 * none; empty without a rule
	 * @param effective the highest version that the client speaks; empty if none. A
	 * request that does not need that version may use a lower one: OffsetCommit and
	 * OffsetFetch do with {@code group.protocol=classic}, where they name topics
	 */
	public record Line(KafkaApi api, int offeredMin, int offeredMax, int clientMin, int clientMax, OptionalInt cap,
			OptionalInt effective) {

		@Override
		public String toString() {
			return "%s: broker %d..%d, client %d..%d, cap %s, speaks %s".formatted(api, offeredMin, offeredMax,
					clientMin, clientMax, cap.isPresent() ? cap.getAsInt() : "none",
					effective.isPresent() ? effective.getAsInt() : "nothing");
		}

	}

	static BrokerVersions of(String node, NodeApiVersions offered, VersionCap cap) {
		List<Line> lines = new ArrayList<>();
		for (KafkaApi api : KafkaApi.all()) {
			ApiVersion range = offered.apiVersion(api.key());
			if (range != null) {
				lines.add(new Line(api, range.minVersion(), range.maxVersion(), api.oldestVersion(),
						api.latestVersion(), cap.maxVersion(api), CappedVersions.effective(api, offered, cap)));
			}
		}
		return new BrokerVersions(node, List.copyOf(lines), ReleaseGuess.of(lines));
	}

	/**
	 * What the connection's id stands for. Clients number bootstrap servers in their
	 * order from -1 down, and connect to a group's coordinator under an id of its own.
	 * @return such as {@code broker 1}, {@code bootstrap server 1} or
	 * {@code broker 1, as the group's coordinator}
	 */
	public String connection() {
		return NodeId.of(node).description();
	}

	/**
	 * The line of an API.
	 * @param api the API
	 * @return the line
	 * @throws IllegalArgumentException if the broker does not offer it
	 */
	public Line line(KafkaApi api) {
		return apis.stream()
			.filter((line) -> line.api().equals(api))
			.findFirst()
			.orElseThrow(() -> new IllegalArgumentException("Broker %s offers no %s".formatted(node, api)));
	}

}
