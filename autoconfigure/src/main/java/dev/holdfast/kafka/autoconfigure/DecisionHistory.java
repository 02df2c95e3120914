/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.holdfast.kafka.autoconfigure;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

import dev.holdfast.kafka.offsetguard.decision.Decision;
import dev.holdfast.kafka.offsetguard.decision.DecisionListener;

/**
 * Remembers the last decisions. Thread-safe.
 */
final class DecisionHistory {

	private final Deque<GuardedFactories.Made> last = new ArrayDeque<>();

	/**
	 * Remembers the decisions about the consumers of one factory.
	 */
	DecisionListener of(String factory) {
		return (decision) -> add(factory, decision);
	}

	private synchronized void add(String factory, Decision decision) {
		if (last.size() == GuardedFactories.REMEMBERED_DECISIONS) {
			last.removeLast();
		}
		last.addFirst(new GuardedFactories.Made(factory, decision));
	}

	synchronized List<GuardedFactories.Made> newestFirst() {
		return new ArrayList<>(last);
	}

}
