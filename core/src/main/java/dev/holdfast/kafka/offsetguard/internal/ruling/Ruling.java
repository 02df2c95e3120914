/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.ruling;

import dev.holdfast.kafka.offsetguard.decision.Outcome;
import dev.holdfast.kafka.offsetguard.decision.Reason;
import dev.holdfast.kafka.offsetguard.evidence.Evidence;
import dev.holdfast.kafka.offsetguard.evidence.LogBounds;
import dev.holdfast.kafka.offsetguard.evidence.TruncationClaim;
import dev.holdfast.kafka.offsetguard.evidence.Witness;
import dev.holdfast.kafka.offsetguard.policy.Action;
import dev.holdfast.kafka.offsetguard.policy.Cause;
import dev.holdfast.kafka.offsetguard.policy.MoveLimits;
import org.jspecify.annotations.Nullable;

/**
 * The action that a policy names, and what it comes to: an action whose target the
 * evidence does not give, or that goes further than is allowed, becomes a hold.
 *
 * @param named the action that the policy names
 * @param outcome what it comes to
 * @param reason why it comes to something else than the policy names, {@code null} if it
 * does not
 */
public record Ruling(Action named, Outcome outcome, @Nullable Reason reason) {

	static Ruling readFrom(Action named, long offset) {
		return new Ruling(named, new Outcome.ReadFrom(offset), null);
	}

	public static Ruling hold(Action named, Reason.Kind reason) {
		return hold(named, Reason.of(reason));
	}

	public static Ruling hold(Action named, Reason reason) {
		return new Ruling(named, new Outcome.Held(), reason);
	}

	static Ruling fail(Action named, Reason.Kind reason) {
		return new Ruling(named, new Outcome.Failed(), Reason.of(reason));
	}

	/**
	 * Whether the client goes on, be it where it is.
	 */
	public boolean isMove() {
		return outcome instanceof Outcome.ReadFrom || outcome instanceof Outcome.LookedUp;
	}

	/**
	 * The action that is taken in fact: a policy's may be impossible.
	 */
	Action action() {
		if (outcome instanceof Outcome.Held) {
			return Action.HOLD;
		}
		return (outcome instanceof Outcome.Failed) ? Action.FAIL : named;
	}

	/**
	 * What an action comes to, if it moves the position no further than is allowed.
	 */
	public static Ruling rule(Cause cause, Action action, MoveLimits limits, Evidence evidence) {
		return limit(cause, rule(cause, action, evidence), limits, evidence);
	}

	/**
	 * A ruling, or a hold where it would move the position further than is allowed, or
	 * where that cannot be known.
	 */
	public static Ruling limit(Cause cause, Ruling ruling, MoveLimits limits, Evidence evidence) {
		// Offsets in two different logs have nothing to do with each other, and what the
		// application asks for is not where it was.
		if (cause.isOtherLog() || evidence.origin() < 0 || evidence.isSoughtBelowLogStart()) {
			return ruling;
		}
		if (ruling.outcome() instanceof Outcome.LookedUp && !limits.equals(MoveLimits.unlimited())) {
			return hold(ruling.named(), Reason.Kind.LIMIT);
		}
		boolean tooFar = ruling.outcome() instanceof Outcome.ReadFrom readFrom
				&& !limits.allow(evidence.origin(), readFrom.offset());
		return tooFar ? hold(ruling.named(), new Reason(Reason.Kind.LIMIT, moved(evidence, ruling))) : ruling;
	}

	private static long moved(Evidence evidence, Ruling ruling) {
		return (ruling.outcome() instanceof Outcome.ReadFrom readFrom) ? readFrom.offset() - evidence.origin() : 0;
	}

	public static Ruling rule(Cause cause, Action action, Evidence evidence) {
		LogBounds bounds = evidence.boundsAfter();
		return switch (action) {
			case KEEP -> readFrom(action, evidence.position());
			case DIVERGENCE -> divergence(cause, evidence);
			case EARLIEST -> to(action, (bounds != null) ? bounds.logStartOffset() : -1);
			case LATEST -> to(action, evidence.latestOffset());
			case TIMESTAMP -> timestamp(evidence);
			case LATEST_KNOWN -> latestKnown(evidence);
			case FAIL -> new Ruling(action, new Outcome.Failed(), null);
			case HOLD -> new Ruling(action, new Outcome.Held(), null);
			case AUTO_OFFSET_RESET -> hold(action, Reason.Kind.NO_TARGET);
		};
	}

	private static Ruling to(Action action, long offset) {
		return (offset >= 0) ? readFrom(action, offset) : hold(action, Reason.Kind.NO_TARGET);
	}

	private static Ruling divergence(Cause cause, Evidence evidence) {
		Action action = Action.DIVERGENCE;
		TruncationClaim claim = evidence.repeatedClaim();
		if (claim == null || !claim.isDefined() || claim.divergentOffset() > evidence.position()) {
			return hold(action, Reason.Kind.NO_TARGET);
		}
		ClaimTest.Verdict verdict = ClaimTest.verdict(evidence);
		// Where nothing proves a claim, only a policy that names exactly this case
		// follows it, and never against what the log says.
		boolean followed = verdict == ClaimTest.Verdict.SUPPORTED
				|| (cause == Cause.UNVERIFIABLE && verdict == ClaimTest.Verdict.UNDECIDED);
		return followed ? readFrom(action, claim.divergentOffset()) : hold(action, Reason.Kind.UNPROVEN);
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
			return hold(Action.LATEST_KNOWN, Reason.Kind.NO_TARGET);
		}
		boolean stands = witness != null && witness.verdict() == Witness.Verdict.SAME && bounds.contains(latest);
		return stands ? readFrom(Action.LATEST_KNOWN, latest) : hold(Action.LATEST_KNOWN, Reason.Kind.UNPROVEN);
	}

}
