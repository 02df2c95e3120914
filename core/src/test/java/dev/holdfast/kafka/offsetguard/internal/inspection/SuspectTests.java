/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.inspection;

import dev.holdfast.kafka.offsetguard.evidence.Evidence;
import dev.holdfast.kafka.offsetguard.evidence.Remembered;
import dev.holdfast.kafka.offsetguard.evidence.TruncationClaim;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Which leader epoch a position may be validated with.
 */
class SuspectTests {

	@ParameterizedTest(name = "{index}: {0}")
	@CsvSource(delimiter = '|', textBlock = """
			# why                                              | named | own | claimed | leader | doubt | reached
			nobody names one                                   | -1    | -1  |         | -1     | false | -1
			of records that the client has read                | 3     | 3   |         | -1     | false | 3
			the claim names a lower one                        | 3     | 3   | 2       | -1     | false | 3
			of a bookmark, and a leader has it                 | 3     | -1  |         | 3      | true  | 3
			of a bookmark, and leaders went on                 | 3     | -1  |         | 5      | true  | 3
			of a bookmark, and no leader has it                | 7     | -1  |         | 0      | true  | -1
			of a bookmark, and the leader did not answer       | 7     | -1  |         | -1     | true  | -1
			of a bookmark, the claim's is one                  | 7     | -1  | 2       | 3      | true  | 2
			of a bookmark, the client's own is one             | 7     | 2   |         | 3      | true  | 2
			the claim's stands in for one that is not known    | 2     | -1  | 2       | 3      | true  | 2
			the claim's is above the client's                  | 2     | 1   | 2       | 3      | true  | 2
			the claim's is one that no leader has              | 99    | 1   | 99      | 3      | true  | 1
			the claim's is in doubt, the leader did not answer | 99    | 1   | 99      | -1     | true  | -1
			""")
	void epochToValidateWith(String why, int named, int own, Integer claimed, int leader, boolean doubt, int reached) {
		TruncationClaim claim = (claimed != null) ? new TruncationClaim(100, claimed) : null;
		Suspect suspect = new Suspect(new TopicPartition("orders", 0), Evidence.Trigger.TRUNCATION, 200, named, own,
				claim, null, Remembered.NOTHING, null, -1);

		assertThat(suspect.isEpochInDoubt()).isEqualTo(doubt);
		assertThat(suspect.under(leader).reachedEpoch()).isEqualTo(reached);
	}

}
