/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.conformance.internal.judging;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import dev.holdfast.kafka.conformance.internal.evidence.Answer;
import dev.holdfast.kafka.conformance.internal.evidence.BrokerFacts;
import dev.holdfast.kafka.conformance.internal.evidence.CommitFacts;
import dev.holdfast.kafka.conformance.internal.evidence.RightFacts;
import dev.holdfast.kafka.conformance.internal.evidence.RoundFacts;
import dev.holdfast.kafka.conformance.report.Advice;
import dev.holdfast.kafka.conformance.report.Check;
import dev.holdfast.kafka.conformance.report.Finding;
import dev.holdfast.kafka.conformance.report.Verdict;
import dev.holdfast.kafka.versioncap.rules.GroupProtocol;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.resource.ResourceType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static dev.holdfast.kafka.conformance.internal.judging.LogFactsBuilder.NEW;
import static dev.holdfast.kafka.conformance.internal.judging.LogFactsBuilder.end;
import static dev.holdfast.kafka.conformance.internal.judging.LogFactsBuilder.found;
import static dev.holdfast.kafka.conformance.internal.judging.LogFactsBuilder.undefined;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * From two rounds of answers to one finding a check.
 */
@Timeout(value = 30, unit = TimeUnit.SECONDS)
class JudgeTests {

	private static RoundFacts round(Consumer<LogFactsBuilder> lie) {
		LogFactsBuilder facts = new LogFactsBuilder();
		lie.accept(facts);
		return new RoundFacts(List.of(), List.of(), List.of(facts.build()), List.of());
	}

	private static Finding judge(Check check, List<RoundFacts> rounds) {
		return new Judge(GroupProtocol.CLASSIC, false).judge(rounds)
			.stream()
			.filter((finding) -> finding.check() == check)
			.findFirst()
			.orElseThrow();
	}

	private static RoundFacts honest() {
		return round((facts) -> {
		});
	}

	private static RoundFacts lying() {
		return round((facts) -> facts.lastEnd = end(0, 0));
	}

	@Test
	void faultOfBothRoundsCounts() {
		Finding finding = judge(Check.LAST_EPOCH_END, List.of(lying(), lying()));

		assertThat(finding.verdict()).isEqualTo(Verdict.FAILED);
		assertThat(finding.kind()).isEqualTo("under-reports");
		assertThat(finding.detail())
			.isEqualTo("topic-0: the end of epoch 2 is said to be 0, but the record at 39 has that epoch");
		assertThat(finding.hint()).isNotEmpty();
		assertThat(finding.advice()).extracting(Advice::property)
			.containsExactly("holdfast.kafka.version-cap.max-versions.OffsetForLeaderEpoch");
	}

	@Test
	void faultOfOneRoundDoesNot() {
		for (List<RoundFacts> rounds : List.of(List.of(honest(), lying()), List.of(lying(), honest()))) {
			Finding finding = judge(Check.LAST_EPOCH_END, rounds);

			assertThat(finding.verdict()).isEqualTo(Verdict.UNDECIDED);
			assertThat(finding.kind()).isEmpty();
			assertThat(finding.advice()).isEmpty();
		}
	}

	@Test
	void differentFaultsAreNotTheSame() {
		RoundFacts other = round((facts) -> facts.lastEnd = undefined());

		assertThat(judge(Check.LAST_EPOCH_END, List.of(lying(), other)).verdict()).isEqualTo(Verdict.UNDECIDED);
	}

	@Test
	void partitionOfOneRoundOnlyIsUndecided() {
		RoundFacts none = new RoundFacts(List.of(), List.of(), List.of(), List.of());

		assertThat(judge(Check.LAST_EPOCH_END, List.of(lying(), none)).verdict()).isEqualTo(Verdict.UNDECIDED);
		assertThat(judge(Check.LAST_EPOCH_END, List.of(honest(), none)).verdict()).isEqualTo(Verdict.SOUND);
	}

	@Test
	void soundInOneRoundIsEnough() {
		RoundFacts silent = round((facts) -> facts.futureEnd = new Answer.Silent<>());

		assertThat(judge(Check.FUTURE_EPOCH_END, List.of(honest(), silent)).verdict()).isEqualTo(Verdict.SOUND);
		assertThat(judge(Check.FUTURE_EPOCH_END, List.of(silent, silent)).verdict()).isEqualTo(Verdict.SKIPPED);
	}

	@Test
	void checksThatNeedAFailedOneAreSkipped() {
		RoundFacts silent = round((facts) -> facts.first = new Answer.Silent<>());

		assertThat(judge(Check.READS, List.of(silent, silent)).verdict()).isEqualTo(Verdict.FAILED);
		assertThat(judge(Check.LAST_EPOCH_END, List.of(silent, silent)).detail()).isEqualTo("needs reads");
		assertThat(judge(Check.LOG_END, List.of(silent, silent)).verdict()).isEqualTo(Verdict.SOUND);
	}

	@Test
	void epochsThatAreWrongAreAskedForNevertheless() {
		RoundFacts wrong = round((facts) -> {
			facts.first = found(LogFactsBuilder.START, NEW + 1);
			facts.lastEnd = end(0, 0);
		});

		assertThat(judge(Check.RECORD_EPOCHS, List.of(wrong, wrong)).kind()).isEqualTo("decreasing");
		assertThat(judge(Check.LAST_EPOCH_END, List.of(wrong, wrong)).kind()).isEqualTo("under-reports");
	}

	@Test
	void partitionsThatAreAlikeAreCounted() {
		LogFactsBuilder lie = new LogFactsBuilder();
		lie.lastEnd = end(0, 0);
		RoundFacts round = new RoundFacts(List.of(), List.of(),
				List.of(new LogFactsBuilder().build(1), lie.build(0), lie.build(2)), List.of());

		Finding finding = judge(Check.LAST_EPOCH_END, List.of(round, round));

		assertThat(finding.detail()).startsWith("topic-0: ").endsWith("(2 of 3 alike)");
		assertThat(finding.evidence()).hasSize(3).first().asString().startsWith("topic-1: sound: the end of epoch 2");
	}

	@Test
	void brokersRightsAndCommitsAreJudgedToo() {
		BrokerFacts broker = new BrokerFacts(7, new Answer.Given<>(false), new Answer.Silent<>(),
				new Answer.Given<>(Optional.empty()), Map.of());
		RightFacts right = new RightFacts(ResourceType.TOPIC, "topic", Set.of(AclOperation.READ),
				new Answer.Denied<>("no"));
		OffsetAndMetadata sent = new OffsetAndMetadata(7, Optional.of(3), "metadata");
		CommitFacts commit = new CommitFacts(sent, new Answer.Given<>(true), new Answer.Given<>(Optional.empty()),
				Optional.empty());
		RoundFacts round = new RoundFacts(List.of(broker), List.of(right), List.of(), List.of(commit));
		List<RoundFacts> rounds = List.of(round, round);

		assertThat(judge(Check.API_VERSIONS, rounds).detail()).startsWith("broker 7: version ");
		assertThat(judge(Check.OFFERED_VERSIONS, rounds).detail()).startsWith("broker 7: ApiVersions got no answer");
		assertThat(judge(Check.CLUSTER_ID, rounds).detail()).isEqualTo("the cluster has no id");
		assertThat(judge(Check.RIGHTS, rounds).detail()).isEqualTo("topic topic: Read on topic topic is missing");
		assertThat(judge(Check.COMMIT_METADATA, rounds).detail())
			.isEqualTo("the coordinator denies a commit that it has accepted");
		assertThat(judge(Check.COMMIT_EPOCH, rounds).kind()).isEqualTo("lost");
		assertThat(judge(Check.READS, rounds).detail()).isEqualTo("needs rights");
	}

	@Test
	void groupThatIsPerhapsLeftAfterTheLastRoundIsNamed() {
		RoundFacts deleted = committing(Optional.empty());
		RoundFacts left = committing(Optional.of("holdfast-conformance-7"));

		assertThat(judge(Check.COMMIT_METADATA, List.of(deleted, left)).verdict()).isEqualTo(Verdict.SOUND);
		assertThat(judge(Check.COMMIT_METADATA, List.of(deleted, left)).detail())
			.isEqualTo("8 characters came back; no coordinator confirms that the check's group is deleted: "
					+ "delete holdfast-conformance-7");
		assertThat(judge(Check.COMMIT_METADATA, List.of(left, deleted)).detail()).isEqualTo("8 characters came back");
	}

	private static RoundFacts committing(Optional<String> leftGroup) {
		OffsetAndMetadata sent = new OffsetAndMetadata(7, Optional.of(3), "metadata");
		CommitFacts commit = new CommitFacts(sent, new Answer.Given<>(true), new Answer.Given<>(Optional.of(sent)),
				leftGroup);
		return new RoundFacts(List.of(), List.of(), List.of(new LogFactsBuilder().build()), List.of(commit));
	}

	@Test
	void nothingIsFoundWithoutSubjects() {
		RoundFacts none = new RoundFacts(List.of(), List.of(), List.of(), List.of());

		assertThat(judge(Check.RIGHTS, List.of(none, none)).detail()).isEqualTo("no topic and no group was named");
		assertThat(judge(Check.READS, List.of(none, none)).detail()).isEqualTo("there is no partition to look at");
		assertThat(new Judge(GroupProtocol.CLASSIC, true).judge(List.of(none, none)))
			.filteredOn((finding) -> finding.check() == Check.COMMIT_EPOCH)
			.extracting(Finding::detail)
			.containsExactly("there is no partition to look at");
	}

	@Test
	void adviceFitsTheFault() {
		assertThat(advice(Check.API_VERSIONS, "resets"))
			.containsExactly("holdfast.kafka.version-cap.max-versions.ApiVersions=3");
		assertThat(advice(Check.LOG_START, "over-reports"))
			.containsExactly("holdfast.kafka.offset-guard.policy.below-log-start=hold");
		assertThat(advice(Check.LOG_END, "over-reports"))
			.containsExactly("holdfast.kafka.offset-guard.policy.above-log-end=hold");
		assertThat(advice(Check.OUT_OF_RANGE, "spurious"))
			.containsExactly("holdfast.kafka.offset-guard.policy.spurious-out-of-range=keep");
		assertThat(advice(Check.OUT_OF_RANGE, "missing")).isEmpty();
		assertThat(advice(Check.COMMIT_METADATA, "lost"))
			.containsExactly("holdfast.kafka.offset-guard.commit-bookmark=false");
		assertThat(advice(Check.COMMIT_EPOCH, "changed"))
			.containsExactly("holdfast.kafka.offset-guard.commit-leader-epoch=false");
		assertThat(advice(Check.RIGHTS, "missing")).isEmpty();
		assertThat(advice(Check.LAST_EPOCH_END, "no-answer"))
			.containsExactly("holdfast.kafka.version-cap.max-versions.OffsetForLeaderEpoch=-1");
		assertThat(Hints.advice(Check.LAST_EPOCH_END, Judgement.warning("not-offered", ""))).isEmpty();
	}

	/**
	 * A coordinator that is slow has not changed a commit.
	 */
	@ParameterizedTest
	@EnumSource(names = { "LAST_EPOCH_END", "EARLIER_EPOCH_END", "FUTURE_EPOCH_END" }, mode = EnumSource.Mode.EXCLUDE)
	void missingAnswerSwitchesNothingOff(Check check) {
		assertThat(advice(check, "no-answer")).isEmpty();
		assertThat(advice(check, "error")).isEmpty();
		assertThat(advice(check, "not-offered")).isEmpty();
	}

	@Test
	void topicThatNoBrokerKnowsIsNobodysFault() {
		Answer<Uuid> unknown = new Answer.Failed<>("UnknownTopicOrPartitionException: no such topic");
		BrokerFacts one = broker(1, unknown);

		assertThat(BrokerJudge.topicIds(List.of(one, broker(2, unknown))).get("odrers"))
			.isEqualTo(Judgement.skipped("no broker knows the topic odrers"));
		assertThat(
				BrokerJudge.topicIds(List.of(one, broker(2, new Answer.Given<>(Uuid.ONE_UUID)))).get("odrers").kind())
			.isEqualTo("error");
	}

	private static BrokerFacts broker(int id, Answer<Uuid> topicId) {
		return new BrokerFacts(id, new Answer.Given<>(true), new Answer.Silent<>(),
				new Answer.Given<>(Optional.of("cluster")), Map.of("odrers", topicId));
	}

	private static List<String> advice(Check check, String kind) {
		return Hints.advice(check, Judgement.failed(kind, ""))
			.stream()
			.map((advice) -> advice.property() + "=" + advice.value())
			.toList();
	}

	@Test
	void hintsFitTheFault() {
		assertThat(Hints.of(Check.TOPIC_IDS, Judgement.failed("differs", "")))
			.isNotEqualTo(Hints.of(Check.TOPIC_IDS, Judgement.failed("error", "")));
		assertThat(Hints.of(Check.OUT_OF_RANGE, Judgement.failed("missing", "")))
			.isEqualTo("Look at positions that do not move.");
		assertThat(Hints.of(Check.LAST_EPOCH_END, Judgement.failed("no-answer", ""))).contains("stand still");
		assertThat(Hints.of(Check.LAST_EPOCH_END, Judgement.failed("under-reports", ""))).contains("truncation");
		assertThat(Hints.of(Check.CLUSTER_ID, Judgement.warning("shared", ""))).contains("an id of its own");
		assertThat(Hints.of(Check.READS, Judgement.sound(""))).isEmpty();
	}

	@Test
	void commitsAreSkippedUnlessAskedFor() {
		assertThat(judge(Check.COMMIT_EPOCH, List.of(honest(), honest())).detail())
			.isEqualTo("it would write: not asked for");
	}

	@ParameterizedTest
	@EnumSource(Check.class)
	void eachFailureHasAHint(Check check) {
		Judgement failed = Judgement.failed("kind", "detail");

		assertThat(Hints.of(check, failed)).isNotEmpty().endsWith(".");
		assertThat(Findings.of(check, new Agreement(Map.of("subject", failed), "")).verdict())
			.isEqualTo(Verdict.FAILED);
	}

	@ParameterizedTest
	@EnumSource(Check.class)
	void checksNeedEarlierOnesOnly(Check check) {
		assertThat(check.needs()).allSatisfy((needed) -> assertThat(needed).isLessThan(check));
	}

}
