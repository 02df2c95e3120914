/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

import dev.holdfast.kafka.offsetguard.decision.Outcome;
import dev.holdfast.kafka.offsetguard.evidence.Evidence;
import dev.holdfast.kafka.offsetguard.evidence.LogBounds;
import dev.holdfast.kafka.offsetguard.evidence.RecordIdentity;
import dev.holdfast.kafka.offsetguard.evidence.Remembered;
import dev.holdfast.kafka.offsetguard.evidence.TruncationClaim;
import dev.holdfast.kafka.offsetguard.evidence.Witness;
import dev.holdfast.kafka.offsetguard.internal.ruling.Classifier;
import dev.holdfast.kafka.offsetguard.internal.ruling.Ruling;
import dev.holdfast.kafka.offsetguard.policy.Action;
import dev.holdfast.kafka.offsetguard.policy.Cause;
import dev.holdfast.kafka.offsetguard.policy.MoveLimits;
import dev.holdfast.kafka.offsetguard.policy.OffsetPolicy;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.holdfast.kafka.offsetguard.evidence.Evidence.Trigger;
import dev.holdfast.kafka.offsetguard.evidence.Evidence.Validation;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Cause and outcome under the default policy, written by hand from what each piece of
 * evidence proves.
 * <p>
 * The first word says what put the position into question: {@code truncation},
 * {@code out-of-range}, {@code sought} (out of range, where the application has sought),
 * {@code held} (out of range again, for a partition that is held above the log end),
 * {@code epoch} (the committed epoch), {@code id} (the topic's) or {@code no-commit}.
 * What follows is the evidence, and what is not mentioned was not to be had:
 * <ul>
 * <li>{@code pos}: the position, 200 unless given; {@code e}: the epoch behind it
 * <li>{@code reported}: the client's claim, {@code claim}: the inspector's, as
 * offset@epoch, {@code -1@-1} if the answer was undefined; {@code valid} or
 * {@code unanswered}: the inspector got no claim
 * <li>{@code before}, {@code after}: the bounds of the log around the claim, {@code log}:
 * both
 * <li>{@code below}, {@code at}: the records on either side of the divergent offset, as
 * offset@epoch
 * <li>{@code witness}: the last record delivered is still there ({@code 199:same}),
 * another is ({@code 199:other}), its offset is a hole ({@code 199:hole}) or it could not
 * be read ({@code 199:unread})
 * <li>{@code commit}, {@code partitions}, {@code initial}: what is remembered about
 * partition 2; {@code old}, {@code now}: the topic's id
 * <li>{@code leader}: the leader's epoch
 * </ul>
 * The outcome is the offset to read from, {@code hold}, or {@code auto-offset-reset}
 * where the consumer's own setting has the answer.
 */
class EvidenceOracleTests {

	private static final Map<String, Trigger> TRIGGERS = Map.of("truncation", Trigger.TRUNCATION, "out-of-range",
			Trigger.OUT_OF_RANGE, "held", Trigger.HELD_ABOVE_LOG_END, "sought", Trigger.SOUGHT_OUT_OF_RANGE, "epoch",
			Trigger.COMMITTED_EPOCH, "id", Trigger.TOPIC_ID, "no-commit", Trigger.NO_COMMITTED_OFFSET);

	@ParameterizedTest(name = "{index}: {0} -> {1}, {2}: {3}")
	@CsvSource(delimiter = '|',
			textBlock = """
					no-commit log=5..300                                                  | no-committed-offset   | auto-offset-reset | nothing shows that there ever was one
					no-commit                                                             | no-committed-offset   | auto-offset-reset | the setting needs no bounds to be the answer
					no-commit log=5..300 partitions=3                                     | no-committed-offset   | auto-offset-reset | an old partition, but first positions were not committed
					no-commit log=5..300 initial                                          | no-committed-offset   | auto-offset-reset | first positions are committed, but nobody knows of which partitions
					no-commit log=5..300 old=A now=A                                      | no-committed-offset   | auto-offset-reset | the same topic says nothing about a commit
					no-commit log=5..300 partitions=2                                     | new-partition         | 5                 | two partitions were counted: 2 is the first new one
					no-commit log=5..300 partitions=2 initial                             | new-partition         | 5                 | first positions were committed, but not of what was not there
					no-commit log=5..300 partitions=1                                     | new-partition         | 5                 | not the only partition that was added
					no-commit log=5..300 partitions=0                                     | new-partition         | 5                 | no partition was there when the group committed
					no-commit partitions=2                                                | new-partition         | hold              | nobody said where its log starts
					no-commit log=5..300 partitions=3 initial                             | committed-offset-lost | hold              | the last partition that was counted had its first position committed
					no-commit log=5..300 partitions=9 initial                             | committed-offset-lost | hold              | one of many partitions that were counted
					no-commit log=5..300 commit=200                                       | committed-offset-lost | hold              | a commit is remembered
					no-commit log=5..300 commit=0                                         | committed-offset-lost | hold              | offset 0 is a commit like any other
					no-commit log=5..300 commit=200 partitions=3                          | committed-offset-lost | hold              | the commit itself counts, first positions or not
					no-commit log=5..300 commit=200 old=A now=A                           | committed-offset-lost | hold              | the topic is the same, the commit is gone
					no-commit log=5..300 commit=200 old=A now=B                           | topic-recreated       | 5                 | the commit was one in another topic
					id log=5..300 old=A now=B                                             | topic-recreated       | 5                 | both ids are known and differ
					id log=0..0 old=A now=B                                               | topic-recreated       | 0                 | the new topic is still empty
					id pos=0 log=0..300 old=A now=B                                       | topic-recreated       | 0                 | nothing to move, still another topic
					id old=A now=B                                                        | topic-recreated       | hold              | nobody said where its log starts
					id log=5..300 old=A                                                   | unverifiable          | hold              | what the id is now was not to be had
					id log=5..300 now=B                                                   | unverifiable          | hold              | what the id was is not known
					id log=5..300 old=A now=A                                             | unverifiable          | hold              | a changed id that has not changed
					truncation e=0 claim=100@0 log=0..300 below=99@0 at=100@2 old=A now=B | topic-recreated       | 0                 | a truncation that is explained by another topic
					out-of-range log=0..100 old=A now=B                                   | topic-recreated       | 0                 | above the log end counts in the same topic only
					out-of-range log=0..300 old=A now=B                                   | topic-recreated       | 0                 | in range, but of another log
					epoch e=7 leader=0 log=0..300 old=A now=B                             | topic-recreated       | 0                 | the epoch was one of another topic
					out-of-range log=201..300                                             | below-log-start       | 201               | one record is missing
					sought log=201..300                                                   | below-log-start       | 201               | the application asks for a record that is gone
					sought log=0..199                                                     | above-log-end         | hold              | the application asks for a record that is not there yet
					sought log=0..300                                                     | spurious-out-of-range | 200               | the application asks for a record that is there
					out-of-range log=300..300                                             | below-log-start       | 300               | retention has emptied the log
					out-of-range before=0..300 after=250..300                             | below-log-start       | 250               | retention passes while we look
					out-of-range pos=0 log=1..1                                           | below-log-start       | 1                 | the smallest log that has lost a record
					truncation e=0 claim=0@0 log=210..300                                 | below-log-start       | 210               | the claim is refuted, and yet the record is gone
					truncation e=0 unanswered log=210..300                                | below-log-start       | 210               | no claim is needed to see that
					epoch e=7 leader=0 log=201..300                                       | below-log-start       | 201               | an epoch ahead counts for offsets in range only
					out-of-range log=200..300                                             | spurious-out-of-range | 200               | the log starts at the position
					out-of-range log=0..200                                               | spurious-out-of-range | 200               | the log ends at the position
					out-of-range log=200..200                                             | spurious-out-of-range | 200               | an empty log at the position
					out-of-range log=0..300                                               | spurious-out-of-range | 200               | twice in range
					out-of-range before=0..200 after=100..400                             | spurious-out-of-range | 200               | a log that moves on at both ends, in range all the time
					out-of-range pos=0 log=0..0                                           | spurious-out-of-range | 0                 | an empty log has a valid position
					held log=0..300 witness=199:same                                      | spurious-out-of-range | 200               | the old log is back, the witness knows it
					out-of-range log=0..199                                               | above-log-end         | hold              | one above the log end
					out-of-range log=0..0                                                 | above-log-end         | hold              | nothing is left
					out-of-range log=0..150 old=A now=A                                   | above-log-end         | hold              | the same topic, as far as ids go
					out-of-range log=0..150 old=A                                         | above-log-end         | hold              | an unknown id is no different one
					held log=0..199                                                       | above-log-end         | hold              | still one above
					truncation e=0 claim=0@0 log=0..150 at=0@0                            | above-log-end         | hold              | the claim is refuted, and yet the log ends below
					truncation e=0 valid log=0..150                                       | above-log-end         | hold              | the claim is withdrawn, and yet the log ends below
					epoch e=7 leader=0 log=0..199                                         | above-log-end         | hold              | an epoch ahead counts for offsets in range only
					out-of-range e=0 claim=100@0 log=0..150 below=99@0 at=100@0           | above-log-end         | hold              | what is claimed is refuted, that the log ends below is not
					out-of-range after=0..300                                             | unverifiable          | hold              | in range once is not twice
					out-of-range before=0..300                                            | unverifiable          | hold              | in range once is not twice, the other way around
					out-of-range                                                          | unverifiable          | hold              | no bounds at all
					out-of-range before=201..300 after=0..300                             | unverifiable          | hold              | a log start never moves down
					out-of-range before=10..300 after=9..300                              | unverifiable          | hold              | a log start never moves down, not even by one
					out-of-range before=0..200 after=0..150                               | unverifiable          | hold              | at the log end at first, above it then
					out-of-range before=0..150 after=0..200                               | unverifiable          | hold              | above the log end at first, at it then
					out-of-range before=0..150 after=0..300                               | unverifiable          | hold              | above the log end at first, within the log then
					held                                                                  | unverifiable          | hold              | no bounds, whatever it is held for
					epoch pos=50 e=7 leader=0 log=0..100                                  | epoch-ahead           | 50                | no leader has that epoch, the offset is fine
					epoch pos=0 e=7 leader=0 log=0..100                                   | epoch-ahead           | 0                 | the log starts at the position
					epoch pos=100 e=7 leader=6 log=0..100                                 | epoch-ahead           | 100               | the log ends at the position, one epoch ahead
					epoch e=7 log=0..300                                                  | unverifiable          | hold              | the leader's epoch was not to be had
					epoch e=7 leader=0                                                    | unverifiable          | hold              | whether the offset is in range is not known
					truncation e=0 claim=100@0 log=0..300 below=99@0 at=100@2             | log-truncated         | 100               | the log changes its epoch exactly there
					truncation e=0 claim=199@0 log=0..300 below=198@0 at=199@1            | log-truncated         | 199               | one record was cut off, one epoch later
					truncation e=0 claim=100@0 log=0..100 below=99@0                      | log-truncated         | 100               | the claim is the log end, nothing new yet
					truncation e=0 claim=199@0 log=0..199 below=198@0                     | log-truncated         | 199               | one record was cut off, nothing new yet
					truncation e=0 claim=100@0 log=0..300 below=97@0 at=102@2             | log-truncated         | 100               | compaction left holes on both sides
					truncation e=2 claim=100@2 log=0..300 below=99@1 at=100@3             | log-truncated         | 100               | the last epoch that remained lies below the asked one
					truncation e=3 claim=100@1 log=0..300 below=99@1 at=100@4             | log-truncated         | 100               | the answer names the largest epoch below the asked one
					truncation e=0 claim=100@0 log=0..300 below=99@0 at=100@2 witness=99:same    | log-truncated  | 100               | a witness below the divergence stays
					truncation e=0 claim=100@0 log=0..300 below=99@0 at=100@2 witness=199:other  | log-truncated  | 100               | another record where the witness was
					truncation e=0 claim=100@0 log=0..300 below=99@0 at=100@2 witness=199:hole   | log-truncated  | 100               | a hole where the witness was says nothing
					truncation e=0 claim=100@0 log=0..300 below=99@0 at=100@2 reported=0@0       | log-truncated  | 100               | the repeated claim counts, not the first
					truncation e=0 claim=100@0 log=0..300 below=99@0 at=100@2 old=A now=A        | log-truncated  | 100               | truncated, in the same topic
					out-of-range e=0 claim=100@0 log=0..150 below=99@0 at=100@2                  | log-truncated  | 100               | above the log end, and the log shows why
					held e=0 claim=100@0 log=0..300 below=99@0 at=100@2                          | log-truncated  | 100               | the log grew past it and shows what happened
					truncation e=0 claim=0@0 log=0..300 at=0@0                            | false-truncation      | 200               | the first record is of the epoch that is said to be gone
					truncation e=0 claim=100@0 log=0..300 below=99@0 at=100@0             | false-truncation      | 200               | the record there is of that epoch
					truncation e=0 claim=100@0 log=0..300 below=99@0 at=105@0             | false-truncation      | 200               | a record after it is of that epoch
					truncation e=3 claim=100@0 log=0..300 below=99@0 at=100@2             | false-truncation      | 200               | epoch 2 is not above 3, whatever the answer's epoch
					truncation e=3 claim=100@0 log=0..300 below=99@0 at=100@3             | false-truncation      | 200               | epoch 3 is not above 3
					truncation e=0 claim=100@2 log=0..300 below=99@0 at=100@2             | false-truncation      | 200               | the answer says that epoch 2 ended before
					truncation e=0 claim=100@1 log=0..300 below=99@0 at=100@2             | false-truncation      | 200               | nobody has asked for epoch 1, whatever the log holds
					truncation e=0 claim=100@1 log=0..300                                 | false-truncation      | 200               | that takes no record
					truncation e=0 claim=100@1 log=0..300 below=99@0 at=100@2 witness=199:other  | unverifiable   | hold              | no answer to what was asked, and yet the log is another one
					out-of-range e=0 claim=100@1 log=0..150 below=99@0 at=100@2           | above-log-end         | hold              | no answer to what was asked, and yet the log ends below
					held e=7 leader=0 log=0..270 pos=1000                                 | above-log-end         | hold              | no leader has the epoch, which takes nothing from the bounds
					truncation e=0 claim=0@0 log=1..300                                   | false-truncation      | 200               | the log starts above the claim
					truncation e=0 claim=0@0 log=170..300                                 | false-truncation      | 200               | the log starts far above the claim
					truncation e=-1 claim=0@-1 log=170..300                               | false-truncation      | 200               | that takes no epoch
					truncation e=0 claim=0@0 log=200..300                                 | false-truncation      | 200               | the log starts at the position
					truncation e=0 claim=100@0 log=0..200 below=99@0 at=100@0             | false-truncation      | 200               | the log ends at the position
					truncation e=0 claim=100@0 log=0..300 at=100@0 witness=199:hole       | false-truncation      | 200               | a hole at the witness takes nothing back
					truncation e=0 claim=-1@-1 log=0..300 witness=199:same                | false-truncation      | 200               | an undefined answer proves nothing, the witness stands
					truncation e=0 unanswered log=0..300 witness=199:same                 | false-truncation      | 200               | without an answer the witness tells
					truncation e=0 claim=100@0 log=0..300 below=99@-1 at=100@-1 witness=199:same | false-truncation | 200              | records without epochs, the witness tells
					truncation e=0 claim=-1@-1 log=0..300                                 | unverifiable          | hold              | an undefined answer is no proof of anything
					truncation e=0 claim=-1@-1 log=5..300                                 | unverifiable          | hold              | undefined is not below the log start
					truncation e=0 claim=-1@-1 log=0..300 witness=199:hole                | unverifiable          | hold              | a hole at the witness proves nothing
					truncation e=0 claim=-1@-1 log=0..300 witness=199:unread              | unverifiable          | hold              | nobody has read at the witness
					truncation e=0 claim=-1@-1 log=0..300 witness=199:other               | unverifiable          | hold              | another record, and no offset where it would go on
					truncation e=0 claim=100@0 log=0..300 below=99@0 at=100@2 witness=199:same   | unverifiable   | hold              | truncated and not truncated
					truncation e=0 claim=100@0 log=0..300 below=99@0 at=100@2 witness=100:same   | unverifiable   | hold              | the first record that should be gone is there
					truncation e=0 claim=100@0 log=0..300 below=99@1 at=100@2             | unverifiable          | hold              | the epoch changes earlier than claimed
					truncation e=0 claim=100@0 log=0..300 at=100@2                        | unverifiable          | hold              | the record before was not read
					truncation e=0 claim=100@0 log=0..300 below=99@0                      | unverifiable          | hold              | the record there was not read
					truncation e=0 claim=100@0 log=0..100                                 | above-log-end         | hold              | the claim is the log end, but nothing before it was read
					truncation e=0 claim=100@0 log=0..100 below=99@1                      | above-log-end         | hold              | the claim is the log end, but the record before is too new
					truncation e=0 claim=100@0 log=0..101 below=99@0                      | above-log-end         | hold              | one below the log end, and nothing read there
					truncation e=0 claim=100@0 log=0..300 below=99@-1 at=100@2            | unverifiable          | hold              | a record before without an epoch
					truncation e=0 claim=100@0 log=0..300 below=99@0 at=100@-1            | unverifiable          | hold              | a record there without an epoch
					truncation e=-1 claim=100@-1 log=0..300 below=99@0 at=100@2           | unverifiable          | hold              | above which epoch, nobody knows
					truncation e=-1 claim=100@0 log=0..300 below=99@0 at=100@2            | unverifiable          | hold              | the answer's epoch does not tell which one was asked for
					truncation e=0 claim=100@0 before=0..300 after=150..300 at=150@2      | unverifiable          | hold              | the log start has passed the claim since
					truncation e=0 claim=100@0 below=99@0 at=100@2                        | unverifiable          | hold              | a claim without bounds
					truncation e=0 claim=100@0 after=0..300 below=99@0 at=100@2           | unverifiable          | hold              | the log start was not read before the claim
					truncation e=0 claim=100@0 before=0..300 below=99@0 at=100@2          | unverifiable          | hold              | the log end was not read after the claim
					truncation e=0 unanswered reported=100@0 log=0..300 below=99@0 at=100@2      | unverifiable   | hold              | a claim that is not repeated moves nothing
					""")
	void oracle(String evidence, String cause, String outcome, String why) {
		Evidence parsed = parse(evidence);

		Cause classified = Classifier.classify(parsed);
		assertThat(classified.id()).as(why).isEqualTo(cause);

		Action action = OffsetPolicy.defaults().action("orders", classified);
		if ("auto-offset-reset".equals(outcome)) {
			assertThat(action).as(why).isEqualTo(Action.AUTO_OFFSET_RESET);
		}
		else {
			assertThat(Ruling.rule(classified, action, MoveLimits.unlimited(), parsed).outcome()).as(why)
				.isEqualTo("hold".equals(outcome) ? new Outcome.Held() : new Outcome.ReadFrom(Long.parseLong(outcome)));
		}
	}

	private static Evidence parse(String text) {
		String[] words = text.split(" ");
		Map<String, String> given = new HashMap<>();
		for (String word : Arrays.asList(words).subList(1, words.length)) {
			String[] parts = word.split("=");
			given.put(parts[0], (parts.length > 1) ? parts[1] : "");
		}
		Trigger trigger = TRIGGERS.get(words[0]);
		long position = (trigger != Trigger.NO_COMMITTED_OFFSET) ? number(given, "pos", 200) : -1;
		String log = given.remove("log");
		LogBounds before = bounds((log != null) ? log : given.remove("before"));
		LogBounds after = bounds((log != null) ? log : given.remove("after"));
		Remembered remembered = new Remembered(2, number(given, "commit", -1), (int) number(given, "partitions", -1),
				given.remove("initial") != null, id(given.remove("old")), -1);
		Evidence evidence = new Evidence(trigger, position, (int) number(given, "e", -1),
				claim(given.remove("reported")), validation(given), claim(given.remove("claim")), before, after,
				record(given.remove("below")), record(given.remove("at")), witness(given.remove("witness")), -1, -1,
				remembered, id(given.remove("now")), (int) number(given, "leader", -1));
		assertThat(given).as("What the row says that nobody reads").isEmpty();
		return evidence;
	}

	private static long number(Map<String, String> given, String name, long otherwise) {
		String text = given.remove(name);
		return (text != null) ? Long.parseLong(text) : otherwise;
	}

	private static Validation validation(Map<String, String> given) {
		if (given.remove("valid") != null) {
			return Validation.VALID;
		}
		if (given.remove("unanswered") != null) {
			return Validation.UNANSWERED;
		}
		return given.containsKey("claim") ? Validation.CLAIMED : Validation.NOT_ASKED;
	}

	private static @Nullable TruncationClaim claim(@Nullable String text) {
		RecordIdentity parsed = record(text);
		return (parsed != null) ? new TruncationClaim(parsed.offset(), parsed.leaderEpoch()) : null;
	}

	private static @Nullable LogBounds bounds(@Nullable String text) {
		if (text == null) {
			return null;
		}
		String[] parts = text.split("\\.\\.");
		return new LogBounds(Long.parseLong(parts[0]), Long.parseLong(parts[1]));
	}

	private static @Nullable RecordIdentity record(@Nullable String text) {
		if (text == null) {
			return null;
		}
		String[] parts = text.split("@");
		return new RecordIdentity(Long.parseLong(parts[0]), Integer.parseInt(parts[1]), 1_000, 3, 4);
	}

	private static @Nullable Witness witness(@Nullable String text) {
		if (text == null) {
			return null;
		}
		String[] parts = text.split(":");
		long offset = Long.parseLong(parts[0]);
		RecordIdentity delivered = new RecordIdentity(offset, 0, 1_000, 3, 4);
		return new Witness(delivered, switch (parts[1]) {
			case "same" -> new RecordIdentity(offset, 0, 1_000, 3, 4);
			case "other" -> new RecordIdentity(offset, 2, 1_000, 3, 4);
			case "hole" -> new RecordIdentity(offset + 1, 0, 1_000, 3, 4);
			case "unread" -> null;
			default -> throw new IllegalArgumentException(text);
		});
	}

	private static @Nullable Uuid id(@Nullable String name) {
		return (name != null) ? new Uuid(1, name.charAt(0)) : null;
	}

}
