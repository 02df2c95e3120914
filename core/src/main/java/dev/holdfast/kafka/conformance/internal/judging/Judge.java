/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.conformance.internal.judging;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

import dev.holdfast.kafka.conformance.internal.evidence.BrokerFacts;
import dev.holdfast.kafka.conformance.internal.evidence.CommitFacts;
import dev.holdfast.kafka.conformance.internal.evidence.LogFacts;
import dev.holdfast.kafka.conformance.internal.evidence.RightFacts;
import dev.holdfast.kafka.conformance.internal.evidence.RoundFacts;
import dev.holdfast.kafka.conformance.report.Check;
import dev.holdfast.kafka.conformance.report.Finding;
import dev.holdfast.kafka.versioncap.rules.GroupProtocol;

/**
 * Decides from the answers of all rounds what each check has found.
 */
public final class Judge {

	private final GroupProtocol protocol;

	private final boolean writing;

	/**
	 * Creates a judge.
	 * @param protocol the group protocol of the consumers in question
	 * @param writing whether the check may write commits
	 */
	public Judge(GroupProtocol protocol, boolean writing) {
		this.protocol = protocol;
		this.writing = writing;
	}

	/**
	 * Decides.
	 * @param rounds the answers, round by round
	 * @return one finding for each check, in their order
	 */
	public List<Finding> judge(List<RoundFacts> rounds) {
		Map<Check, Finding> findings = new LinkedHashMap<>();
		for (Check check : Check.values()) {
			List<Map<String, Judgement>> judgements = new ArrayList<>();
			rounds.forEach((round) -> judgements.add(judge(check, round)));
			Check failed = check.needs()
				.stream()
				.sorted()
				.filter((each) -> Findings.hides(findings.get(each)))
				.findFirst()
				.orElse(null);
			findings.put(check, (failed != null) ? Findings.skipped(check, failed)
					: Findings.of(check, Agreement.of(judgements, nothing(check))));
		}
		leftGroup(rounds).ifPresent((group) -> findings.computeIfPresent(Check.COMMIT_METADATA,
				(check, finding) -> Findings.naming(group, finding)));
		return List.copyOf(findings.values());
	}

	/**
	 * The check's own group if it may be left. Each round deletes it, so the last one
	 * knows.
	 */
	private static Optional<String> leftGroup(List<RoundFacts> rounds) {
		return rounds.stream()
			.flatMap((round) -> round.commits().stream())
			.reduce((one, next) -> next)
			.flatMap(CommitFacts::leftGroup);
	}

	private String nothing(Check check) {
		if (check.isWriting() && !writing) {
			return "it would write: not asked for";
		}
		return (check == Check.RIGHTS) ? "no topic and no group was named" : "there is no partition to look at";
	}

	private Map<String, Judgement> judge(Check check, RoundFacts round) {
		return switch (check) {
			case API_VERSIONS -> brokers(round, BrokerJudge::apiVersions);
			case OFFERED_VERSIONS -> brokers(round, (broker) -> BrokerJudge.offeredVersions(broker, protocol));
			case CLUSTER_ID -> Map.of("the cluster", BrokerJudge.clusterId(round.brokers()));
			case TOPIC_IDS -> BrokerJudge.topicIds(round.brokers());
			case RIGHTS -> each(round.rights(), RightFacts::resource, ClientJudge::rights);
			case READS -> logs(round, LogJudge::reads);
			case LOG_START -> logs(round, LogJudge::logStart);
			case LOG_END -> logs(round, LogJudge::logEnd);
			case TIMESTAMPS -> logs(round, LogJudge::timestamps);
			case OUT_OF_RANGE -> logs(round, LogJudge::outOfRange);
			case RECORD_EPOCHS -> logs(round, EpochJudge::recordEpochs);
			case LAST_EPOCH_END -> logs(round, EpochJudge::lastEpochEnd);
			case EARLIER_EPOCH_END -> logs(round, EpochJudge::earlierEpochEnd);
			case FUTURE_EPOCH_END -> logs(round, EpochJudge::futureEpochEnd);
			case COMMIT_METADATA -> commits(round, ClientJudge::commitMetadata);
			case COMMIT_EPOCH -> commits(round, ClientJudge::commitEpoch);
		};
	}

	private static Map<String, Judgement> brokers(RoundFacts round, Function<BrokerFacts, Judgement> judge) {
		return each(round.brokers(), (broker) -> "broker " + broker.id(), judge);
	}

	private static Map<String, Judgement> logs(RoundFacts round, Function<LogFacts, Judgement> judge) {
		return each(round.logs(), (log) -> log.partition().toString(), judge);
	}

	private static Map<String, Judgement> commits(RoundFacts round, Function<CommitFacts, Judgement> judge) {
		return each(round.commits(), (commit) -> "the check's own group", judge);
	}

	private static <T> Map<String, Judgement> each(List<T> facts, Function<T, String> subject,
			Function<T, Judgement> judge) {
		Map<String, Judgement> judgements = new LinkedHashMap<>();
		facts.forEach((each) -> judgements.put(subject.apply(each), judge.apply(each)));
		return judgements;
	}

}
