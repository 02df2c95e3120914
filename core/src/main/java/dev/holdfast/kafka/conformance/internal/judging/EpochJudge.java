/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.conformance.internal.judging;

import dev.holdfast.kafka.conformance.internal.evidence.Answer;
import dev.holdfast.kafka.conformance.internal.evidence.LogFacts;
import dev.holdfast.kafka.conformance.internal.evidence.Reading;
import dev.holdfast.kafka.offsetguard.evidence.RecordIdentity;
import dev.holdfast.kafka.offsetguard.evidence.TruncationClaim;
import org.jspecify.annotations.Nullable;

/**
 * Judges leader epochs, and answers to OffsetForLeaderEpoch (KIP-320). An answer says: at
 * or after the end offset the log has no record of the asked epoch, or of one below. One
 * record of the log can refute that.
 */
final class EpochJudge {

	private static final String UNDEFINED = "undefined";

	private static final String UNDER_REPORTS = "under-reports";

	private static final String OVER_REPORTS = "over-reports";

	private static final String ONE_EPOCH = "the log holds records of one leader epoch only";

	private final LogFacts log;

	private final @Nullable RecordIdentity first;

	private final @Nullable RecordIdentity last;

	private EpochJudge(LogFacts log) {
		this.log = log;
		this.first = Reading.record(log.reads().first());
		this.last = Reading.record(log.reads().last());
	}

	static Judgement recordEpochs(LogFacts log) {
		return new EpochJudge(log).recordEpochs();
	}

	static Judgement lastEpochEnd(LogFacts log) {
		return new EpochJudge(log).lastEpochEnd();
	}

	static Judgement earlierEpochEnd(LogFacts log) {
		return new EpochJudge(log).earlierEpochEnd();
	}

	static Judgement futureEpochEnd(LogFacts log) {
		return new EpochJudge(log).futureEpochEnd();
	}

	private Judgement recordEpochs() {
		if (first == null || last == null) {
			return LogJudge.withoutRecords(log);
		}
		if (first.leaderEpoch() < 0 || last.leaderEpoch() < 0) {
			return Judgement.warning("absent", "the record at %d carries no leader epoch"
				.formatted((last.leaderEpoch() < 0) ? last.offset() : first.offset()));
		}
		if (last.leaderEpoch() < first.leaderEpoch()) {
			return Judgement.failed("decreasing", "the record at %d has epoch %d, that at %d has epoch %d"
				.formatted(first.offset(), first.leaderEpoch(), last.offset(), last.leaderEpoch()));
		}
		int leader = log.after().leaderEpoch();
		if (leader >= 0 && last.leaderEpoch() > leader) {
			return Judgement.failed("above-leader", "the record at %d has epoch %d, the leader has epoch %d"
				.formatted(last.offset(), last.leaderEpoch(), leader));
		}
		if (isConstant()) {
			return Judgement.failed("constant", "the record at %d was appended with epoch %d under a leader of epoch %d"
				.formatted(last.offset(), last.leaderEpoch(), log.before().leaderEpoch()));
		}
		return Judgement.sound((first.leaderEpoch() == last.leaderEpoch()) ? "epoch " + first.leaderEpoch()
				: "epochs %d to %d".formatted(first.leaderEpoch(), last.leaderEpoch()));
	}

	/**
	 * Whether the first record after the log end of before, which the leader of that time
	 * appended, has an older epoch than that leader.
	 */
	private boolean isConstant() {
		RecordIdentity appended = Reading.record(log.reads().atEnd());
		int leader = log.before().leaderEpoch();
		return appended != null && appended.leaderEpoch() >= 0 && appended.leaderEpoch() < leader
				&& leader == log.after().leaderEpoch() && appended.offset() >= log.between().endOffset();
	}

	private Judgement lastEpochEnd() {
		if (last == null || last.leaderEpoch() < 0) {
			return (last == null) ? LogJudge.withoutRecords(log) : withoutEpochs();
		}
		String question = "the end of epoch %d".formatted(last.leaderEpoch());
		TruncationClaim answer = log.epochs().last().value();
		if (answer == null) {
			return withoutAnswer(question, log.epochs().last());
		}
		if (!log.reads().isLastStillThere()) {
			return Judgement.skipped("the record at %d is gone by now".formatted(last.offset()));
		}
		if (!answer.isDefined()) {
			return Judgement.failed(UNDEFINED, "%s is said to be undefined, but the record at %d has that epoch"
				.formatted(question, last.offset()));
		}
		if (answer.divergentOffset() <= last.offset()) {
			return Judgement.failed(UNDER_REPORTS, "%s is said to be %d, but the record at %d has that epoch"
				.formatted(question, answer.divergentOffset(), last.offset()));
		}
		if (log.after().endOffset() >= 0 && answer.divergentOffset() > log.after().endOffset()
				&& log.before().leaderEpoch() == log.after().leaderEpoch()) {
			return Judgement.failed(OVER_REPORTS, "%s is said to be %d, but the log ends at %d".formatted(question,
					answer.divergentOffset(), log.after().endOffset()));
		}
		return Judgement.sound(
				"%s is %d, and the record at %d has it".formatted(question, answer.divergentOffset(), last.offset()));
	}

	private Judgement earlierEpochEnd() {
		if (first == null || last == null) {
			return LogJudge.withoutRecords(log);
		}
		if (first.leaderEpoch() < 0 || last.leaderEpoch() <= first.leaderEpoch()) {
			return (first.leaderEpoch() < 0) ? withoutEpochs() : Judgement.skipped(ONE_EPOCH);
		}
		String question = "the end of epoch %d".formatted(first.leaderEpoch());
		TruncationClaim answer = log.epochs().earlier().value();
		if (answer == null) {
			return withoutAnswer(question, log.epochs().earlier());
		}
		if (log.after().startOffset() > first.offset()) {
			return Judgement.skipped("the record at %d is gone by now".formatted(first.offset()));
		}
		if (!answer.isDefined()) {
			return Judgement.failed(UNDEFINED, "%s is said to be undefined, but the record at %d has that epoch"
				.formatted(question, first.offset()));
		}
		return earlierEpochEnd(question, answer.divergentOffset(), first, last);
	}

	private Judgement earlierEpochEnd(String question, long end, RecordIdentity oldest, RecordIdentity newest) {
		RecordIdentity at = Reading.record(log.epochs().at());
		RecordIdentity below = Reading.record(log.epochs().below());
		if (end <= oldest.offset()) {
			return Judgement.failed(UNDER_REPORTS, "%s is said to be %d, but the record at %d has that epoch"
				.formatted(question, end, oldest.offset()));
		}
		if (at != null && at.leaderEpoch() >= 0 && at.leaderEpoch() <= oldest.leaderEpoch()) {
			return Judgement.failed(UNDER_REPORTS, "%s is said to be %d, but the record at %d has epoch %d"
				.formatted(question, end, at.offset(), at.leaderEpoch()));
		}
		if (end > newest.offset()) {
			return Judgement.failed(OVER_REPORTS, "%s is said to be %d, but the record at %d has epoch %d"
				.formatted(question, end, newest.offset(), newest.leaderEpoch()));
		}
		if (below != null && below.offset() < end && below.leaderEpoch() > oldest.leaderEpoch()) {
			return Judgement.failed(OVER_REPORTS, "%s is said to be %d, but the record at %d has epoch %d"
				.formatted(question, end, below.offset(), below.leaderEpoch()));
		}
		return Judgement.sound("%s is %d".formatted(question, end));
	}

	private Judgement futureEpochEnd() {
		if (last == null || last.leaderEpoch() < 0) {
			return (last == null) ? LogJudge.withoutRecords(log) : withoutEpochs();
		}
		TruncationClaim answer = log.epochs().future().value();
		if (answer == null) {
			// Clients ask this only in a moment: no answer may as well be no question.
			return Judgement.skipped("the client got no answer about a future epoch");
		}
		if (answer.isDefined() && answer.divergentOffset() <= last.offset() && log.reads().isLastStillThere()) {
			return Judgement.failed(UNDER_REPORTS,
					"a future epoch is said to end at %d, but the record at %d has an older one"
						.formatted(answer.divergentOffset(), last.offset()));
		}
		return Judgement.sound(answer.isDefined() ? "a future epoch is said to end at " + answer.divergentOffset()
				: "the end of a future epoch is undefined");
	}

	private static Judgement withoutEpochs() {
		return Judgement.skipped("records carry no leader epochs");
	}

	private static Judgement withoutAnswer(String question, Answer<TruncationClaim> answer) {
		if (answer instanceof Answer.NotOffered<?>) {
			return Judgement.warning(Judgement.NOT_OFFERED,
					"OffsetForLeaderEpoch is not offered, or records and metadata carry no leader epochs");
		}
		return Judgement.withoutAnswer(question, answer);
	}

}
