/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

/**
 * Turns a cause and the policy's action into what is done to the consumer. A pure
 * function: an action whose target the evidence does not give becomes a hold.
 */
final class DecisionMaker {

	private DecisionMaker() {
	}

	/**
	 * What an action comes to, if it moves the position no further than is allowed.
	 */
	static Ruling rule(Cause cause, Action action, MoveLimits limits, Evidence evidence) {
		return limit(cause, rule(cause, action, evidence), limits, evidence);
	}

	/**
	 * A ruling, or a hold where it would move the position further than is allowed, or
	 * where that cannot be known.
	 */
	static Ruling limit(Cause cause, Ruling ruling, MoveLimits limits, Evidence evidence) {
		// Offsets in two different logs have nothing to do with each other, and what the
		// application asks for is not where it was.
		if (cause.isOtherLog() || evidence.origin() < 0 || evidence.isSoughtBelowLogStart()) {
			return ruling;
		}
		if (ruling.outcome() instanceof Outcome.LookedUp && !limits.equals(MoveLimits.unlimited())) {
			return Ruling.hold(ruling.named(), Reason.Kind.LIMIT);
		}
		boolean tooFar = ruling.outcome() instanceof Outcome.ReadFrom readFrom
				&& !limits.allow(evidence.origin(), readFrom.offset());
		return tooFar ? Ruling.hold(ruling.named(), new Reason(Reason.Kind.LIMIT, moved(evidence, ruling))) : ruling;
	}

	private static long moved(Evidence evidence, Ruling ruling) {
		return (ruling.outcome() instanceof Outcome.ReadFrom readFrom) ? readFrom.offset() - evidence.origin() : 0;
	}

	static Ruling rule(Cause cause, Action action, Evidence evidence) {
		LogBounds bounds = evidence.boundsAfter();
		return switch (action) {
			case KEEP -> Ruling.readFrom(action, evidence.position());
			case DIVERGENCE -> divergence(cause, evidence);
			case EARLIEST -> to(action, (bounds != null) ? bounds.logStartOffset() : -1);
			case LATEST -> to(action, evidence.latestOffset());
			case TIMESTAMP -> timestamp(evidence);
			case LATEST_KNOWN -> latestKnown(evidence);
			case FAIL -> new Ruling(action, new Outcome.Failed(), null);
			case HOLD -> new Ruling(action, new Outcome.Held(), null);
			case AUTO_OFFSET_RESET -> Ruling.hold(action, Reason.Kind.NO_TARGET);
		};
	}

	private static Ruling to(Action action, long offset) {
		return (offset >= 0) ? Ruling.readFrom(action, offset) : Ruling.hold(action, Reason.Kind.NO_TARGET);
	}

	private static Ruling divergence(Cause cause, Evidence evidence) {
		Action action = Action.DIVERGENCE;
		TruncationClaim claim = evidence.repeatedClaim();
		if (claim == null || !claim.isDefined() || claim.divergentOffset() > evidence.position()) {
			return Ruling.hold(action, Reason.Kind.NO_TARGET);
		}
		ClaimTest.Verdict verdict = ClaimTest.verdict(evidence);
		// Where nothing proves a claim, only a policy that names exactly this case
		// follows it, and never against what the log says.
		boolean followed = verdict == ClaimTest.Verdict.SUPPORTED
				|| (cause == Cause.UNVERIFIABLE && verdict == ClaimTest.Verdict.UNDECIDED);
		return followed ? Ruling.readFrom(action, claim.divergentOffset()) : Ruling.hold(action, Reason.Kind.UNPROVEN);
	}

	private static Ruling timestamp(Evidence evidence) {
		return to(Action.TIMESTAMP, (evidence.witness() != null) ? evidence.timestampOffset() : -1);
	}

	/**
	 * That record is what tells that the log is still the one that was committed in.
	 */
	private static Ruling latestKnown(Evidence evidence) {
		LogBounds bounds = evidence.boundsAfter();
		Witness witness = evidence.witness();
		long latest = evidence.remembered().committedOffset();
		if (bounds == null) {
			return Ruling.hold(Action.LATEST_KNOWN, Reason.Kind.NO_TARGET);
		}
		boolean stands = witness != null && witness.verdict() == Witness.Verdict.SAME && bounds.contains(latest);
		return stands ? Ruling.readFrom(Action.LATEST_KNOWN, latest)
				: Ruling.hold(Action.LATEST_KNOWN, Reason.Kind.UNPROVEN);
	}

	static Decision.Impact impact(Evidence evidence, Outcome outcome, AutoOffsetReset autoOffsetReset) {
		if (!(outcome instanceof Outcome.ReadFrom readFrom) || evidence.origin() < 0
				|| evidence.trigger() == Evidence.Trigger.CLUSTER_ID || evidence.isSoughtBelowLogStart()) {
			return Decision.Impact.NONE;
		}
		if (evidence.isOtherTopic()) {
			return otherTopic(evidence, readFrom.offset());
		}
		long moved = readFrom.offset() - evidence.origin();
		if (moved != 0) {
			return new Decision.Impact(Math.max(moved, 0), Math.max(-moved, 0), 0);
		}
		if (evidence.trigger() == Evidence.Trigger.COMMITTED_OFFSET) {
			return new Decision.Impact(0, 0, Math.abs(readFrom.offset() - evidence.position()));
		}
		// A client that goes by a committed epoch waits where it is.
		long plain = (evidence.trigger() == Evidence.Trigger.COMMITTED_EPOCH) ? evidence.position()
				: plainKafka(evidence, autoOffsetReset);
		return new Decision.Impact(0, 0, Math.abs(evidence.position() - plain));
	}

	/**
	 * Nothing of the new log was delivered before. Plain Kafka would have read it from
	 * the old position on.
	 */
	private static Decision.Impact otherTopic(Evidence evidence, long target) {
		LogBounds bounds = evidence.boundsAfter();
		if (bounds == null) {
			return Decision.Impact.NONE;
		}
		long skipped = Math.max(0, Math.min(evidence.position(), bounds.logEndOffset()) - bounds.logStartOffset());
		long lost = target - bounds.logStartOffset();
		return new Decision.Impact(lost, 0, Math.max(0, skipped - lost));
	}

	/**
	 * Where a client with a reset strategy would have gone without asking.
	 */
	private static long plainKafka(Evidence evidence, AutoOffsetReset autoOffsetReset) {
		LogBounds bounds = evidence.boundsAfter();
		if (bounds == null || autoOffsetReset.strategy() == AutoOffsetReset.Strategy.NONE) {
			return evidence.position();
		}
		TruncationClaim claim = evidence.lastClaim();
		if (claim != null && claim.isDefined() && claim.divergentOffset() >= bounds.logStartOffset()) {
			return claim.divergentOffset();
		}
		return switch (autoOffsetReset.strategy()) {
			case EARLIEST -> bounds.logStartOffset();
			case LATEST -> (evidence.latestOffset() >= 0) ? evidence.latestOffset() : bounds.logEndOffset();
			case BY_DURATION, NONE -> evidence.position();
		};
	}

}
