/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.ruling;

import dev.holdfast.kafka.offsetguard.decision.Outcome;
import dev.holdfast.kafka.offsetguard.decision.Reason;
import dev.holdfast.kafka.offsetguard.decision.Resolution;
import dev.holdfast.kafka.offsetguard.evidence.Evidence;
import dev.holdfast.kafka.offsetguard.evidence.LogBounds;
import dev.holdfast.kafka.offsetguard.evidence.TruncationClaim;
import dev.holdfast.kafka.offsetguard.evidence.Witness;
import dev.holdfast.kafka.offsetguard.policy.Action;
import dev.holdfast.kafka.offsetguard.policy.Cause;
import dev.holdfast.kafka.offsetguard.policy.MoveLimits;
import org.jspecify.annotations.Nullable;

/**
 * The action that a policy names, and what it comes to. It comes to a hold if the
 * evidence does not give its target, or if it goes further than the limits allow.
 *
 * @param policyAction the action that the policy names
 * @param outcome what it comes to
 * @param reason why it comes to something else than the policy names; {@code null} if it
 * comes to just that
 */
public record Ruling(Action policyAction, Outcome outcome, @Nullable Reason reason) {

	static Ruling readFrom(Action policyAction, long offset) {
		return new Ruling(policyAction, new Outcome.ReadFrom(offset), null);
	}

	public static Ruling hold(Action policyAction, Reason.Kind reason) {
		return hold(policyAction, Reason.of(reason));
	}

	public static Ruling hold(Action policyAction, Reason reason) {
		return new Ruling(policyAction, new Outcome.Held(), reason);
	}

	static Ruling fail(Action policyAction, Reason.Kind reason) {
		return new Ruling(policyAction, new Outcome.Failed(), Reason.of(reason));
	}

	/**
	 * Whether the client reads on, from another position or from the one that it has.
	 */
	public boolean isMove() {
		return outcome instanceof Outcome.ReadFrom || outcome instanceof Outcome.LookedUp;
	}

	/**
	 * Whether the client reads on since the policy says {@code keep}.
	 */
	public boolean isKeep() {
		return policyAction == Action.KEEP && isMove();
	}

	/**
	 * The action that the guard takes in fact: the policy's may be impossible.
	 */
	Action action() {
		if (outcome instanceof Outcome.Held) {
			return Action.HOLD;
		}
		return (outcome instanceof Outcome.Failed) ? Action.FAIL : policyAction;
	}

	/**
	 * What an action comes to within the limits.
	 */
	public static Ruling rule(Cause cause, Action action, MoveLimits limits, Evidence evidence) {
		return limit(cause, rule(cause, action, evidence), limits, evidence);
	}

	/**
	 * The ruling itself; a hold if the ruling moves the position further than the limits
	 * allow, or if the guard cannot know how far.
	 */
	public static Ruling limit(Cause cause, Ruling ruling, MoveLimits limits, Evidence evidence) {
		// Offsets in two different logs have nothing to do with each other. And where the
		// application seeks to is not where it was.
		if (cause.isOtherLog() || evidence.origin() < 0 || evidence.isSoughtBelowLogStart()) {
			return ruling;
		}
		if (ruling.outcome() instanceof Outcome.LookedUp && !limits.equals(MoveLimits.unlimited())) {
			return hold(ruling.policyAction(), Reason.limit(0, limits));
		}
		boolean tooFar = ruling.outcome() instanceof Outcome.ReadFrom readFrom
				&& !limits.allow(evidence.origin(), readFrom.offset());
		return tooFar ? hold(ruling.policyAction(), Reason.limit(moved(evidence, ruling), limits)) : ruling;
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
			case OFFSET, AUTO_OFFSET_RESET -> hold(action, Reason.Kind.NO_TARGET);
		};
	}

	/**
	 * What an operator's order comes to.
	 */
	static Ruling rule(Cause cause, Resolution order, Evidence evidence) {
		Long offset = order.offset();
		LogBounds bounds = evidence.boundsAfter();
		if (offset == null) {
			return rule(cause, order.action(), evidence);
		}
		boolean isInLog = bounds == null || bounds.contains(offset);
		return isInLog ? readFrom(order.action(), offset) : hold(order.action(), Reason.Kind.NO_TARGET);
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
		// Where nothing proves a claim, the guard follows it only if the policy names
		// exactly this case, and never against what the log says.
		boolean followed = verdict == ClaimTest.Verdict.SUPPORTED
				|| (cause == Cause.UNVERIFIABLE && verdict == ClaimTest.Verdict.UNDECIDED);
		return followed ? readFrom(action, claim.divergentOffset()) : hold(action, Reason.Kind.UNPROVEN);
	}

	private static Ruling timestamp(Evidence evidence) {
		return to(Action.TIMESTAMP, (evidence.witness() != null) ? evidence.timestampOffset() : -1);
	}

	/**
	 * Only the last record delivered tells that this is still the log that the group has
	 * committed in.
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
