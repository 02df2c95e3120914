/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.evidence;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * When two records are one: offset and epoch alone do not name a record where a broker
 * answers with the same epoch for ever.
 */
class WitnessTests {

	@ParameterizedTest(name = "{6}")
	@CsvSource(textBlock = """
			199,  0, 1000,  3,  4, SAME,      the same record
			199, -1, 1000,  3,  4, DIFFERENT, an epoch that is gone
			199,  1, 1000,  3,  4, DIFFERENT, another epoch
			199,  0, 1001,  3,  4, DIFFERENT, another time
			199,  0,   -1,  3,  4, DIFFERENT, no time
			199,  0, 1000,  2,  4, DIFFERENT, a smaller key
			199,  0, 1000, -1,  4, DIFFERENT, no key
			199,  0, 1000,  3,  5, DIFFERENT, a larger value
			199,  0, 1000,  3, -1, DIFFERENT, a tombstone
			200,  0, 1000,  3,  4, UNKNOWN,   a hole there
			205,  2, 9999,  3,  4, UNKNOWN,   a hole there and another record after it
			198,  0, 1000,  3,  4, UNKNOWN,   a record before it
			""")
	void record(long offset, int epoch, long timestamp, int keySize, int valueSize, Witness.Verdict verdict,
			String why) {
		RecordIdentity delivered = new RecordIdentity(199, 0, 1_000, 3, 4);

		assertThat(new Witness(delivered, new RecordIdentity(offset, epoch, timestamp, keySize, valueSize)).verdict())
			.as(why)
			.isEqualTo(verdict);
	}

	/** A bookmark does not know sizes, and may not know the time. */
	@ParameterizedTest(name = "{6}")
	@CsvSource(textBlock = """
			0, 1000, 199,  0, 1000, SAME,      all that the bookmark knows agrees
			0,    0, 199,  0,    0, SAME,      the first instant is a time
			0, 1000, 199,  0, 1001, DIFFERENT, another time
			0, 1000, 199,  1, 1000, DIFFERENT, another epoch
			0,    0, 199,  0, 1000, DIFFERENT, the first instant is another time
			0,   -1, 199,  0, 1000, UNKNOWN,   offset and epoch prove nothing
			0,   -1, 199,  1, 1000, DIFFERENT, but they can differ
			0, 1000, 200,  0, 1000, UNKNOWN,   a hole there
			""")
	void rememberedRecord(int rememberedEpoch, long rememberedTimestamp, long offset, int epoch, long timestamp,
			Witness.Verdict verdict, String why) {
		RecordIdentity delivered = RecordIdentity.remembered(199, rememberedEpoch, rememberedTimestamp);

		assertThat(new Witness(delivered, new RecordIdentity(offset, epoch, timestamp, 3, 4)).verdict()).as(why)
			.isEqualTo(verdict);
	}

	/** Where neither record has a timestamp, sizes have to do. */
	@Test
	void recordsWithoutTimeAgreeByTheirSizes() {
		RecordIdentity delivered = new RecordIdentity(199, 0, -1, 3, 4);

		assertThat(new Witness(delivered, new RecordIdentity(199, 0, -1, 3, 4)).verdict())
			.isEqualTo(Witness.Verdict.SAME);
		assertThat(new Witness(delivered, new RecordIdentity(199, 0, -1, 3, 5)).verdict())
			.isEqualTo(Witness.Verdict.DIFFERENT);
	}

	@Test
	void nobodyHasLooked() {
		assertThat(new Witness(new RecordIdentity(199, 0, 1_000, 3, 4), null).verdict())
			.isEqualTo(Witness.Verdict.UNKNOWN);
	}

	/** A mirror copies offset, time and contents. Leader epochs are its own cluster's. */
	@ParameterizedTest(name = "{8}")
	@CsvSource(textBlock = """
			1000, 3,  4,  199, 1000, 3, 4, true,  the same record
			0,    3,  4,  199, 0,    3, 4, true,  the first instant is a time
			1000, 3,  4,  198, 1000, 3, 4, false, another offset
			1000, 3,  4,  199, 1001, 3, 4, false, another time
			1000, 3,  4,  199, 1000, 2, 4, false, another key
			1000, 3,  4,  199, 1000, 3, 5, false, another value
			-1,   3,  4,  199, -1,   3, 4, false, no record has a time
			1000, -2, 4,  199, 1000, -2, 4, false, nobody knows the size of the key
			1000, 3,  -2, 199, 1000, 3, -2, false, nobody knows the size of the value
			""")
	void mirrorHoldsTheRecordDelivered(long timestamp, int keySize, int valueSize, long foundOffset,
			long foundTimestamp, int foundKeySize, int foundValueSize, boolean stands, String why) {
		Witness witness = new Witness(new RecordIdentity(199, 7, timestamp, keySize, valueSize),
				new RecordIdentity(foundOffset, 0, foundTimestamp, foundKeySize, foundValueSize));

		assertThat(witness.standsInMirror()).as(why).isEqualTo(stands);
	}

	@Test
	void emptyMirrorDoesNotHoldTheRecord() {
		assertThat(new Witness(new RecordIdentity(199, 7, 1_000, 3, 4), null).standsInMirror()).isFalse();
	}

}
