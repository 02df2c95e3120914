/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

/**
 * The action that a policy names, and what it comes to.
 *
 * @param named the action that the policy names
 * @param outcome what it comes to
 */
record Ruling(Action named, Outcome outcome) {

	static Ruling readFrom(Action named, long offset) {
		return new Ruling(named, new Outcome.ReadFrom(offset));
	}

	static Ruling hold(Action named) {
		return new Ruling(named, new Outcome.Held());
	}

	static Ruling fail(Action named) {
		return new Ruling(named, new Outcome.Failed());
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
