/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import dev.holdfast.kafka.offsetguard.policy.Action;
import dev.holdfast.kafka.offsetguard.policy.Cause;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the simulation has found, as short as it could be made.
 */
@Timeout(60)
class FoundBySimulationTests {

	/**
	 * The inspector asked for the old topic's epoch. From then on it waited for a leader
	 * of that epoch, and its evidence was never complete.
	 */
	@ParameterizedTest
	@EnumSource
	void topicThatBeginsWithALowerEpochIsReadFromItsStart(ClientSettings.Protocol protocol) {
		check(new Script(protocol, "earliest", false, true, 1, Map.of(), 1,
				List.of(new Step.Move(0), new Step.Append(0, 1, false), new Step.Poll(100), new Step.Recreate(20))));
	}

	/**
	 * The guard sought the client with the old topic's epoch, and the client waited for a
	 * leader of that epoch for ever.
	 */
	@Test
	void claimAboutAPositionBehindAMarkerDoesNotMakeTheClientWaitForAnEpoch() {
		check(new Script(ClientSettings.Protocol.EAGER, "earliest", false, true, 1, Map.of(), 1,
				List.of(new Step.Move(0), new Step.Append(0, 33, true), new Step.Poll(100),
						new Step.CommitProcessed(true), new Step.Rebalance(7, false), new Step.Poll(500),
						new Step.Poll(1000), new Step.Recreate(15))));
	}

	/**
	 * The decision came between two polls of the client, and the client delivered from a
	 * provisional position before the guard threw.
	 */
	@Test
	void nothingIsDeliveredAfterTheDecisionToFail() {
		check(new Script(ClientSettings.Protocol.EAGER, "earliest", false, true, 1,
				Map.of(Cause.NO_COMMITTED_OFFSET, Action.FAIL), 1,
				List.of(new Step.Append(0, 7, false), new Step.Delay(500), new Step.Poll(100), new Step.Poll(500))));
	}

	@Test
	void wakeupEndsOneCallOnly() {
		check(new Script(ClientSettings.Protocol.CONSUMER, "latest", false, false, 1, Map.of(), 1,
				List.of(new Step.Wakeup(10), new Step.Position(0))));
	}

	/**
	 * The client tried a position again and again in vain. The application sought another
	 * one, and the guard put the client back to the old one.
	 */
	@Test
	void seekEndsThatAPositionIsTriedInVain() {
		check(new Script(ClientSettings.Protocol.CONSUMER, "latest", false, true, 1, Map.of(), 1,
				List.of(new Step.LieAboutRange(), new Step.Poll(3000), new Step.Append(0, 3, false),
						new Step.Seek(0, 952, 0), new Step.Delay(1000), new Step.Poll(3000))));
	}

	/**
	 * The guard did not let the client fetch again after a seek, if brokers had left a
	 * question about the partition open before.
	 */
	@Test
	void seekEndsAPauseForAnOpenQuestion() {
		check(new Script(ClientSettings.Protocol.CONSUMER, "earliest", false, true, 1, Map.of(), 1,
				List.of(new Step.Move(0), new Step.Append(0, 35, true), new Step.Poll(500),
						new Step.CommitProcessed(true), new Step.Reopen(false), new Step.Poll(3000),
						new Step.Recreate(51), new Step.Poll(100), new Step.Seek(0, 991, 0))));
	}

	/**
	 * A broker that lies did not say that it does not know the epoch. The guard sought
	 * the client with that epoch, and the client waited for it for ever.
	 */
	@Test
	void lieAboutAPositionBehindAMarkerDoesNotMakeTheClientWaitForAnEpoch() {
		check(new Script(ClientSettings.Protocol.CONSUMER, "earliest", false, true, 1, Map.of(), 1,
				List.of(new Step.Append(0, 43, false), new Step.Move(0), new Step.Poll(3000),
						new Step.Append(0, 35, true), new Step.Poll(500), new Step.CommitProcessed(true),
						new Step.Lie(0, 37), new Step.Reopen(false), new Step.Poll(3000), new Step.Recreate(51),
						new Step.Poll(100))));
	}

	/**
	 * A classic client got its partitions anew before it told that it had committed, and
	 * the guard took its own last commit for an older one.
	 */
	@Test
	void lastCommitOfTheConsumerItselfIsNotAnOlderOne() {
		check(new Script(ClientSettings.Protocol.EAGER, "earliest", false, true, 2, Map.of(), 1,
				List.of(new Step.Append(1, 44, true), new Step.Append(2, 11, false), new Step.Poll(100),
						new Step.Poll(0), new Step.Poll(100), new Step.CommitProcessed(true), new Step.CommitCurrent(),
						new Step.Rebalance(7, false), new Step.CommitProcessed(false))));
	}

	/**
	 * The decision to fail came inside a poll of the client, and the client delivered
	 * from a provisional position.
	 */
	@Test
	void partitionsOfAFailedConsumerDeliverNothingFromProvisionalPositions() {
		check(new Script(ClientSettings.Protocol.CONSUMER, "earliest", false, true, 2,
				Map.of(Cause.NO_COMMITTED_OFFSET, Action.FAIL), 1, List.of(new Step.Rebalance(6, false),
						new Step.Silence(-2), new Step.Append(1, 32, false), new Step.Poll(1000))));
	}

	/**
	 * The guard had seen another record where the last one delivered was. A look for an
	 * operator's order ended before it came there, and the guard took the truncation for
	 * a false one.
	 */
	@Test
	void anotherRecordOnceSeenIsNotForgotten() {
		check(new Script(ClientSettings.Protocol.CONSUMER, "earliest", false, true, 1, Map.of(), 1,
				List.of(new Step.Append(0, 12, true), new Step.Append(0, 13, true), new Step.Lie(-1, 13),
						new Step.Poll(100), new Step.Truncate(0, 8, 26), new Step.Poll(1000), new Step.Delay(500),
						new Step.Order(0, 3), new Step.Poll(10))));
	}

	/**
	 * The time for an answer was over when the wakeup came. The guard did not ask the
	 * client, which kept its wakeup for the next poll.
	 */
	@Test
	void wakeupAtTheEndOfTheTimeEndsOneCallOnly() {
		check(new Script(ClientSettings.Protocol.EAGER, "latest", false, true, 2, Map.of(), 1,
				List.of(new Step.ForeignCommit(0, 321, -1), new Step.Poll(100), new Step.Append(1, 34, false),
						new Step.Poll(10), new Step.Delay(1000), new Step.Recreate(14), new Step.CommitProcessed(true),
						new Step.Rebalance(7, false), new Step.Poll(1000), new Step.Poll(1000), new Step.Poll(10),
						new Step.Wakeup(100), new Step.Position(2))));
	}

	/**
	 * The client told of an earlier commit of its own while the application waited for a
	 * later one, and the guard took the earlier one for the later.
	 */
	@Test
	void commitThatIsReportedLateIsNotTheLast() {
		check(new Script(ClientSettings.Protocol.COOPERATIVE, "earliest", true, true, 1, Map.of(), 1,
				List.of(new Step.Append(2, 31, false), new Step.Append(1, 27, false), new Step.Poll(3000),
						new Step.Wait(40000), new Step.Poll(10), new Step.CommitProcessed(true),
						new Step.SeekToEnd(2, false), new Step.Reopen(false))));
	}

	/**
	 * The model was wrong: a broker takes the requests of one connection in their order,
	 * so a consumer finds its own commits after a rebalance.
	 */
	@Test
	void consumerFindsItsOwnCommitAfterARebalance() {
		check(new Script(ClientSettings.Protocol.EAGER, "earliest", false, true, 1, Map.of(), 1,
				List.of(new Step.Append(0, 40, false), new Step.Poll(1000), new Step.Delay(3000), new Step.Move(0),
						new Step.Poll(3000), new Step.CommitProcessed(false), new Step.Rebalance(1, false))));
	}

	/**
	 * The guard had asked about a position, the group took the partition away and gave it
	 * back, and then the guard put the client to the old position once more.
	 */
	@Test
	void openQuestionAboutAPositionEndsWithTheAssignment() {
		check(new Script(ClientSettings.Protocol.CONSUMER, "earliest", true, true, 3, Map.of(), 1,
				List.of(new Step.Append(0, 25, false), new Step.Append(1, 37, false), new Step.Append(2, 29, true),
						new Step.Move(2), new Step.Append(2, 13, false), new Step.ForeignCommit(0, 500, 0),
						new Step.Poll(100), new Step.Silence(-2), new Step.Recreate(35), new Step.Poll(1000),
						new Step.Poll(500), new Step.Rebalance(3, false), new Step.Poll(500))));
	}

	/**
	 * The same after a seek of the application.
	 */
	@ParameterizedTest
	@EnumSource
	void openQuestionAboutAPositionEndsWithASeek(ClientSettings.Protocol protocol) {
		check(new Script(protocol, "earliest", false, true, 2, Map.of(), 1,
				List.of(new Step.Append(0, 30, false), new Step.Append(1, 30, false), new Step.Poll(100),
						new Step.Poll(100), new Step.CommitProcessed(true), new Step.Silence(-2), new Step.Lie(-1, 5),
						new Step.Move(0), new Step.Move(1), new Step.Append(0, 30, false),
						new Step.Append(1, 30, false), new Step.Poll(1000), new Step.Seek(0, 500, -1),
						new Step.Poll(3000), new Step.Poll(3000), new Step.Append(0, 10, false), new Step.Poll(3000))));
	}

	/**
	 * The model was wrong: the classic client asks for commits anew after a rebalance,
	 * also if it has asked for those of the same partitions before.
	 */
	@Test
	void answerFromBeforeARebalanceIsNoCommit() {
		check(new Script(ClientSettings.Protocol.EAGER, "none", false, true, 1, Map.of(), 1,
				List.of(new Step.Delay(3000), new Step.ForeignCommit(0, 809, -1), new Step.Poll(10), new Step.Poll(500),
						new Step.Recreate(24), new Step.Rebalance(1, false))));
	}

	/**
	 * The guard had asked for the commit and the leader's epoch before the topic was
	 * created anew, and sought the client with the old topic's epoch when the client knew
	 * the new one.
	 */
	@Test
	void answersFromBeforeTheNewTopicDoNotMakeTheClientWaitForAnEpoch() {
		check(new Script(ClientSettings.Protocol.EAGER, "earliest", false, true, 2, Map.of(), 1,
				List.of(new Step.Append(1, 56, false), new Step.Move(2), new Step.Append(2, 20, false),
						new Step.ForeignCommit(2, 791, 0), new Step.Delay(100), new Step.Poll(10), new Step.Poll(500),
						new Step.Recreate(39), new Step.Poll(100))));
	}

	/**
	 * The comparison was wrong: a client that commits where it is believes its own epoch
	 * once more, and waits for that, with the guard or without.
	 */
	@Test
	void clientThatCommitsWhereItIsMayWaitForItsOwnEpoch() {
		check(new Script(ClientSettings.Protocol.CONSUMER, "earliest", false, true, 2, Map.of(), 1,
				List.of(new Step.Append(0, 11, true), new Step.Move(0), new Step.Poll(500), new Step.Poll(100),
						new Step.Append(0, 13, false), new Step.Recreate(59), new Step.Poll(10), new Step.Delay(1000),
						new Step.CommitProcessed(false), new Step.Poll(100), new Step.CommitProcessed(true),
						new Step.CommitCurrent())));
	}

	/**
	 * The client had found a partition's position to be valid while the guard looked into
	 * the claim about another one, and had read on. The guard decided about the position
	 * that the client had left.
	 */
	@Test
	void clientThatHasReadOnIsNotPutBack() {
		check(new Script(ClientSettings.Protocol.CONSUMER, "earliest", false, true, 3, Map.of(), 100,
				List.of(new Step.Append(0, 29, true), new Step.Append(2, 44, true), new Step.Append(2, 8, false),
						new Step.Poll(1000), new Step.Poll(3000), new Step.Poll(1000), new Step.CommitProcessed(true),
						new Step.Move(1), new Step.Lie(-1, 46), new Step.Reopen(false), new Step.Poll(0),
						new Step.Truncate(0, 6, 14), new Step.Poll(1000))));
	}

	/**
	 * The guard ended a short poll as soon as the client had got its first partitions. By
	 * the next poll a log ended elsewhere, and records were skipped that plain Kafka
	 * delivers.
	 */
	@Test
	void pollThatGetsPartitionsGoesOnToTheirStarts() {
		check(new Script(ClientSettings.Protocol.CONSUMER, "latest", false, true, 1, Map.of(), 1,
				List.of(new Step.Poll(10), new Step.Append(0, 16, false))));
	}

	/**
	 * The client waited for a committed epoch, and the guard held its partition without a
	 * position, although the client commits by itself: it committed where the log ends,
	 * and no decision said so.
	 */
	@Test
	void partitionWithoutPositionIsNotHeldWhereTheClientCommits() {
		check(new Script(ClientSettings.Protocol.CONSUMER, "latest", true, true, 1, Map.of(), 1,
				List.of(new Step.Append(0, 38, false), new Step.ForeignCommit(0, 759, 2), new Step.Poll(100),
						new Step.LoseCommit(0), new Step.Seek(0, 597, 0), new Step.Rebalance(0, false),
						new Step.Poll(0))));
	}

	/**
	 * The client had come to another cluster, and the guard had not looked yet. What the
	 * application had read on the old cluster it committed to the new one, which had
	 * other records there.
	 */
	@ParameterizedTest
	@EnumSource
	void progressOnOneClusterIsNotCommittedToAnother(ClientSettings.Protocol protocol) {
		List<Step> steps = List.of(new Step.Append(0, 52, false), new Step.Poll(3000), new Step.Poll(1000),
				new Step.Poll(500), new Step.OtherCluster(47, -1), new Step.Poll(1000));
		for (Step commit : List.of(new Step.CommitCurrent(), new Step.CommitProcessed(true),
				new Step.CommitProcessed(false))) {
			List<Step> all = new ArrayList<>(steps);
			all.add(commit);
			check(new Script(protocol, "earliest", false, false, 1, Map.of(), 1, all));
		}
	}

	/**
	 * The client still looked for the end of a log when it came to another cluster. The
	 * guard took the topic there for the same one, created anew.
	 */
	@Test
	void topicOfAnotherClusterIsNotTheSameCreatedAnew() {
		check(new Script(ClientSettings.Protocol.CONSUMER, "latest", true, false, 2, Map.of(), 1,
				List.of(new Step.Silence(1), new Step.Poll(1000), new Step.OtherCluster(59, 20))));
	}

	/**
	 * The application had sought. Then it committed before the guard had looked at the
	 * new cluster, and the bookmark named the new cluster together with the old one's
	 * topic.
	 */
	@Test
	void bookmarkDoesNotNameTheTopicOfAnotherCluster() {
		check(new Script(ClientSettings.Protocol.COOPERATIVE, "earliest", false, false, 1, Map.of(), 1,
				List.of(new Step.OtherCluster(57, -1), new Step.Poll(100), new Step.SeekToEnd(1, false),
						new Step.Poll(100), new Step.OtherCluster(33, -1), new Step.Poll(3000), new Step.Poll(3000),
						new Step.CommitCurrent(), new Step.Reopen(true))));
	}

	/**
	 * As long as the guard was in doubt about one partition, it took another one, from
	 * which the client had read on, for one that had just been sought.
	 */
	@Test
	void positionThatTheClientHasReadOnFromIsNotSoughtAnyMore() {
		check(new Script(ClientSettings.Protocol.CONSUMER, "earliest", false, false, 3, Map.of(), 1,
				List.of(new Step.Append(0, 11, false), new Step.Append(2, 26, false), new Step.Append(1, 37, false),
						new Step.Poll(10), new Step.Truncate(2, 1, 27), new Step.Silence(-2), new Step.Poll(100),
						new Step.Poll(3000), new Step.Poll(3000), new Step.Seek(0, 295, -1), new Step.Poll(3000),
						new Step.OtherCluster(9, -1), new Step.Poll(100), new Step.Poll(100),
						new Step.CommitProcessed(false))));
	}

	/**
	 * The guard only observed, and brokers left a question about a position open. When it
	 * was switched to enforce, the client had read on, and the guard decided about the
	 * position that the client had left.
	 */
	@Test
	void openQuestionAboutAPositionEndsWithASwitchOfTheMode() {
		check(new Script(ClientSettings.Protocol.CONSUMER, "earliest", false, true, 2, Map.of(), 1,
				List.of(new Step.Append(0, 20, false), new Step.SwitchMode(true), new Step.Delay(100),
						new Step.Poll(1000), new Step.Truncate(0, 20, 39), new Step.Poll(100), new Step.Silence(-2),
						new Step.Poll(1000), new Step.Recreate(28), new Step.SwitchMode(false))));
	}

	/**
	 * The client had gone past a marker since it was sought without an epoch. The guard
	 * took the claim about where it was now for an older one, and sought the client back
	 * to before the marker, where nothing is validated: a truncation went unnoticed.
	 */
	@Test
	void claimAboutAPositionBehindAMarkerIsNoEarlierOne() {
		check(new Script(ClientSettings.Protocol.EAGER, "earliest", false, true, 1, Map.of(), 1,
				settled(new Step.Append(0, 48, true), new Step.CommitProcessed(false), new Step.Rebalance(1, false),
						new Step.Truncate(0, 25, 32)),
				new Script.Options(true)));
	}

	/**
	 * The guard only observed, and sought the client to where it had to go with the epoch
	 * of a topic that was created anew since: the client waited for that epoch for ever.
	 */
	@Test
	void clientThatIsObservedDoesNotWaitForAnEpochOfTheOldTopic() {
		check(new Script(ClientSettings.Protocol.EAGER, "earliest", false, true, 1, Map.of(), 1,
				settled(new Step.Move(0), new Step.Append(0, 29, false), new Step.Lie(-1, 0), new Step.Recreate(28),
						new Step.Rebalance(1, false)),
				new Script.Options(true)));
	}

	/**
	 * The application asked for a position, and the guard decided where the partition is
	 * with the last of the time. It did not look again, and said that it did not know.
	 */
	@ParameterizedTest
	@EnumSource
	void decisionThatTakesTheLastOfTheTimeIsTheAnswer(ClientSettings.Protocol protocol) {
		check(new Script(protocol, "earliest", false, true, 1, Map.of(), 1, List.of(new Step.ForeignCommit(0, 578, 1),
				new Step.Poll(100), new Step.Delay(100), new Step.Position(0, 100))));
	}

	private static List<Step> settled(Step... steps) {
		List<Step> settled = new ArrayList<>();
		for (Step each : steps) {
			settled.add(each);
			settled.add(new Step.Settle());
		}
		return settled;
	}

	private static void check(Script script) {
		assertThat(Simulation.check(script)).isNull();
	}

}
