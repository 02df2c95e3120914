/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.conformance.internal.judging;

import dev.holdfast.kafka.conformance.internal.evidence.Answer;
import dev.holdfast.kafka.conformance.report.Verdict;

/**
 * What one round says about one broker, topic or partition.
 *
 * @param verdict the verdict of the round
 * @param kind which fault it is, empty if there is none; the next round has to find the
 * same one
 * @param detail what brokers answered, and what contradicts it
 */
record Judgement(Verdict verdict, String kind, String detail) {

	static final String NO_ANSWER = "no-answer";

	static final String ERROR = "error";

	static final String NOT_OFFERED = "not-offered";

	static Judgement sound(String detail) {
		return new Judgement(Verdict.SOUND, "", detail);
	}

	static Judgement skipped(String reason) {
		return new Judgement(Verdict.SKIPPED, "", reason);
	}

	static Judgement failed(String kind, String detail) {
		return new Judgement(Verdict.FAILED, kind, detail);
	}

	static Judgement warning(String kind, String detail) {
		return new Judgement(Verdict.WARNING, kind, detail);
	}

	/**
	 * Judges a question that was not answered.
	 * @param question what was asked, as the subject of a sentence
	 */
	static Judgement withoutAnswer(String question, Answer<?> answer) {
		if (answer instanceof Answer.Denied<?> denied) {
			return skipped("%s was refused: %s".formatted(question, denied.error()));
		}
		if (answer instanceof Answer.NotAsked<?> notAsked) {
			return skipped(notAsked.reason());
		}
		if (answer instanceof Answer.NotOffered<?>) {
			return failed(NOT_OFFERED, question + " is not offered");
		}
		if (answer instanceof Answer.Failed<?> failed) {
			return failed(ERROR, "%s was answered by an error: %s".formatted(question, failed.error()));
		}
		return failed(NO_ANSWER, question + " got no answer in time that the client could use");
	}

}
