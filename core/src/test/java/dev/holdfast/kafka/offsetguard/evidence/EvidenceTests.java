/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.evidence;

import java.util.Optional;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.holdfast.kafka.offsetguard.evidence.Evidence.Trigger;
import dev.holdfast.kafka.offsetguard.evidence.Evidence.Validation;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the guard reads out of evidence.
 */
class EvidenceTests {

	@ParameterizedTest(name = "{4}")
	@CsvSource(textBlock = """
			OUT_OF_RANGE,     200, 100, 200, the position
			OUT_OF_RANGE,     0,   100, 0,   the first offset is a position
			OUT_OF_RANGE,     -1,  100, 100, the last commit where there is no position
			COMMITTED_OFFSET, 50,  100, 100, the last commit where an older one has replaced it
			OUT_OF_RANGE,     -1,  -1,  -1,  nobody knows
			""")
	void consumerWasLastAt(Trigger trigger, long position, long committed, long origin, String why) {
		assertThat(evidence(trigger, position, Validation.NOT_ASKED, null, committed).origin()).as(why)
			.isEqualTo(origin);
	}

	@ParameterizedTest(name = "{4}")
	@CsvSource(textBlock = """
			200, VALID,      true,  true,  brokers have told the bounds and validated the position
			200, NOT_ASKED,  true,  true,  the guard did not ask for a validation
			200, UNANSWERED, true,  false, the leader did not validate the position
			200, VALID,      false, false, nobody has told the bounds
			0,   VALID,      false, false, the first offset is a position
			-1,  NOT_ASKED,  false, true,  there is no position to ask about
			""")
	void isAnsweredWhenBrokersHaveToldAll(long position, Validation validation, boolean bounds, boolean answered,
			String why) {
		assertThat(evidence(Trigger.TRUNCATION, position, validation, bounds ? new LogBounds(0, 300) : null, -1)
			.isAnswered()).as(why).isEqualTo(answered);
	}

	/** A cluster before topic ids answers with zero. */
	@ParameterizedTest
	@CsvSource({ "1, 2, true", "1, 1, false", "0, 1, false", "1, 0, false", ", 1, false", "1, , false" })
	void topicIsAnotherOneOnlyIfBothIdsAreKnown(@Nullable Integer before, @Nullable Integer now, boolean other) {
		Evidence evidence = Evidence.noCommittedOffset(new Remembered(0, -1, -1, false, id(before), -1), id(now));

		assertThat(evidence.isOtherTopic()).isEqualTo(other);
	}

	@Test
	void claimWithoutOffsetIsUndefined() {
		assertThat(TruncationClaim.of(Optional.empty()).isDefined()).isFalse();
		assertThat(TruncationClaim.of(Optional.of(new OffsetAndMetadata(0, Optional.of(3), ""))))
			.isEqualTo(new TruncationClaim(0, 3))
			.matches(TruncationClaim::isDefined);
		assertThat(TruncationClaim.of(Optional.of(new OffsetAndMetadata(7)))).isEqualTo(new TruncationClaim(7, -1));
	}

	/** Never by its contents. */
	@Test
	void recordIsNamedByOffsetEpochTimeAndSizes() {
		ConsumerRecord<String, String> record = new ConsumerRecord<>("orders", 0, 199, 1_000, TimestampType.CREATE_TIME,
				3, 4, "key", "value", new RecordHeaders(), Optional.of(7));
		ConsumerRecord<String, String> withoutEpoch = new ConsumerRecord<>("orders", 0, 199, 1_000,
				TimestampType.CREATE_TIME, 3, 4, "key", "value", new RecordHeaders(), Optional.empty());

		assertThat(RecordIdentity.of(record)).isEqualTo(new RecordIdentity(199, 7, 1_000, 3, 4));
		assertThat(RecordIdentity.of(withoutEpoch)).isEqualTo(new RecordIdentity(199, -1, 1_000, 3, 4));
	}

	private static @Nullable Uuid id(@Nullable Integer number) {
		return (number != null) ? new Uuid(0, number) : null;
	}

	private static Evidence evidence(Trigger trigger, long position, Validation validation, @Nullable LogBounds bounds,
			long committed) {
		return new Evidence(trigger, position, 0, null, validation, null, bounds, bounds, null, null, null, -1, -1,
				new Remembered(0, committed, -1, false, null, -1), null, 0);
	}

}
