/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import dev.holdfast.kafka.offsetguard.decision.Decision;
import dev.holdfast.kafka.offsetguard.decision.Outcome;
import dev.holdfast.kafka.offsetguard.decision.Reason;
import dev.holdfast.kafka.offsetguard.evidence.Evidence;
import dev.holdfast.kafka.offsetguard.evidence.LogBounds;
import dev.holdfast.kafka.offsetguard.evidence.RecordIdentity;
import dev.holdfast.kafka.offsetguard.evidence.Remembered;
import dev.holdfast.kafka.offsetguard.evidence.TruncationClaim;
import dev.holdfast.kafka.offsetguard.evidence.Witness;
import dev.holdfast.kafka.offsetguard.internal.client.AutoOffsetReset;
import dev.holdfast.kafka.offsetguard.internal.ruling.ClaimTest;
import dev.holdfast.kafka.offsetguard.internal.ruling.Classifier;
import dev.holdfast.kafka.offsetguard.internal.ruling.PlainKafka;
import dev.holdfast.kafka.offsetguard.internal.ruling.Ruling;
import dev.holdfast.kafka.offsetguard.policy.Action;
import dev.holdfast.kafka.offsetguard.policy.Cause;
import dev.holdfast.kafka.offsetguard.policy.MoveLimits;
import dev.holdfast.kafka.offsetguard.policy.OffsetPolicy;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.PropertyDefaults;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.WithNull;
import net.jqwik.api.statistics.Statistics;
import net.jqwik.api.statistics.StatisticsReport;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

import dev.holdfast.kafka.offsetguard.evidence.Evidence.Trigger;
import dev.holdfast.kafka.offsetguard.evidence.Evidence.Validation;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What holds for any evidence, consistent or not: no position moves without its proof.
 * <p>
 * The proofs are stated here once more, from the evidence alone: {@link ClaimTest} and
 * {@link Classifier} are what is tested. Offsets and epochs come from a range so small
 * that they meet.
 */
@PropertyDefaults(tries = 10_000, edgeCases = EdgeCasesMode.NONE)
class DecisionPropertyTests {

	/** The same evidence in every build. */
	private static final String SEED = "23";

	private static final long MAX_OFFSET = 9;

	private static final OffsetPolicy POLICY = OffsetPolicy.defaults();

	@Property(seed = SEED)
	@StatisticsReport(onFailureOnly = true)
	void noPositionMovesWithoutItsProof(@ForAll("evidence") Evidence evidence) {
		Cause cause = Classifier.classify(evidence);
		Outcome outcome = byDefault(evidence);

		if (outcome instanceof Outcome.ReadFrom readFrom && readFrom.offset() != evidence.position()) {
			long target = readFrom.offset();
			switch (cause) {
				case LOG_TRUNCATED -> {
					assertThat(isClaimSupported(evidence)).isTrue();
					assertThat(target).isEqualTo(evidence.repeatedClaim().divergentOffset())
						.isLessThan(evidence.position());
					assertThat(isWitnessThere(evidence) && evidence.witness().delivered().offset() >= target).isFalse();
				}
				case BELOW_LOG_START -> {
					assertThat(target).isEqualTo(evidence.boundsAfter().logStartOffset())
						.isGreaterThan(evidence.position());
					assertThat(evidence.position()).isNotNegative();
				}
				case TOPIC_RECREATED -> {
					assertThat(target).isEqualTo(evidence.boundsAfter().logStartOffset());
					assertThat(evidence.topicId()).isNotNull().isNotEqualTo(evidence.remembered().topicId());
					assertThat(evidence.remembered().topicId()).isNotNull();
				}
				case NEW_PARTITION -> {
					assertThat(target).isEqualTo(evidence.boundsAfter().logStartOffset());
					assertThat(evidence.trigger()).isEqualTo(Trigger.NO_COMMITTED_OFFSET);
					assertThat(evidence.remembered().committedOffset()).isNegative();
					assertThat(evidence.remembered().partitions()).isBetween(0, evidence.remembered().partition());
				}
				default -> throw new AssertionError(cause + " moved a position to " + target);
			}
		}
		Statistics.label("moved by")
			.collect(outcome instanceof Outcome.ReadFrom readFrom && readFrom.offset() != evidence.position() ? cause
					: "nothing")
			.coverage((checker) -> {
				checker.check(Cause.LOG_TRUNCATED).count((count) -> count > 50);
				checker.check(Cause.BELOW_LOG_START).count((count) -> count > 50);
				checker.check(Cause.TOPIC_RECREATED).count((count) -> count > 50);
				checker.check(Cause.NEW_PARTITION).count((count) -> count > 50);
			});
	}

	/**
	 * A position that is kept has to be good, and more than one reading says so; unless
	 * it is the one that the coordinator serves, whose word it is where the group is.
	 */
	@Property(seed = SEED)
	void noPositionIsKeptWithoutItsProof(@ForAll("evidence") Evidence evidence) {
		Cause cause = Classifier.classify(evidence);

		if (cause.defaultAction() == Action.KEEP && cause != Cause.COMMITTED_OFFSET_REGRESSED) {
			LogBounds after = evidence.boundsAfter();
			assertThat(evidence.position()).isBetween(after.logStartOffset(), after.logEndOffset());
			assertThat(isOtherTopic(evidence)).isFalse();
			boolean proven = switch (cause) {
				case FALSE_TRUNCATION -> evidence.trigger() == Trigger.TRUNCATION
						&& (isClaimRefuted(evidence) || isWitnessThere(evidence)
								|| evidence.validation() == Validation.VALID)
						&& !isWitnessReplaced(evidence) && !isClaimSupported(evidence);
				case SPURIOUS_OUT_OF_RANGE -> evidence.position() >= evidence.boundsBefore().logStartOffset()
						&& evidence.position() <= evidence.boundsBefore().logEndOffset()
						&& (evidence.trigger() == Trigger.OUT_OF_RANGE
								|| evidence.trigger() == Trigger.SOUGHT_OUT_OF_RANGE
								|| (evidence.trigger() == Trigger.HELD_ABOVE_LOG_END && isWitnessThere(evidence)));
				case EPOCH_AHEAD -> evidence.trigger() == Trigger.COMMITTED_EPOCH && evidence.currentLeaderEpoch() >= 0;
				default -> false;
			};
			assertThat(proven).isTrue();
			assertThat(byDefault(evidence)).isEqualTo(new Outcome.ReadFrom(evidence.position()));
		}
	}

	@Property(seed = SEED)
	@StatisticsReport(onFailureOnly = true)
	void theLogSupportsOrRefutesAClaimOrDoesNotTell(@ForAll("evidence") Evidence evidence) {
		ClaimTest.Verdict verdict = ClaimTest.verdict(evidence);

		if (isClaimRefuted(evidence)) {
			assertThat(verdict).isEqualTo(ClaimTest.Verdict.REFUTED);
		}
		else {
			assertThat(verdict)
				.isEqualTo(isClaimSupported(evidence) ? ClaimTest.Verdict.SUPPORTED : ClaimTest.Verdict.UNDECIDED);
		}
		Statistics.label("verdict").collect(verdict).coverage((checker) -> {
			for (ClaimTest.Verdict each : ClaimTest.Verdict.values()) {
				checker.check(each).count((count) -> count > 100);
			}
		});
	}

	@Property(seed = SEED)
	@StatisticsReport(onFailureOnly = true)
	void everyEvidenceHasACause(@ForAll("evidence") Evidence evidence) {
		Cause cause = Classifier.classify(evidence);

		assertThat(cause).isNotNull();
		for (Action action : cause.allowedActions()) {
			assertThat(Ruling.rule(cause, action, MoveLimits.unlimited(), evidence)).isNotNull();
		}
		Statistics.label("cause").collect(cause).coverage((checker) -> {
			for (Cause each : Cause.values()) {
				checker.check(each).count((count) -> count > 20);
			}
		});
	}

	/** The evidence is what was read; whatever else was reported or asked is no proof. */
	@Property(seed = SEED)
	void whatTheClientReportedMovesNothing(@ForAll("evidence") Evidence evidence,
			@ForAll("claim") @WithNull TruncationClaim reported, @ForAll @LongRange(min = -1, max = 9) long latest,
			@ForAll @LongRange(min = -1, max = 9) long timestamp) {
		Evidence other = new Evidence(evidence.trigger(), evidence.position(), evidence.leaderEpoch(), reported,
				evidence.validation(), evidence.repeatedClaim(), evidence.boundsBefore(), evidence.boundsAfter(),
				evidence.beforeDivergence(), evidence.atDivergence(), evidence.witness(), latest, timestamp,
				evidence.remembered(), evidence.topicId(), evidence.currentLeaderEpoch());

		assertThat(Classifier.classify(other)).isEqualTo(Classifier.classify(evidence));
		assertThat(byDefault(other)).isEqualTo(byDefault(evidence));
	}

	@Property(seed = SEED)
	void nothingMovesWhereNobodyKnowsTheBounds(@ForAll("evidence") Evidence evidence) {
		Evidence blind = new Evidence(evidence.trigger(), evidence.position(), evidence.leaderEpoch(), evidence.claim(),
				evidence.validation(), evidence.repeatedClaim(), null, null, evidence.beforeDivergence(),
				evidence.atDivergence(), evidence.witness(), -1, -1, evidence.remembered(), evidence.topicId(),
				evidence.currentLeaderEpoch());

		boolean believed = Classifier.classify(blind) == Cause.COMMITTED_OFFSET_REGRESSED;
		assertThat(byDefault(blind))
			.isEqualTo(believed ? new Outcome.ReadFrom(evidence.position()) : new Outcome.Held());
	}

	/** No offset is special, 0 and the log start least of all. */
	@Property(seed = SEED)
	void offsetsCountOnlyRelativeToEachOther(@ForAll("evidence") Evidence evidence,
			@ForAll @LongRange(min = 1, max = 1_000_000_000_000L) long by) {
		Evidence shifted = new Evidence(evidence.trigger(), shift(evidence.position(), by), evidence.leaderEpoch(),
				shift(evidence.claim(), by), evidence.validation(), shift(evidence.repeatedClaim(), by),
				shift(evidence.boundsBefore(), by), shift(evidence.boundsAfter(), by),
				shift(evidence.beforeDivergence(), by), shift(evidence.atDivergence(), by),
				shift(evidence.witness(), by), shift(evidence.latestOffset(), by),
				shift(evidence.timestampOffset(), by), shift(evidence.remembered(), by), evidence.topicId(),
				evidence.currentLeaderEpoch());

		assertThat(Classifier.classify(shifted)).isEqualTo(Classifier.classify(evidence));
		assertThat(byDefault(shifted)).isEqualTo((byDefault(evidence) instanceof Outcome.ReadFrom readFrom)
				? new Outcome.ReadFrom(shift(readFrom.offset(), by)) : byDefault(evidence));
	}

	@Property(seed = SEED)
	void keepChangesNothing(@ForAll("evidence") Evidence evidence, @ForAll Cause cause,
			@ForAll("limits") MoveLimits limits) {
		assertThat(Ruling.rule(cause, Action.KEEP, evidence).outcome())
			.isEqualTo(new Outcome.ReadFrom(evidence.position()));
		if (evidence.position() >= 0 && evidence.trigger() != Trigger.COMMITTED_OFFSET) {
			assertThat(Ruling.rule(cause, Action.KEEP, limits, evidence).outcome())
				.isEqualTo(new Outcome.ReadFrom(evidence.position()));
		}
	}

	@Property(seed = SEED)
	@StatisticsReport(onFailureOnly = true)
	void noMoveExceedsTheLimits(@ForAll("evidence") Evidence evidence, @ForAll Cause cause, @ForAll Action action,
			@ForAll("limits") MoveLimits limits) {
		Assume.that(cause.allowedActions().contains(action));
		Ruling unlimited = Ruling.rule(cause, action, MoveLimits.unlimited(), evidence);

		Ruling ruling = Ruling.rule(cause, action, limits, evidence);

		assertThat(ruling.policyAction()).isEqualTo(action);
		if (unlimited.outcome() instanceof Outcome.ReadFrom readFrom && cause != Cause.TOPIC_RECREATED
				&& cause != Cause.CLUSTER_CHANGED && origin(evidence) >= 0 && !isSoughtBelowLogStart(evidence)) {
			long moved = readFrom.offset() - origin(evidence);
			boolean allowed = (limits.maxRewindRecords() == null || -moved <= limits.maxRewindRecords())
					&& (limits.maxSkipRecords() == null || moved <= limits.maxSkipRecords());
			assertThat(ruling).isEqualTo(allowed ? unlimited : Ruling.hold(action, Reason.limit(moved, limits)));
			Statistics.label("allowed").collect(allowed, moved < 0);
		}
		else {
			assertThat(ruling).isEqualTo(unlimited);
		}
	}

	/** How far the client's own look-up goes nobody knows before. */
	@Property(seed = SEED)
	void noLimitAllowsWhatTheClientLooksUp(@ForAll("evidence") Evidence evidence, @ForAll("limits") MoveLimits limits) {
		Ruling lookedUp = new Ruling(Action.LATEST, new Outcome.LookedUp(Action.LATEST), null);
		boolean limited = limits.maxRewindRecords() != null || limits.maxSkipRecords() != null;

		assertThat(Ruling.limit(Cause.COMMITTED_OFFSET_LOST, lookedUp, limits, evidence))
			.isEqualTo((limited && origin(evidence) >= 0 && !isSoughtBelowLogStart(evidence))
					? Ruling.hold(Action.LATEST, Reason.limit(0, limits)) : lookedUp);
		assertThat(Ruling.limit(Cause.TOPIC_RECREATED, lookedUp, limits, evidence)).isEqualTo(lookedUp);
	}

	/** Refuted claims are followed by no policy, whatever it is called. */
	@Property(seed = SEED)
	void divergenceNeverFollowsARefutedClaimNorAnUndefinedOne(@ForAll("evidence") Evidence evidence,
			@ForAll Cause cause) {
		Outcome outcome = Ruling.rule(cause, Action.DIVERGENCE, evidence).outcome();

		if (outcome instanceof Outcome.ReadFrom readFrom) {
			assertThat(readFrom.offset()).isEqualTo(evidence.repeatedClaim().divergentOffset())
				.isBetween(0L, evidence.position());
			assertThat(isClaimRefuted(evidence)).isFalse();
			assertThat(cause == Cause.UNVERIFIABLE || isClaimSupported(evidence)).isTrue();
		}
		else {
			assertThat(outcome).isEqualTo(new Outcome.Held());
		}
	}

	@Property(seed = SEED)
	void impactIsWhatMoved(@ForAll("evidence") Evidence evidence,
			@ForAll @LongRange(min = 0, max = MAX_OFFSET) long target, @ForAll("reset") AutoOffsetReset reset) {
		Decision.Impact impact = PlainKafka.impact(evidence, new Outcome.ReadFrom(target), reset);

		boolean isElsewhere = evidence.trigger() == Trigger.CLUSTER_ID;
		if (origin(evidence) < 0 || isSoughtBelowLogStart(evidence) || isElsewhere) {
			assertThat(impact).isEqualTo(Decision.Impact.NONE);
		}
		else if (!isOtherTopic(evidence)) {
			assertThat(impact.lost() - impact.rewound()).isEqualTo(target - origin(evidence));
			assertThat(Math.min(impact.lost(), impact.rewound())).isZero();
			assertThat(impact.spared()).isNotNegative();
			assertThat(impact.spared() == 0 || target == origin(evidence)).isTrue();
		}
		assertThat(PlainKafka.impact(evidence, new Outcome.Held(), reset)).isEqualTo(Decision.Impact.NONE);
		assertThat(PlainKafka.impact(evidence, new Outcome.Failed(), reset)).isEqualTo(Decision.Impact.NONE);
	}

	/** What a client does by itself it does without looking at the log. */
	@Property(seed = SEED)
	void plainKafkaKnowsNothingOfWhatTheInspectorRead(@ForAll("evidence") Evidence evidence,
			@ForAll("reset") AutoOffsetReset reset) {
		Evidence bare = new Evidence(evidence.trigger(), evidence.position(), -1,
				(evidence.claim() != null) ? evidence.claim() : evidence.repeatedClaim(), Validation.NOT_ASKED, null,
				null, null, null, null, null, -1, -1, Remembered.NOTHING, null, -1);

		assertThat(PlainKafka.outcome(evidence, reset)).isEqualTo(PlainKafka.outcome(bare, reset));
	}

	private static Outcome byDefault(Evidence evidence) {
		Cause cause = Classifier.classify(evidence);
		return Ruling.rule(cause, POLICY.action("orders", cause), POLICY.limits("orders"), evidence).outcome();
	}

	private static long origin(Evidence evidence) {
		return (evidence.position() >= 0 && evidence.trigger() != Trigger.COMMITTED_OFFSET) ? evidence.position()
				: evidence.remembered().committedOffset();
	}

	private static boolean isSoughtBelowLogStart(Evidence evidence) {
		return evidence.trigger() == Trigger.SOUGHT_OUT_OF_RANGE && !isOtherTopic(evidence)
				&& evidence.boundsAfter() != null && evidence.position() < evidence.boundsAfter().logStartOffset();
	}

	private static boolean isOtherTopic(Evidence evidence) {
		Uuid before = evidence.remembered().topicId();
		return before != null && evidence.topicId() != null && !before.equals(evidence.topicId());
	}

	private static boolean isWitnessThere(Evidence evidence) {
		return evidence.witness() != null && evidence.witness().delivered().equals(evidence.witness().found());
	}

	private static boolean isWitnessReplaced(Evidence evidence) {
		Witness witness = evidence.witness();
		return witness != null && witness.found() != null && witness.found().offset() == witness.delivered().offset()
				&& !witness.delivered().equals(witness.found());
	}

	private static int askedEpoch(Evidence evidence) {
		return evidence.leaderEpoch();
	}

	private static boolean isClaimTestable(Evidence evidence) {
		return isClaimDefined(evidence) && evidence.boundsBefore() != null && evidence.boundsAfter() != null;
	}

	private static boolean isClaimDefined(Evidence evidence) {
		return evidence.repeatedClaim() != null && evidence.repeatedClaim().divergentOffset() >= 0;
	}

	/** An epoch above the one asked for is in no answer of Kafka's. */
	private static boolean isClaimNoAnswer(Evidence evidence) {
		return isClaimDefined(evidence) && askedEpoch(evidence) >= 0
				&& evidence.repeatedClaim().leaderEpoch() > askedEpoch(evidence);
	}

	private static boolean isClaimRefuted(Evidence evidence) {
		if (isClaimNoAnswer(evidence)) {
			return true;
		}
		if (!isClaimTestable(evidence)) {
			return false;
		}
		RecordIdentity at = evidence.atDivergence();
		return evidence.repeatedClaim().divergentOffset() < evidence.boundsBefore().logStartOffset()
				|| (at != null && at.leaderEpoch() >= 0 && at.leaderEpoch() <= askedEpoch(evidence));
	}

	private static boolean isClaimSupported(Evidence evidence) {
		if (!isClaimTestable(evidence) || isClaimRefuted(evidence) || askedEpoch(evidence) < 0) {
			return false;
		}
		long divergent = evidence.repeatedClaim().divergentOffset();
		RecordIdentity at = evidence.atDivergence();
		RecordIdentity below = evidence.beforeDivergence();
		boolean nothingOldFrom = divergent == evidence.boundsAfter().logEndOffset()
				|| (at != null && at.leaderEpoch() > askedEpoch(evidence));
		boolean nothingNewBelow = divergent == evidence.boundsAfter().logStartOffset()
				|| (below != null && below.leaderEpoch() >= 0 && below.leaderEpoch() <= askedEpoch(evidence));
		return nothingOldFrom && nothingNewBelow;
	}

	@Provide
	Arbitrary<Evidence> evidence() {
		Arbitrary<Uuid> topicId = Arbitraries.of(new Uuid(1, 1), new Uuid(1, 2)).injectNull(0.7);
		Arbitrary<Asked> asked = Combinators
			.combine(trigger(), offset(), epoch(), claim().injectNull(0.5), Arbitraries.of(Validation.class), epoch())
			.as(Asked::new);
		Arbitrary<Read> read = Combinators
			.combine(claim().injectNull(0.1), bounds(), bounds(), Arbitraries.of(true, true, false), recordAround(-1),
					recordAround(0), witness().injectNull(0.4))
			.as(DecisionPropertyTests::read);
		Arbitrary<Remembered> remembered = Combinators
			.combine(Arbitraries.integers().between(0, 3), Arbitraries.longs().between(0, MAX_OFFSET).injectNull(0.7),
					Arbitraries.integers().between(-1, 3), Arbitraries.of(true, false), topicId)
			.as((partition, committed, partitions, initial, id) -> new Remembered(partition,
					(committed != null) ? committed : -1, partitions, initial, id, -1));
		Arbitrary<Long> known = Arbitraries.longs().between(-1, MAX_OFFSET);
		return Combinators.combine(asked, read, remembered, topicId, known, known)
			.as((a, r, memory, id, latest, timestamp) -> new Evidence(a.trigger(),
					(a.trigger() != Trigger.NO_COMMITTED_OFFSET) ? a.position() : -1, a.epoch(), a.claim(),
					a.validation(), r.claim(), r.before(), r.after(), r.below(), r.at(), r.witness(), latest, timestamp,
					memory, id, a.currentEpoch()));
	}

	@Provide
	Arbitrary<TruncationClaim> claim() {
		return Arbitraries.frequencyOf(Tuple.of(9, Combinators.combine(offset(), epoch()).as(TruncationClaim::new)),
				Tuple.of(1, Arbitraries.just(new TruncationClaim(-1, -1))));
	}

	@Provide
	Arbitrary<MoveLimits> limits() {
		Arbitrary<Long> limit = Arbitraries.longs().between(0, MAX_OFFSET).injectNull(0.4);
		return Combinators.combine(limit, limit).as(MoveLimits::new);
	}

	@Provide
	Arbitrary<AutoOffsetReset> reset() {
		return Arbitraries.of("earliest", "latest", "none", "by_duration:PT1H").map(AutoOffsetReset::parse);
	}

	/** A supported claim takes much that fits together: it gets its share. */
	private static Arbitrary<Trigger> trigger() {
		return Arbitraries.frequencyOf(Tuple.of(1, Arbitraries.of(Trigger.class)),
				Tuple.of(1, Arbitraries.just(Trigger.TRUNCATION)));
	}

	private static Arbitrary<Long> offset() {
		return Arbitraries.longs().between(0, MAX_OFFSET);
	}

	private static Arbitrary<Integer> epoch() {
		return Arbitraries.integers().between(-1, 3);
	}

	/** A log start above the log end is ruled out: both come from one leader. */
	private static Arbitrary<LogBounds> bounds() {
		return Combinators.combine(Arbitraries.longs().between(0, MAX_OFFSET / 2), offset())
			.as((one, other) -> new LogBounds(Math.min(one, other), Math.max(one, other)))
			.injectNull(0.1);
	}

	private static Arbitrary<RecordIdentity> recordAround(int distance) {
		int away = (distance < 0) ? -1 : 1;
		return Combinators.combine(Arbitraries.longs().between(0, 1), epoch())
			.as((hole, epoch) -> new RecordIdentity(distance + away * hole, epoch, 1, 3, 4))
			.injectNull(0.15);
	}

	private static Arbitrary<Witness> witness() {
		Arbitrary<RecordIdentity> found = Combinators
			.combine(Arbitraries.longs().between(0, 1), epoch(), Arbitraries.longs().between(1, 2))
			.as((hole, epoch, timestamp) -> new RecordIdentity(hole, epoch, timestamp, 3, 4))
			.injectNull(0.2);
		return Combinators.combine(offset(), Arbitraries.of(true, false), found).as((offset, same, other) -> {
			RecordIdentity delivered = new RecordIdentity(offset, 0, 1, 3, 4);
			return new Witness(delivered, same ? delivered : shift(other, offset));
		});
	}

	/**
	 * Two of three logs are the same before and after, and records are where they can be:
	 * on their side of the claim.
	 */
	private static Read read(@Nullable TruncationClaim claim, @Nullable LogBounds before, @Nullable LogBounds after,
			boolean still, @Nullable RecordIdentity below, @Nullable RecordIdentity at, @Nullable Witness witness) {
		long divergent = (claim != null) ? claim.divergentOffset() : 0;
		return new Read(claim, before, still ? before : after, shift(below, divergent), shift(at, divergent), witness);
	}

	private static long shift(long offset, long by) {
		return (offset >= 0) ? offset + by : offset;
	}

	private static @Nullable TruncationClaim shift(@Nullable TruncationClaim claim, long by) {
		return (claim != null) ? new TruncationClaim(shift(claim.divergentOffset(), by), claim.leaderEpoch()) : null;
	}

	private static @Nullable LogBounds shift(@Nullable LogBounds bounds, long by) {
		return (bounds != null) ? new LogBounds(bounds.logStartOffset() + by, bounds.logEndOffset() + by) : null;
	}

	private static @Nullable RecordIdentity shift(@Nullable RecordIdentity record, long by) {
		return (record != null) ? new RecordIdentity(record.offset() + by, record.leaderEpoch(), record.timestamp(),
				record.keySize(), record.valueSize()) : null;
	}

	private static @Nullable Witness shift(@Nullable Witness witness, long by) {
		return (witness != null) ? new Witness(shift(witness.delivered(), by), shift(witness.found(), by)) : null;
	}

	private static Remembered shift(Remembered remembered, long by) {
		return new Remembered(remembered.partition(), shift(remembered.committedOffset(), by), remembered.partitions(),
				remembered.initialCommits(), remembered.topicId(), remembered.timestamp());
	}

	private record Asked(Trigger trigger, long position, int epoch, @Nullable TruncationClaim claim,
			Validation validation, int currentEpoch) {
	}

	private record Read(@Nullable TruncationClaim claim, @Nullable LogBounds before, @Nullable LogBounds after,
			@Nullable RecordIdentity below, @Nullable RecordIdentity at, @Nullable Witness witness) {
	}

}
