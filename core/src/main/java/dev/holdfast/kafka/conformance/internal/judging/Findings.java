/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.conformance.internal.judging;

import java.util.List;
import java.util.Map;

import dev.holdfast.kafka.conformance.report.Advice;
import dev.holdfast.kafka.conformance.report.Check;
import dev.holdfast.kafka.conformance.report.Finding;
import dev.holdfast.kafka.conformance.report.Verdict;
import org.jspecify.annotations.Nullable;

/**
 * Puts what the rounds say into the words of a finding, with a hint and advice.
 */
final class Findings {

	private static final int MOST_EVIDENCE = 100;

	private Findings() {
	}

	/**
	 * Whether a check that needs this one can tell nothing.
	 */
	static boolean hides(@Nullable Finding needed) {
		return needed != null && needed.verdict() == Verdict.FAILED && !needed.kind().equals("decreasing")
				&& !needed.kind().equals("above-leader") && !needed.kind().equals("constant");
	}

	static Finding skipped(Check check, Check failed) {
		return new Finding(check, Verdict.SKIPPED, "", "needs " + failed.id(), "", List.of(), List.of());
	}

	/**
	 * The same finding, with the name of a group that the user may have to delete.
	 */
	static Finding naming(String group, Finding finding) {
		return new Finding(finding.check(), finding.verdict(), finding.kind(),
				finding.detail() + "; no coordinator confirms that the check's group is deleted: delete " + group,
				finding.hint(), finding.advice(), finding.evidence());
	}

	static Finding of(Check check, Agreement agreement) {
		Map.Entry<String, Judgement> worst = agreement.worst();
		Judgement judgement = worst.getValue();
		boolean faulty = judgement.verdict().isAtLeast(Verdict.UNDECIDED);
		return new Finding(check, judgement.verdict(), judgement.kind(), detail(agreement, worst, faulty),
				Hints.of(check, judgement), faulty ? advice(check, judgement) : List.of(),
				agreement.bySubject()
					.entrySet()
					.stream()
					.limit(MOST_EVIDENCE)
					.map((entry) -> "%s: %s: %s".formatted(entry.getKey(), entry.getValue().verdict(),
							entry.getValue().detail()))
					.toList());
	}

	private static String detail(Agreement agreement, Map.Entry<String, Judgement> worst, boolean faulty) {
		int subjects = agreement.bySubject().size();
		Judgement judgement = worst.getValue();
		if (!faulty || worst.getKey().startsWith("the ")) {
			return judgement.detail();
		}
		String which = worst.getKey() + ": " + judgement.detail();
		return (subjects == 1) ? which : "%s (%d of %d alike)".formatted(which, agreement.count(judgement), subjects);
	}

	private static List<Advice> advice(Check check, Judgement judgement) {
		return (judgement.verdict() == Verdict.UNDECIDED) ? List.of() : Hints.advice(check, judgement);
	}

}
