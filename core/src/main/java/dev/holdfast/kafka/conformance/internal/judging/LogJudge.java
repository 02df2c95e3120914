/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.conformance.internal.judging;

import java.util.stream.Stream;

import dev.holdfast.kafka.conformance.internal.evidence.Answer;
import dev.holdfast.kafka.conformance.internal.evidence.Bounds;
import dev.holdfast.kafka.conformance.internal.evidence.ListedOffset;
import dev.holdfast.kafka.conformance.internal.evidence.LogFacts;
import dev.holdfast.kafka.conformance.internal.evidence.Reading;
import dev.holdfast.kafka.offsetguard.evidence.RecordIdentity;
import org.jspecify.annotations.Nullable;

/**
 * Judges what ListOffsets says of a log by what Fetch has there, and the other way round.
 * Logs grow, and retention takes records away, between any two questions: a fault counts
 * only if it contradicts what was true before and after.
 */
final class LogJudge {

	private static final String OUT_OF_RANGE = "out-of-range";

	private final LogFacts log;

	private final @Nullable RecordIdentity first;

	private final @Nullable RecordIdentity last;

	private LogJudge(LogFacts log) {
		this.log = log;
		this.first = Reading.record(log.reads().first());
		this.last = Reading.record(log.reads().last());
	}

	static Judgement reads(LogFacts log) {
		return new LogJudge(log).reads();
	}

	static Judgement logStart(LogFacts log) {
		return new LogJudge(log).logStart();
	}

	static Judgement logEnd(LogFacts log) {
		return new LogJudge(log).logEnd();
	}

	static Judgement outOfRange(LogFacts log) {
		return new LogJudge(log).outOfRange();
	}

	static Judgement timestamps(LogFacts log) {
		return new LogJudge(log).timestamps();
	}

	/**
	 * Why there is nothing to judge by: both ends of the log have not told a record.
	 */
	static Judgement withoutRecords(LogFacts log) {
		if (log.isEmpty()) {
			return Judgement.skipped("the log is empty");
		}
		return Judgement.skipped(Reading.isOutOfRange(log.reads().first()) || Reading.isOutOfRange(log.reads().last())
				? "records are out of range" : "no record could be read");
	}

	private Judgement reads() {
		if (first != null && last != null) {
			return Judgement.sound("the records at %d and %d were read".formatted(first.offset(), last.offset()));
		}
		if (!isBounded() || log.isEmpty()) {
			return log.isEmpty() ? withoutRecords(log) : Judgement.skipped("the bounds of the log are not known");
		}
		Answer<Reading> unread = (first == null) ? log.reads().first() : log.reads().last();
		if (unread instanceof Answer.Given<?>) {
			return Reading.isOutOfRange(unread) ? withoutRecords(log) : Judgement
				.skipped("the log holds no records, only markers of transactions, or compaction left none");
		}
		return Judgement.withoutAnswer("reading at " + ((first == null) ? "the log start" : "the last record"), unread);
	}

	private boolean isBounded() {
		return log.before().startOffset() >= 0 && log.before().endOffset() >= 0;
	}

	private Judgement logStart() {
		Answer<ListedOffset> unknown = Stream.of(log.before(), log.between(), log.after())
			.map(Bounds::start)
			.filter((each) -> each.value() == null)
			.findFirst()
			.orElse(null);
		if (unknown != null) {
			return Judgement.withoutAnswer("ListOffsets, earliest,", unknown);
		}
		long start = log.between().startOffset();
		if (isStartStable() && Reading.isOutOfRange(log.reads().first()) && last != null) {
			return Judgement.failed(OUT_OF_RANGE,
					"the log is said to start at %d, but Fetch calls that out of range".formatted(start));
		}
		RecordIdentity below = Reading.record(log.reads().belowStart());
		if (below != null && below.offset() < start && log.after().startOffset() >= start) {
			return Judgement.failed("over-reports",
					"the log is said to start at %d, but Fetch has a record at %d".formatted(start, below.offset()));
		}
		return Judgement.sound("the log starts at " + start);
	}

	private boolean isStartStable() {
		return log.before().startOffset() == log.after().startOffset();
	}

	private Judgement logEnd() {
		Answer<ListedOffset> unknown = Stream.of(log.before(), log.between(), log.after())
			.map(Bounds::end)
			.filter((each) -> each.value() == null)
			.findFirst()
			.orElse(null);
		if (unknown != null) {
			return Judgement.withoutAnswer("ListOffsets, latest,", unknown);
		}
		long end = log.between().endOffset();
		RecordIdentity above = Reading.record(log.reads().atEnd());
		if (above != null && log.after().endOffset() <= above.offset()) {
			return Judgement.failed("under-reports", "the log is said to end at %d, but Fetch has a record at %d"
				.formatted(log.after().endOffset(), above.offset()));
		}
		if (Reading.isOutOfRange(log.reads().atEnd()) && log.after().endOffset() >= end
				&& log.after().startOffset() <= end && first != null) {
			return Judgement.failed("over-reports",
					"the log is said to end at %d, but Fetch calls that out of range".formatted(end));
		}
		if (log.between().startOffset() > end) {
			return Judgement.failed("below-start",
					"the log is said to end at %d and to start at %d".formatted(end, log.between().startOffset()));
		}
		return Judgement.sound("the log ends at " + end);
	}

	private Judgement outOfRange() {
		if (!isBounded()) {
			return Judgement.skipped("the bounds of the log are not known");
		}
		if (isCalledOutOfRange(log.before().startOffset(), log.reads().first())
				&& (last == null || isCalledOutOfRange(log.before().endOffset(), log.reads().last()))) {
			return Judgement.failed("spurious",
					"Fetch calls %d out of range, but the log is said to start at %d and to end at %d"
						.formatted(log.before().startOffset(), log.after().startOffset(), log.after().endOffset()));
		}
		if (first == null && !log.isEmpty()) {
			return withoutRecords(log);
		}
		Answer<Reading> above = log.reads().aboveEnd();
		if (above.value() instanceof Reading.Nothing || above instanceof Answer.Silent<?>) {
			if (Reading.record(log.reads().lastAgain()) == null) {
				return Judgement.skipped("Fetch stopped answering");
			}
			return Judgement.failed("missing",
					"Fetch far above the log end gets no error: a consumer there waits for ever");
		}
		if (above.value() == null) {
			return Judgement.withoutAnswer("reading above the log end", above);
		}
		return Judgement.sound("offsets outside of the log are out of range");
	}

	private boolean isCalledOutOfRange(long offset, Answer<Reading> reading) {
		return Reading.isOutOfRange(reading) && log.after().startOffset() >= 0
				&& log.after().startOffset() <= log.before().startOffset() && log.after().endOffset() >= offset;
	}

	private Judgement timestamps() {
		if (first == null || last == null) {
			return withoutRecords(log);
		}
		if (first.timestamp() < 0 || last.timestamp() < 0) {
			return Judgement.skipped("records carry no timestamps");
		}
		Judgement ofFirst = timestamp(first, log.times().first(), log.reads().isFirstStillThere());
		Judgement ofLast = timestamp(last, log.times().last(), log.reads().isLastStillThere());
		if (!ofFirst.kind().isEmpty() || !ofLast.kind().isEmpty()) {
			return ofFirst.kind().isEmpty() ? ofLast : ofFirst;
		}
		ListedOffset found = log.times().first().value();
		if (found != null && found.offset() < first.offset() && found.offset() >= 0) {
			return Judgement.warning("approximate", "the first record, at %d, is found at %d by its timestamp"
				.formatted(first.offset(), found.offset()));
		}
		return ofFirst;
	}

	private static Judgement timestamp(RecordIdentity record, Answer<ListedOffset> answer, boolean isStillThere) {
		ListedOffset found = answer.value();
		if (found == null) {
			return Judgement.withoutAnswer("ListOffsets by timestamp", answer);
		}
		if (!isStillThere) {
			return Judgement.skipped("the record at %d is gone by now".formatted(record.offset()));
		}
		if (found.offset() < 0) {
			return Judgement.failed("none", "no record is found with the timestamp of the record at %d or a later one"
				.formatted(record.offset()));
		}
		if (found.offset() > record.offset()) {
			return Judgement.failed("skips",
					"the timestamp of the record at %d finds %d".formatted(record.offset(), found.offset()));
		}
		if (found.timestamp() >= 0 && found.timestamp() < record.timestamp()) {
			return Judgement.failed("too-early", "the timestamp %d of the record at %d finds %d, of timestamp %d"
				.formatted(record.timestamp(), record.offset(), found.offset(), found.timestamp()));
		}
		return Judgement.sound("the records at both ends are found by their timestamps");
	}

}
