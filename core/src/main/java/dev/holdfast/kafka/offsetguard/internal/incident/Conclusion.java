/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.incident;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Queue;

import dev.holdfast.kafka.offsetguard.internal.inspection.Findings;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.jspecify.annotations.Nullable;

/**
 * Findings about which the guard can decide. To decide about thousands takes longer than
 * a poll may, so the guard decides about a few at a time. Belongs to the consumer's
 * thread.
 */
final class Conclusion {

	private static final int FEW = 16;

	private final Queue<Findings> left;

	private final @Nullable InvalidOffsetException own;

	private boolean ownIsAnswer;

	/**
	 * Creates it.
	 * @param own the client's own exception
	 */
	Conclusion(Collection<Findings> findings, @Nullable InvalidOffsetException own) {
		this.left = new ArrayDeque<>(findings);
		this.own = own;
	}

	boolean isOver() {
		return left.isEmpty();
	}

	/**
	 * Takes out the next few.
	 */
	List<Findings> next() {
		List<Findings> few = new ArrayList<>();
		while (few.size() < FEW && !left.isEmpty()) {
			few.add(left.remove());
		}
		return few;
	}

	/**
	 * Puts back findings about which the guard has yet to decide.
	 */
	void putBack(Collection<Findings> findings) {
		left.addAll(findings);
	}

	/**
	 * The client's own exception is the answer to one of them, where the application has
	 * set {@code auto.offset.reset=none}.
	 */
	void ownIsAnswer() {
		ownIsAnswer = true;
	}

	/**
	 * Throws the client's own exception, if that is the answer to any.
	 */
	void throwOwn() {
		if (ownIsAnswer && own != null) {
			throw own;
		}
	}

}
