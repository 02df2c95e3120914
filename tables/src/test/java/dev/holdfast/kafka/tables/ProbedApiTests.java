/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.tables;

import java.util.Map;
import java.util.TreeMap;

import org.junit.jupiter.api.Test;

import dev.holdfast.kafka.versioncap.rules.GroupProtocol;
import dev.holdfast.kafka.versioncap.rules.KafkaApi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Which version everything works from, and what cannot be said by one.
 */
class ProbedApiTests {

	private static final KafkaApi FETCH = KafkaApi.of("Fetch");

	@Test
	void capsAtNothingAndAtEachVersion() {
		assertThat(ProbedApi.caps(KafkaApi.of("ConsumerGroupHeartbeat"))).containsExactly(-1, 0, 1);
		assertThat(ProbedApi.caps(FETCH)).startsWith(-1, 4, 5).endsWith(FETCH.latestVersion());
	}

	@Test
	void whatAlwaysWorksHasNoFloor() {
		assertThat(probed(Map.of()).floor()).isEmpty();
	}

	@Test
	void whatIsNeededHasTheOldestVersionForAFloor() {
		assertThat(probed(Map.of(-1, "no records")).floor()).hasValue(4);
	}

	@Test
	void floorIsAboveAllThatFails() {
		assertThat(probed(Map.of(-1, "no records", 4, "no records", 5, "no records")).floor()).hasValue(6);
	}

	@Test
	void whatWorksBelowAFailureIsNotPassedOver() {
		assertThatExceptionOfType(FailedProbeException.class)
			.isThrownBy(() -> probed(Map.of(4, "no records", 6, "no commit")).floor())
			.withMessage("group.protocol=classic, Fetch: works at [-1, 5], but not at 6 (no commit). "
					+ "The table has no way to say so");
	}

	@Test
	void whatDoesNotWorkAtAllIsNotPassedOver() {
		Map<Integer, String> all = new TreeMap<>();
		ProbedApi.caps(FETCH).forEach((version) -> all.put(version, "no records"));

		assertThatExceptionOfType(FailedProbeException.class).isThrownBy(() -> probed(all).floor())
			.withMessageContaining("works at []");
	}

	private static ProbedApi probed(Map<Integer, String> failures) {
		return new ProbedApi(GroupProtocol.CLASSIC, FETCH, new TreeMap<>(failures));
	}

}
