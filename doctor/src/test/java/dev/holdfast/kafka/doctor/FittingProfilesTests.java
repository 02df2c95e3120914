/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.doctor;

import java.util.List;
import java.util.stream.Stream;

import dev.holdfast.kafka.conformance.report.Advice;
import dev.holdfast.kafka.versioncap.rules.BrokerProfile;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class FittingProfilesTests {

	@Test
	void profilesFitThatHaveExactlyTheRules() {
		assertThat(fitting("OffsetForLeaderEpoch=-1")).containsExactly("alibaba-cloud", "redpanda-before-2026-07");
		assertThat(fitting("OffsetForLeaderEpoch=-1", "ApiVersions=3")).containsExactly("azure-event-hubs");
		assertThat(fitting("ApiVersions=3")).containsExactly("kafka-proxy");
		assertThat(fitting("ApiVersions=2")).isEmpty();
	}

	@Test
	void noProfileFitsAdviceWithoutRules() {
		assertThat(FittingProfiles
			.of(List.of(new Advice("holdfast.kafka.offset-guard.policy.above-log-end", "hold", "a reason")))).isEmpty();
		assertThat(FittingProfiles.of(List.of())).isEmpty();
	}

	private static List<String> fitting(String... rules) {
		List<Advice> advice = Stream.of(rules)
			.map((rule) -> rule.split("="))
			.map((rule) -> new Advice("holdfast.kafka.version-cap.max-versions." + rule[0], rule[1], "a reason"))
			.toList();
		return FittingProfiles.of(advice).stream().map(BrokerProfile::name).toList();
	}

}
