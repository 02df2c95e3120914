/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.ruling;

import dev.holdfast.kafka.offsetguard.evidence.Evidence;
import dev.holdfast.kafka.offsetguard.evidence.LogBounds;
import dev.holdfast.kafka.offsetguard.evidence.RecordIdentity;
import dev.holdfast.kafka.offsetguard.evidence.Remembered;
import dev.holdfast.kafka.offsetguard.evidence.TruncationClaim;
import dev.holdfast.kafka.offsetguard.evidence.Witness;
import dev.holdfast.kafka.offsetguard.policy.Cause;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import dev.holdfast.kafka.offsetguard.evidence.Evidence.Trigger;
import dev.holdfast.kafka.offsetguard.evidence.Evidence.Validation;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the evidence supports, row by row and written by hand. Records are given as
 * offset@epoch, bounds as start-end, a dash means that nothing was read.
 */
class ClassifierTests {

	@ParameterizedTest(name = "{index}: {0}")
	@CsvSource(delimiter = '|',
			textBlock = """
					# why                              | epoch | validation | claim | before | after  | below  | at     | witness   | cause
					lie, log from the start            | 0     | CLAIMED    | 0@0   | 0-270  | 0-270  | -      | 0@0    | -         | FALSE_TRUNCATION
					lie below the log start            | 0     | CLAIMED    | 0@0   | 170-270| 170-270| -      | -      | -         | FALSE_TRUNCATION
					lie in the middle                  | 0     | CLAIMED    | 50@0  | 0-270  | 0-270  | 49@0   | 50@0   | -         | FALSE_TRUNCATION
					lie, log of several epochs         | 3     | CLAIMED    | 0@3   | 0-270  | 0-270  | -      | 0@1    | -         | FALSE_TRUNCATION
					lie, and the witness is there      | 0     | CLAIMED    | 0@0   | 0-270  | 0-270  | -      | 0@0    | same      | FALSE_TRUNCATION
					lie, but the witness is another    | 0     | CLAIMED    | 0@0   | 0-270  | 0-270  | -      | 0@0    | different | UNVERIFIABLE
					lie, hole at the witness           | 0     | CLAIMED    | 0@0   | 0-270  | 0-270  | -      | 0@0    | hole      | FALSE_TRUNCATION
					truncated, new records             | 0     | CLAIMED    | 100@0 | 0-300  | 0-300  | 99@0   | 100@2  | -         | LOG_TRUNCATED
					truncated, witness replaced        | 0     | CLAIMED    | 100@0 | 0-300  | 0-300  | 99@0   | 100@2  | different | LOG_TRUNCATED
					truncated, but the witness stands  | 0     | CLAIMED    | 100@0 | 0-300  | 0-300  | 99@0   | 100@2  | same      | UNVERIFIABLE
					truncated, nothing new yet         | 0     | CLAIMED    | 100@0 | 0-100  | 0-100  | 99@0   | -      | -         | LOG_TRUNCATED
					truncated, hole before             | 0     | CLAIMED    | 100@0 | 0-300  | 0-300  | 97@0   | 100@2  | -         | LOG_TRUNCATED
					truncated, hole at the divergence  | 0     | CLAIMED    | 100@0 | 0-300  | 0-300  | 99@0   | 102@2  | -         | LOG_TRUNCATED
					truncated at the log start         | 0     | CLAIMED    | 0@0   | 0-300  | 0-300  | -      | 0@2    | -         | LOG_TRUNCATED
					truncated to nothing               | 0     | CLAIMED    | 0@0   | 0-0    | 0-0    | -      | -      | -         | LOG_TRUNCATED
					newer records before the claim     | 0     | CLAIMED    | 100@0 | 0-300  | 0-300  | 99@1   | 100@2  | -         | UNVERIFIABLE
					nothing read before the claim      | 0     | CLAIMED    | 100@0 | 0-300  | 0-300  | -      | 100@2  | -         | UNVERIFIABLE
					nothing read at the claim          | 0     | CLAIMED    | 100@0 | 0-300  | 0-300  | 99@0   | -      | -         | UNVERIFIABLE
					records without epochs             | 0     | CLAIMED    | 100@0 | 0-300  | 0-300  | 99@-1  | 100@-1 | -         | UNVERIFIABLE
					records without epochs, witness    | 0     | CLAIMED    | 100@0 | 0-300  | 0-300  | 99@-1  | 100@-1 | same      | FALSE_TRUNCATION
					own epoch unknown                  | -1    | CLAIMED    | 100@-1| 0-300  | 0-300  | 99@0   | 100@2  | -         | UNVERIFIABLE
					epoch of the answer is higher      | 0     | CLAIMED    | 100@2 | 0-300  | 0-300  | 99@0   | 100@2  | -         | FALSE_TRUNCATION
					the same, if the log agrees        | 0     | CLAIMED    | 100@1 | 0-300  | 0-300  | 99@0   | 100@2  | -         | FALSE_TRUNCATION
					the same, witness replaced         | 0     | CLAIMED    | 100@1 | 0-300  | 0-300  | 99@0   | 100@2  | different | UNVERIFIABLE
					undefined answer                   | 0     | CLAIMED    | -1@-1 | 0-300  | 0-300  | -      | -      | -         | UNVERIFIABLE
					undefined answer, witness stands   | 0     | CLAIMED    | -1@-1 | 0-300  | 0-300  | -      | -      | same      | FALSE_TRUNCATION
					not repeated                       | 0     | VALID      | -     | 0-300  | 0-300  | -      | -      | -         | FALSE_TRUNCATION
					not repeated, witness replaced     | 0     | VALID      | -     | 0-300  | 0-300  | -      | -      | different | UNVERIFIABLE
					no answer                          | 0     | UNANSWERED | -     | 0-300  | 0-300  | -      | -      | -         | UNVERIFIABLE
					no answer, but the witness stands  | 0     | UNANSWERED | -     | 0-300  | 0-300  | -      | -      | same      | FALSE_TRUNCATION
					no bounds at all                   | 0     | UNANSWERED | -     | -      | -      | -      | -      | -         | UNVERIFIABLE
					lie, position removed meanwhile    | 0     | CLAIMED    | 0@0   | 210-270| 210-270| -      | -      | -         | BELOW_LOG_START
					lie, position above the log end    | 0     | CLAIMED    | 0@0   | 0-150  | 0-150  | -      | 0@0    | -         | ABOVE_LOG_END
					lie, position at the log start     | 0     | CLAIMED    | 0@0   | 200-270| 200-270| -      | -      | -         | FALSE_TRUNCATION
					lie, position at the log end       | 0     | CLAIMED    | 0@0   | 0-200  | 0-200  | -      | 0@0    | -         | FALSE_TRUNCATION
					truncated at the witness           | 0     | CLAIMED    | 199@0 | 0-300  | 0-300  | 198@0  | 200@2  | same      | UNVERIFIABLE
					truncated just above the witness   | 0     | CLAIMED    | 200@0 | 0-300  | 0-300  | 199@0  | 200@2  | same      | LOG_TRUNCATED
					""")
	void truncationClaimed(String why, int epoch, Validation validation, String claim, String before, String after,
			String below, String at, String witness, Cause cause) {
		TruncationClaim repeated = "-".equals(claim) ? null
				: new TruncationClaim(record(claim).offset(), record(claim).leaderEpoch());
		Evidence evidence = new Evidence(Trigger.TRUNCATION, 200, epoch, new TruncationClaim(0, 0), validation,
				repeated, bounds(before), bounds(after), record(below), record(at), witness(witness), -1, -1,
				Remembered.NOTHING, null, -1);

		assertThat(Classifier.classify(evidence)).isEqualTo(cause);
	}

	@ParameterizedTest(name = "{index}: {0}")
	@CsvSource(delimiter = '|',
			textBlock = """
					# why                            | trigger            | before  | after   | witness   | cause
					retention has passed             | OUT_OF_RANGE       | 201-300 | 201-300 | -         | BELOW_LOG_START
					retention passes just now        | OUT_OF_RANGE       | 0-300   | 201-300 | -         | BELOW_LOG_START
					first record is still there      | OUT_OF_RANGE       | 200-300 | 200-300 | -         | SPURIOUS_OUT_OF_RANGE
					in the middle                    | OUT_OF_RANGE       | 0-300   | 0-300   | -         | SPURIOUS_OUT_OF_RANGE
					in the middle of another log     | OUT_OF_RANGE       | 0-300   | 0-300   | different | UNVERIFIABLE
					at the log end                   | OUT_OF_RANGE       | 0-200   | 0-200   | -         | SPURIOUS_OUT_OF_RANGE
					one above the log end            | OUT_OF_RANGE       | 0-199   | 0-199   | -         | ABOVE_LOG_END
					the log grew past it             | OUT_OF_RANGE       | 0-199   | 0-300   | same      | UNVERIFIABLE
					the log shrank                   | OUT_OF_RANGE       | 0-300   | 0-199   | -         | UNVERIFIABLE
					the log start went back          | OUT_OF_RANGE       | 201-300 | 0-300   | -         | UNVERIFIABLE
					no bounds before                 | OUT_OF_RANGE       | -       | 0-300   | -         | UNVERIFIABLE
					no bounds after                  | OUT_OF_RANGE       | 0-300   | -       | -         | UNVERIFIABLE
					held, the log merely grew        | HELD_ABOVE_LOG_END | 0-300   | 0-300   | -         | ABOVE_LOG_END
					held, other records grew         | HELD_ABOVE_LOG_END | 0-300   | 0-300   | different | ABOVE_LOG_END
					held, it is the old log again    | HELD_ABOVE_LOG_END | 0-300   | 0-300   | same      | SPURIOUS_OUT_OF_RANGE
					held, still above                | HELD_ABOVE_LOG_END | 0-100   | 0-100   | -         | ABOVE_LOG_END
					the log grew just up to it       | OUT_OF_RANGE       | 0-199   | 0-200   | -         | UNVERIFIABLE
					the log shrank to just below it  | OUT_OF_RANGE       | 0-200   | 0-199   | -         | UNVERIFIABLE
					held, removed by now             | HELD_ABOVE_LOG_END | 250-300 | 250-300 | -         | BELOW_LOG_START
					""")
	void outOfRange(String why, Trigger trigger, String before, String after, String witness, Cause cause) {
		Evidence evidence = new Evidence(trigger, 200, 0, null, Validation.NOT_ASKED, null, bounds(before),
				bounds(after), null, null, witness(witness), -1, -1, Remembered.NOTHING, null, -1);

		assertThat(Classifier.classify(evidence)).isEqualTo(cause);
	}

	/**
	 * The leader has repeated a claim at 100, and the log supports it; position 200.
	 */
	@ParameterizedTest(name = "{index}: {0}")
	@CsvSource(delimiter = '|', textBlock = """
			# why                             | trigger            | before | after | witness   | cause
			above the log end                 | OUT_OF_RANGE       | 0-150  | 0-150 | -         | LOG_TRUNCATED
			above it, but the witness stands  | OUT_OF_RANGE       | 0-150  | 0-150 | same      | ABOVE_LOG_END
			the log grew past it              | OUT_OF_RANGE       | 0-199  | 0-300 | different | LOG_TRUNCATED
			it grew, but the witness stands   | OUT_OF_RANGE       | 0-199  | 0-300 | same      | UNVERIFIABLE
			held, the log grew past it        | HELD_ABOVE_LOG_END | 0-300  | 0-300 | -         | LOG_TRUNCATED
			held, but the witness stands      | HELD_ABOVE_LOG_END | 0-300  | 0-300 | same      | SPURIOUS_OUT_OF_RANGE
			held, the log end went back below | HELD_ABOVE_LOG_END | 0-200  | 0-150 | -         | UNVERIFIABLE
			""")
	void outOfRangeOfATruncatedLog(String why, Trigger trigger, String before, String after, String witness,
			Cause cause) {
		Evidence evidence = new Evidence(trigger, 200, 0, null, Validation.CLAIMED, new TruncationClaim(100, 0),
				bounds(before), bounds(after), record("99@0"), record("100@2"), witness(witness), -1, -1,
				Remembered.NOTHING, null, -1);

		assertThat(Classifier.classify(evidence)).isEqualTo(cause);
	}

	/** A commit is lost only if there was one, or must have been. */
	@ParameterizedTest(name = "{index}: {0}")
	@CsvSource(delimiter = '|', textBlock = """
			# why                                          | committed | partitions | initial | cause
			nothing is known                               | -1        | -1         | false   | NO_COMMITTED_OFFSET
			a commit is known                              | 100       | -1         | false   | COMMITTED_OFFSET_LOST
			a commit at the first offset is known          | 0         | -1         | false   | COMMITTED_OFFSET_LOST
			a commit is known, though it was not counted   | 100       | 3          | true    | COMMITTED_OFFSET_LOST
			a bookmark has counted fewer partitions        | -1        | 3          | true    | NEW_PARTITION
			a bookmark has counted none                    | -1        | 0          | true    | NEW_PARTITION
			it was there, and all partitions had a commit  | -1        | 4          | true    | COMMITTED_OFFSET_LOST
			it was there, and not all of them had a commit | -1        | 4          | false   | NO_COMMITTED_OFFSET
			nobody counted, whatever had a commit          | -1        | -1         | true    | NO_COMMITTED_OFFSET
			""")
	void noCommittedOffset(String why, long committed, int partitions, boolean initialCommits, Cause cause) {
		Remembered remembered = new Remembered(3, committed, partitions, initialCommits, null, -1);

		assertThat(Classifier.classify(Evidence.noCommittedOffset(remembered, null))).isEqualTo(cause);
	}

	@ParameterizedTest(name = "{index}: {0}")
	@CsvSource(delimiter = '|', textBlock = """
			# why                            | after   | leader | cause
			within the log                   | 0-300   | 3      | EPOCH_AHEAD
			under the first leader           | 0-300   | 0      | EPOCH_AHEAD
			at the log start                 | 200-300 | 3      | EPOCH_AHEAD
			at the log end                   | 0-200   | 3      | EPOCH_AHEAD
			one below the log start          | 201-300 | 3      | BELOW_LOG_START
			one above the log end            | 0-199   | 3      | ABOVE_LOG_END
			nobody knows the leader's epoch  | 0-300   | -1     | UNVERIFIABLE
			nobody has told the bounds       | -       | 3      | UNVERIFIABLE
			""")
	void committedEpochAboveTheLeaders(String why, String after, int leader, Cause cause) {
		Evidence evidence = new Evidence(Trigger.COMMITTED_EPOCH, 200, 7, null, Validation.NOT_ASKED, null,
				bounds(after), bounds(after), null, null, null, -1, -1, Remembered.NOTHING, null, leader);

		assertThat(Classifier.classify(evidence)).isEqualTo(cause);
	}

	/** Whatever else is reported, another topic explains it. */
	@ParameterizedTest
	@EnumSource(Trigger.class)
	void anotherTopicIdComesFirst(Trigger trigger) {
		Evidence evidence = new Evidence(trigger, 200, 0, null, Validation.NOT_ASKED, null, bounds("0-300"),
				bounds("0-300"), null, null, null, -1, -1, new Remembered(3, 100, 4, true, new Uuid(1, 1), -1),
				new Uuid(1, 2), 0);

		assertThat(Classifier.classify(evidence)).isEqualTo(Cause.TOPIC_RECREATED);
	}

	private static @Nullable LogBounds bounds(String text) {
		if ("-".equals(text)) {
			return null;
		}
		String[] parts = text.split("-");
		return new LogBounds(Long.parseLong(parts[0]), Long.parseLong(parts[1]));
	}

	private static @Nullable RecordIdentity record(String text) {
		if ("-".equals(text)) {
			return null;
		}
		String[] parts = text.split("@");
		return new RecordIdentity(Long.parseLong(parts[0]), Integer.parseInt(parts[1]), 1_000, 3, 4);
	}

	private static @Nullable Witness witness(String text) {
		RecordIdentity delivered = new RecordIdentity(199, 0, 1_000, 3, 4);
		return switch (text) {
			case "same" -> new Witness(delivered, new RecordIdentity(199, 0, 1_000, 3, 4));
			case "different" -> new Witness(delivered, new RecordIdentity(199, 0, 1_001, 3, 4));
			case "hole" -> new Witness(delivered, new RecordIdentity(200, 0, 1_000, 3, 4));
			default -> null;
		};
	}

}
