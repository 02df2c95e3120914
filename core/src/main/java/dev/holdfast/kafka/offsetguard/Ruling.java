/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import org.jspecify.annotations.Nullable;

/**
 * The action that a policy names, and what it comes to.
 *
 * @param named the action that the policy names
 * @param outcome what it comes to
 * @param reason why it comes to something else than the policy names, {@code null} if it
 * does not
 */
record Ruling(Action named, Outcome outcome, @Nullable Reason reason) {

	static Ruling readFrom(Action named, long offset) {
		return new Ruling(named, new Outcome.ReadFrom(offset), null);
	}

	static Ruling hold(Action named, Reason.Kind reason) {
		return hold(named, Reason.of(reason));
	}

	static Ruling hold(Action named, Reason reason) {
		return new Ruling(named, new Outcome.Held(), reason);
	}

	static Ruling fail(Action named, Reason.Kind reason) {
		return new Ruling(named, new Outcome.Failed(), Reason.of(reason));
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

}
