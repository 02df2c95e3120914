/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.conformance.internal.judging;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import dev.holdfast.kafka.conformance.report.Verdict;

/**
 * What the rounds say together: a fault counts only if each round has found the same one.
 *
 * @param bySubject the agreed judgement of each broker, topic or partition
 * @param nothing why there is no subject, if there is none
 */
record Agreement(Map<String, Judgement> bySubject, String nothing) {

	static Agreement of(List<Map<String, Judgement>> rounds, String nothing) {
		Map<String, List<Judgement>> bySubject = new LinkedHashMap<>();
		rounds.forEach((round) -> round.forEach(
				(subject, judgement) -> bySubject.computeIfAbsent(subject, (key) -> new ArrayList<>()).add(judgement)));
		Map<String, Judgement> agreed = new LinkedHashMap<>();
		bySubject.forEach((subject, judgements) -> agreed.put(subject, agree(judgements, rounds.size())));
		return new Agreement(agreed, nothing);
	}

	private static Judgement agree(List<Judgement> judgements, int rounds) {
		Judgement last = judgements.get(judgements.size() - 1);
		Judgement fault = judgements.stream().filter((each) -> !each.kind().isEmpty()).findFirst().orElse(null);
		if (fault == null) {
			return judgements.stream().filter((each) -> each.verdict() == Verdict.SOUND).findFirst().orElse(last);
		}
		boolean repeated = judgements.size() == rounds && judgements.stream()
			.allMatch((each) -> each.kind().equals(fault.kind()) && each.verdict() == fault.verdict());
		return repeated ? last : new Judgement(Verdict.UNDECIDED, "", "not in each round: " + fault.detail());
	}

	/**
	 * The subject and judgement that stand for all: the worst one.
	 */
	Map.Entry<String, Judgement> worst() {
		return bySubject.entrySet()
			.stream()
			.min(Map.Entry.comparingByValue((one, other) -> one.verdict().compareTo(other.verdict())))
			.orElseGet(() -> Map.entry("", Judgement.skipped(nothing)));
	}

	long count(Judgement judgement) {
		return bySubject.values()
			.stream()
			.filter((each) -> each.verdict() == judgement.verdict() && each.kind().equals(judgement.kind()))
			.count();
	}

}
