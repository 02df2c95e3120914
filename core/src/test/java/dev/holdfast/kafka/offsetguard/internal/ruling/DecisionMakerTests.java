/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.ruling;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

import dev.holdfast.kafka.offsetguard.decision.Decision;
import dev.holdfast.kafka.offsetguard.decision.Outcome;
import dev.holdfast.kafka.offsetguard.decision.Reason;
import dev.holdfast.kafka.offsetguard.decision.Resolution;
import dev.holdfast.kafka.offsetguard.evidence.Evidence;
import dev.holdfast.kafka.offsetguard.evidence.LogBounds;
import dev.holdfast.kafka.offsetguard.evidence.RecordIdentity;
import dev.holdfast.kafka.offsetguard.evidence.Remembered;
import dev.holdfast.kafka.offsetguard.evidence.TruncationClaim;
import dev.holdfast.kafka.offsetguard.evidence.Witness;
import dev.holdfast.kafka.offsetguard.internal.client.AutoOffsetReset;
import dev.holdfast.kafka.offsetguard.internal.client.ClientConfiguration;
import dev.holdfast.kafka.offsetguard.policy.Action;
import dev.holdfast.kafka.offsetguard.policy.Cause;
import dev.holdfast.kafka.offsetguard.policy.MoveLimits;
import dev.holdfast.kafka.offsetguard.policy.OffsetPolicy;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.holdfast.kafka.offsetguard.evidence.Evidence.Trigger;
import dev.holdfast.kafka.offsetguard.evidence.Evidence.Validation;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * When the configured action counts, when it does not, and why. The position is 200 where
 * there is one.
 */
class DecisionMakerTests {

	private static final TopicPartition PARTITION = new TopicPartition("orders", 3);

	private static final LogBounds LOG = new LogBounds(0, 300);

	private static final LogBounds SHORT_LOG = new LogBounds(0, 100);

	private static final MoveLimits NO_MOVE = new MoveLimits(0L, 0L);

	/** The application asks for the log start, whatever the policy says. */
	@ParameterizedTest(name = "{4}")
	@CsvSource(textBlock = """
			SOUGHT_OUT_OF_RANGE, 250-300, 250-300, EARLIEST, the application has sought below the log start
			OUT_OF_RANGE,        250-300, 250-300, FAIL,     retention has passed the consumer
			SOUGHT_OUT_OF_RANGE, 0-100,   0-100,   HOLD,     the application has sought above the log end
			SOUGHT_OUT_OF_RANGE, -,       250-300, HOLD,     nobody has read the first bounds
			""")
	void seekBelowTheLogStartLeadsToTheLogStart(Trigger trigger, String before, String after, Action action,
			String why) {
		DecisionMaker maker = maker(policy(Map.of(Cause.BELOW_LOG_START, Action.FAIL)), false);

		assertThat(maker.open(PARTITION, outOfRange(trigger, bounds(before), bounds(after)), false, null).choice())
			.as(why)
			.isEqualTo(ActionChooser.Choice.of(action));
	}

	@ParameterizedTest
	@CsvSource({ "true, VALID, KEEP", "false, VALID, FAIL", "true, UNANSWERED, FAIL", "true, CLAIMED, FAIL" })
	void releasesAHeldPartitionWhenTheLeaderNoLongerMakesTheClaim(boolean held, Validation validation, Action action) {
		DecisionMaker maker = maker(policy(Map.of(Cause.FALSE_TRUNCATION, Action.FAIL)), false);
		Evidence evidence = new Evidence(Trigger.TRUNCATION, 200, 0, new TruncationClaim(0, 0), validation,
				(validation == Validation.CLAIMED) ? new TruncationClaim(0, 0) : null, LOG, LOG, null, record(0, 0, 5),
				new Witness(record(199, 0, 5), record(199, 0, 5)), -1, -1, Remembered.NOTHING, null, 0);

		DecisionMaker.Opening opening = maker.open(PARTITION, evidence, held, null);

		assertThat(opening.cause()).isEqualTo(Cause.FALSE_TRUNCATION);
		assertThat(opening.action()).isEqualTo(action);
	}

	@ParameterizedTest
	@CsvSource({ "true, 6, FAIL", "true, 7, KEEP", "true, 8, KEEP", "false, 7, FAIL" })
	void releasesAHeldPartitionWhenItsLeaderReachesTheCommittedEpoch(boolean held, int leader, Action action) {
		DecisionMaker maker = maker(policy(Map.of(Cause.EPOCH_AHEAD, Action.FAIL)), false);

		DecisionMaker.Opening opening = maker.open(PARTITION, committedEpoch(7, leader), held, null);

		assertThat(opening.cause()).isEqualTo(Cause.EPOCH_AHEAD);
		assertThat(opening.action()).isEqualTo(action);
	}

	@ParameterizedTest
	@CsvSource({ "5, KEEP", "6, FAIL", ", FAIL" })
	void keepsThePositionInAnotherClusterOnlyIfAMirrorHoldsTheRecord(@Nullable Integer timestamp, Action action) {
		DecisionMaker maker = maker(policy(Map.of(Cause.CLUSTER_CHANGED, Action.FAIL)), false);
		Witness witness = (timestamp != null) ? new Witness(record(199, 0, 5), record(199, 9, timestamp)) : null;

		DecisionMaker.Opening opening = maker.open(PARTITION, otherCluster(witness), false, null);

		assertThat(opening.cause()).isEqualTo(Cause.CLUSTER_CHANGED);
		assertThat(opening.action()).isEqualTo(action);
	}

	/** Waiting does not bring back what is gone. */
	@Test
	void doesNotReleaseWhatIsHeldForAnotherCause() {
		Evidence evidence = outOfRange(Trigger.HELD_ABOVE_LOG_END, SHORT_LOG, SHORT_LOG);

		assertThat(maker(OffsetPolicy.defaults(), false).open(PARTITION, evidence, true, null).action())
			.isEqualTo(Action.HOLD);
	}

	@ParameterizedTest
	@CsvSource({ "LATEST, LATEST,", "FAIL, FAIL,", "KEEP, HOLD, NOT_ALLOWED", "LATEST_KNOWN, HOLD, NOT_ALLOWED" })
	void orderOfAnOperatorReplacesThePolicyWithinWhatTheCauseAllows(Action ordered, Action action,
			Reason.@Nullable Kind reason) {
		DecisionMaker.Opening opening = maker(OffsetPolicy.defaults(), false).open(PARTITION, aboveLogEnd(), true,
				order(ordered));

		assertThat(opening.choice()).isEqualTo(new ActionChooser.Choice(action, reason));
	}

	@Test
	void limitsBindThePolicyAndNotAnOperator() {
		DecisionMaker maker = maker(new OffsetPolicy(Map.of(Cause.ABOVE_LOG_END, Action.LATEST), NO_MOVE, List.of()),
				false);

		assertThat(maker.rule(maker.open(PARTITION, aboveLogEnd(), false, null), -1))
			.isEqualTo(Ruling.hold(Action.LATEST, Reason.limit(-110, NO_MOVE)));
		assertThat(maker.rule(maker.open(PARTITION, aboveLogEnd(), true, order(Action.LATEST)), -1))
			.isEqualTo(Ruling.readFrom(Action.LATEST, 90));
	}

	@Test
	void tellsThatTheApplicationsPolicyHasFailed() {
		DecisionMaker maker = new DecisionMaker(
				new ActionChooser(OffsetPolicy.defaults(), (partition, cause, configured, evidence) -> null),
				client(false));

		assertThat(maker.rule(maker.open(PARTITION, aboveLogEnd(), false, null), -1))
			.isEqualTo(Ruling.hold(Action.HOLD, Reason.Kind.NOT_ALLOWED));
	}

	/** A hold that the policy asks for has nothing in its way. */
	@Test
	void holdThatThePolicyNamesHasNoReason() {
		DecisionMaker maker = maker(OffsetPolicy.defaults(), false);

		assertThat(maker.rule(maker.open(PARTITION, aboveLogEnd(), false, null), -1))
			.isEqualTo(new Ruling(Action.HOLD, new Outcome.Held(), null));
	}

	@Test
	void holdInPlaceOfAFirstPositionTellsThatItHasNoTarget() {
		DecisionMaker maker = maker(policy(Map.of(Cause.COMMITTED_OFFSET_LOST, Action.EARLIEST)), false);
		DecisionMaker.Opening opening = maker.open(PARTITION, lostCommit(100), false, null);

		assertThat(maker.ruleFirst(opening, new Outcome.Held(), -1))
			.isEqualTo(Ruling.hold(Action.EARLIEST, Reason.Kind.NO_TARGET));
	}

	/** Where the client looks the target up, nobody knows how far it is. */
	@ParameterizedTest(name = "{2}")
	@CsvSource(textBlock = """
			100, true,  the last commit is known and limits bind the move
			-1,  false, nobody knows where the consumer was
			""")
	void firstPositionThatTheClientLooksUpIsWithinNoLimit(long committed, boolean held, String why) {
		Outcome outcome = new Outcome.LookedUp(Action.EARLIEST);
		DecisionMaker maker = maker(
				new OffsetPolicy(Map.of(Cause.COMMITTED_OFFSET_LOST, Action.EARLIEST), NO_MOVE, List.of()), false);
		DecisionMaker.Opening opening = maker.open(PARTITION, lostCommit(committed), false, null);

		assertThat(maker.ruleFirst(opening, outcome, -1)).as(why)
			.isEqualTo(held ? Ruling.hold(Action.EARLIEST, Reason.limit(0, NO_MOVE))
					: new Ruling(opening.action(), outcome, null));
	}

	/** A client that has read the committed epoch believes no leader with a lower one. */
	@ParameterizedTest
	@CsvSource({ "6, true", "7, false", "8, false" })
	void moveIsPossibleOnceTheLeaderHasTheEpochThatTheClientWaitsFor(int leader, boolean held) {
		DecisionMaker maker = maker(OffsetPolicy.defaults(), false);

		assertThat(maker.rule(maker.open(PARTITION, committedEpoch(9, leader), false, null), 7)).isEqualTo(
				held ? Ruling.hold(Action.KEEP, Reason.Kind.EPOCH_NOT_REACHED) : Ruling.readFrom(Action.KEEP, 200));
	}

	@ParameterizedTest
	@CsvSource({ "HOLD", "FAIL" })
	void actionThatIsNoMoveNeedsNoLeaderEpoch(Action action) {
		DecisionMaker maker = maker(policy(Map.of(Cause.EPOCH_AHEAD, action)), false);

		Ruling ruling = maker.rule(maker.open(PARTITION, committedEpoch(9, 6), false, null), 7);

		assertThat(ruling.action()).isEqualTo(action);
		assertThat(ruling.reason()).isNull();
	}

	/** The client forgets the epochs of the topic that is gone. */
	@Test
	void recreatedTopicNeedsNoLeaderEpoch() {
		DecisionMaker maker = maker(OffsetPolicy.defaults(), false);
		Evidence evidence = new Evidence(Trigger.TOPIC_ID, 200, 7, null, Validation.NOT_ASKED, null, LOG, LOG, null,
				null, null, -1, -1, new Remembered(3, -1, -1, false, new Uuid(1, 1), -1), new Uuid(1, 2), 0);

		assertThat(maker.rule(maker.open(PARTITION, evidence, false, null), 7))
			.isEqualTo(Ruling.readFrom(Action.EARLIEST, 0));
	}

	/** The client would commit a provisional position by itself. */
	@ParameterizedTest(name = "{3}")
	@CsvSource(textBlock = """
			true,  -1,  true,  the client would commit a position that nobody has chosen
			false, -1,  false, the client commits nothing by itself
			true,  0,   false, the partition has a position, the first one
			true,  200, false, the partition has a position
			""")
	void cannotHoldAPartitionWithoutPositionUnderAutoCommit(boolean autoCommit, long position, boolean fails,
			String why) {
		DecisionMaker maker = maker(OffsetPolicy.defaults(), autoCommit);
		Evidence evidence = (position < 0) ? lostCommit(100) : new Evidence(Trigger.CLUSTER_ID, position, 0, null,
				Validation.NOT_ASKED, null, LOG, LOG, null, null, null, -1, -1, Remembered.NOTHING, null, 0);

		assertThat(maker.rule(maker.open(PARTITION, evidence, false, null), -1)).as(why)
			.isEqualTo(fails ? Ruling.fail(Action.HOLD, Reason.Kind.CANNOT_HOLD)
					: new Ruling(Action.HOLD, new Outcome.Held(), null));
	}

	@Test
	void movesAPartitionWithoutPositionUnderAutoCommit() {
		DecisionMaker maker = maker(policy(Map.of(Cause.COMMITTED_OFFSET_LOST, Action.EARLIEST)), true);
		DecisionMaker.Opening opening = maker.open(PARTITION, lostCommit(100), false, null);

		assertThat(maker.ruleFirst(opening, new Outcome.ReadFrom(0), -1))
			.isEqualTo(Ruling.readFrom(Action.EARLIEST, 0));
	}

	@Test
	void decisionTellsWhatThePolicyNamesWhatIsDoneAndWhy() {
		DecisionMaker maker = maker(new OffsetPolicy(Map.of(Cause.ABOVE_LOG_END, Action.LATEST), NO_MOVE, List.of()),
				false);
		DecisionMaker.Opening opening = maker.open(PARTITION, aboveLogEnd(), false, null);

		Decision decision = maker.decision(opening, maker.rule(opening, -1), true, Instant.EPOCH);

		assertThat(decision).isEqualTo(new Decision(Instant.EPOCH, "group", "client", PARTITION, Cause.ABOVE_LOG_END,
				Action.LATEST, Action.HOLD, Reason.limit(-110, NO_MOVE), new Outcome.Held(), Decision.Impact.NONE,
				aboveLogEnd(), true, null));
	}

	@Test
	void decisionNamesTheOperatorWhoseOrderItFollows() {
		DecisionMaker maker = maker(OffsetPolicy.defaults(), false);
		DecisionMaker.Opening opening = maker.open(PARTITION, aboveLogEnd(), true, order(Action.LATEST));

		Decision decision = maker.decision(opening, maker.rule(opening, -1), false, Instant.EPOCH);

		assertThat(decision.resolution()).isEqualTo(order(Action.LATEST));
		assertThat(decision.outcome()).isEqualTo(new Outcome.ReadFrom(90));
		assertThat(decision.impact()).isEqualTo(new Decision.Impact(0, 110, 0));
	}

	/** What an operator has ordered does not count any more. */
	@Test
	void decisionNamesNoOperatorWhereTheReasonToHoldIsGone() {
		DecisionMaker maker = maker(policy(Map.of(Cause.EPOCH_AHEAD, Action.HOLD)), false);
		DecisionMaker.Opening opening = maker.open(PARTITION, committedEpoch(7, 7), true, order(Action.FAIL));

		Decision decision = maker.decision(opening, maker.rule(opening, -1), false, Instant.EPOCH);

		assertThat(decision.action()).isEqualTo(Action.KEEP);
		assertThat(decision.resolution()).isNull();
	}

	private static DecisionMaker maker(OffsetPolicy policy, boolean autoCommit) {
		return new DecisionMaker(new ActionChooser(policy, null), client(autoCommit));
	}

	private static ClientConfiguration client(boolean autoCommit) {
		return new ClientConfiguration(Map.of(), "group", "client", AutoOffsetReset.parse("earliest"), false,
				autoCommit, false, Duration.ofMinutes(5));
	}

	private static OffsetPolicy policy(Map<Cause, Action> actions) {
		return new OffsetPolicy(actions, MoveLimits.unlimited(), List.of());
	}

	private static Resolution order(Action action) {
		return new Resolution(action, "operator", "The records are known to be lost");
	}

	/** The application sees the log end at 90. */
	private static Evidence aboveLogEnd() {
		return outOfRange(Trigger.OUT_OF_RANGE, SHORT_LOG, SHORT_LOG);
	}

	private static Evidence outOfRange(Trigger trigger, @Nullable LogBounds before, @Nullable LogBounds after) {
		return new Evidence(trigger, 200, 0, null, Validation.NOT_ASKED, null, before, after, null, null, null, 90, -1,
				Remembered.NOTHING, null, 0);
	}

	private static Evidence committedEpoch(int committed, int leader) {
		return new Evidence(Trigger.COMMITTED_EPOCH, 200, committed, null, Validation.NOT_ASKED, null, LOG, LOG, null,
				null, null, -1, -1, Remembered.NOTHING, null, leader);
	}

	private static Evidence otherCluster(@Nullable Witness witness) {
		return new Evidence(Trigger.CLUSTER_ID, 200, 0, null, Validation.NOT_ASKED, null, LOG, LOG, null, null, witness,
				-1, -1, Remembered.NOTHING, null, 0);
	}

	/** All partitions had a commit, so that this one has lost its own. */
	private static Evidence lostCommit(long committed) {
		return Evidence.noCommittedOffset(new Remembered(3, committed, 4, true, null, -1), null);
	}

	private static RecordIdentity record(long offset, int epoch, long timestamp) {
		return new RecordIdentity(offset, epoch, timestamp, 3, 4);
	}

	private static @Nullable LogBounds bounds(String text) {
		String[] parts = text.split("-");
		return (parts.length == 2) ? new LogBounds(Long.parseLong(parts[0]), Long.parseLong(parts[1])) : null;
	}

}
