/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.versioncap.rules;

import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class VersionCapTests {

	private static final KafkaApi FETCH = KafkaApi.FETCH;

	private static final KafkaApi EPOCH = KafkaApi.OFFSET_FOR_LEADER_EPOCH;

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			'' | ''
			Fetch <= 11 | Fetch <= 11
			fetch<=11,23 never | Fetch <= 11, OffsetForLeaderEpoch never
			OFFSET_FOR_LEADER_EPOCH never, Fetch >= 4, Fetch <= 9 | Fetch <= 9, OffsetForLeaderEpoch never, Fetch >= 4
			metadata >= 0 | Metadata >= 0
			""")
	void itsTextIsReadAndPrinted(String text, String printed) {
		VersionCap cap = VersionCap.parse(text);
		assertThat(cap).hasToString(printed)
			.isEqualTo(VersionCap.parse(printed))
			.hasSameHashCodeAs(VersionCap.parse(printed));
	}

	@ParameterizedTest
	@ValueSource(strings = { "Fetch", "Fetch <= -1", "Fetch < 3", "Fetch never 3", "never", "Fetch <= 3,", "Fetch == 3",
			"Fetch <= 12345" })
	void otherTextIsRefused(String text) {
		assertThatIllegalArgumentException().isThrownBy(() -> VersionCap.parse(text))
			.withMessageContaining("is no rule of a version cap. Allowed are 'Fetch <= 11'");
	}

	@Test
	void twoRulesOfAKindAreRefused() {
		assertThatIllegalArgumentException().isThrownBy(() -> VersionCap.parse("Fetch <= 3, 1 <= 4"))
			.withMessageContaining("two rules of the same kind for Fetch");
	}

	@ParameterizedTest
	@CsvSource({ "-2, 0", "0, -1" })
	void versionsBelowTheLowestAreRefused(int max, int min) {
		assertThatIllegalArgumentException().isThrownBy(() -> VersionCap.of(Map.of(FETCH, max), Map.of(FETCH, min)))
			.withMessageContaining("of Fetch is");
	}

	@Test
	void rulesOnTopWinAndBothTogetherAreTheStricter() {
		VersionCap one = VersionCap.parse("Fetch <= 11, Metadata <= 9, Fetch >= 4");
		VersionCap other = VersionCap.parse("Fetch <= 13, OffsetForLeaderEpoch never, Fetch >= 5");
		assertThat(one.with(other)).hasToString("Fetch <= 13, Metadata <= 9, OffsetForLeaderEpoch never, Fetch >= 5");
		assertThat(one.and(other)).hasToString("Fetch <= 11, Metadata <= 9, OffsetForLeaderEpoch never, Fetch >= 5")
			.isEqualTo(other.and(one));
		assertThat(one.with(VersionCap.none())).isSameAs(one);
	}

	@Test
	void isWithinWhatAllowsAsMuchOrMore() {
		VersionCap cap = VersionCap.parse("Fetch <= 11, OffsetForLeaderEpoch never");
		assertThat(cap.isWithin(VersionCap.none())).isTrue();
		assertThat(cap.isWithin(cap)).isTrue();
		assertThat(cap.isWithin(VersionCap.parse("Fetch <= 12"))).isTrue();
		assertThat(cap.isWithin(VersionCap.parse("Fetch <= 10"))).isFalse();
		assertThat(VersionCap.none().isWithin(cap)).isFalse();
	}

	@Test
	void belowTheClientsLowestVersionAnApiIsNotSpoken() {
		assertThat(VersionCap.never(EPOCH).allows(EPOCH)).isFalse();
		assertThat(VersionCap.parse("Fetch <= 3").allows(FETCH)).isFalse();
		assertThat(VersionCap.parse("Fetch <= 4").allows(FETCH)).isTrue();
		assertThat(VersionCap.none().allows(FETCH)).isTrue();
	}

	@Test
	void aReleaseCapsWhatItKnowsAndSwitchesOffWhatItDoesNot() {
		VersionCap cap = VersionCap.release("2.8");
		assertThat(cap.maxVersion(FETCH)).hasValue(12);
		assertThat(cap.maxVersion(EPOCH)).hasValue(4);
		assertThat(cap.maxVersion(KafkaApi.of("ConsumerGroupHeartbeat"))).hasValue(VersionCap.NEVER);
		assertThat(cap.maxVersion(KafkaApi.SASL_HANDSHAKE)).isEmpty();
		assertThat(cap.maxVersions()).hasSize(KafkaApi.all().size() - 2);
		assertThat(VersionCap.release("2.1").isWithin(cap)).isTrue();
	}

	@Test
	void anUnknownReleaseIsRefused() {
		assertThat(VersionCap.releases()).startsWith("2.1", "2.2")
			.endsWith("4.3", "4.4")
			.allSatisfy(VersionCap::release);
		assertThatIllegalArgumentException().isThrownBy(() -> VersionCap.release("2.0"))
			.withMessageContaining("There is no known release '2.0' of Kafka. Allowed are 2.1, 2.2")
			.withMessageEndingWith("4.3, 4.4");
	}

	static List<KafkaApi> apis() {
		return KafkaApi.all();
	}

	@ParameterizedTest
	@MethodSource("apis")
	void theSpellingsOfAnApiAreOne(KafkaApi api) {
		assertThat(List.of(api.name(), api.name().toUpperCase(), String.valueOf(api.id()), api.key().name(),
				" " + api.key().name().toLowerCase().replace('_', '-') + " "))
			.extracting(KafkaApi::of)
			.containsOnly(api);
		assertThat(api.oldestVersion()).isBetween(0, api.latestVersion());
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "-1", "9999", "Fetches", "4" })
	void whatIsNoApiIsRefusedWithAllThatAre(String spelling) {
		assertThatIllegalArgumentException().isThrownBy(() -> KafkaApi.of(spelling))
			.withMessageStartingWith("'%s' is no API that clients speak. Allowed, by name or id: [Produce, Fetch",
					spelling);
	}

}
