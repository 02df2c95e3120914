/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.versioncap.rules;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

class VersionCapCheckTests {

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			textBlock = """
					SaslHandshake <= 1 | SaslHandshake: SASL negotiates its versions by itself
					SaslAuthenticate never | SaslAuthenticate: SASL negotiates its versions by itself
					ApiVersions never | ApiVersions: a client that does not ask for versions knows none. Allowed: 0 to 4
					Fetch <= 3 | Fetch: these kafka-clients speak no version below 4, so it would never be sent. Allowed: -1, or 4 to 18
					Fetch <= 19 | Fetch: these kafka-clients speak no version above 18. Allowed: -1, or 4 to 18
					Fetch >= 19 | Fetch: these kafka-clients speak no version above 18. Allowed: 0 to 18
					Fetch <= 11, Fetch >= 12 | Fetch: it is capped at 11. Allowed: 0 to 11
					""")
	void noClientCanWorkWithThese(String cap, String problem) {
		assertThat(VersionCapCheck.problems(VersionCap.parse(cap))).singleElement().asString().startsWith(problem);
	}

	@ParameterizedTest
	@CsvSource({ "ApiVersions <= 0", "OffsetForLeaderEpoch never", "Fetch <= 18", "Fetch >= 18", "''" })
	void anyClientCanWorkWithThese(String cap) {
		assertThat(VersionCapCheck.problems(VersionCap.parse(cap))).isEmpty();
	}

	@Test
	void whatAConsumerNeedsDependsOnItsProtocol() {
		VersionCap cap = VersionCap.parse("Metadata <= 9, OffsetCommit <= 8");
		assertThat(VersionCapCheck.problems(cap, GroupProtocol.CLASSIC)).isEmpty();
		assertThat(VersionCapCheck.problems(cap, GroupProtocol.CONSUMER)).extracting(Object::toString)
			.containsExactlyInAnyOrder(
					"OffsetCommit: a consumer with group.protocol=consumer cannot read and commit when it is capped at 8. "
							+ "Allowed: 9 to 10",
					"Metadata: a consumer with group.protocol=consumer cannot read and commit when it is capped at 9. "
							+ "Allowed: 10 to 13");
	}

	@ParameterizedTest
	@EnumSource
	void noConsumerCanDoWithoutFetching(GroupProtocol protocol) {
		assertThat(VersionCapCheck.problems(VersionCap.parse("Fetch never"), protocol)).singleElement()
			.asString()
			.isEqualTo("Fetch: a consumer with group.protocol=%s cannot read and commit when it is never sent. "
				.formatted(protocol) + "Allowed: 4 to 18");
	}

	@ParameterizedTest
	@CsvSource({ "OffsetForLeaderEpoch never, false", "OffsetForLeaderEpoch <= 2, false",
			"OffsetForLeaderEpoch <= 3, true", "Metadata <= 8, false", "Metadata <= 9, true", "Fetch <= 4, true" })
	void positionsAreValidatedWithLeaderEpochsOnly(String cap, boolean validated) {
		assertThat(VersionCapCheck.canValidatePositions(VersionCap.parse(cap))).isEqualTo(validated);
	}

	@ParameterizedTest
	@CsvSource({ "'', 0", "ListOffsets <= 1, 0", "OffsetForLeaderEpoch never, 1", "Fetch <= 12, 1", "Metadata <= 9, 1",
			"Metadata <= 8, 2", "OffsetCommit <= 5, 1", "OffsetFetch <= 4, 2", "OffsetFetch <= 6, 1" })
	void whatIsLostIsTold(String cap, int sentences) {
		assertThat(VersionCapCheck.consequences(VersionCap.parse(cap))).hasSize(sentences);
	}

}
