/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.simulation;

import java.util.Objects;

/**
 * What a client knows of one assigned partition. By kafka-clients' SubscriptionState.
 */
final class ClientPartition {

	enum State {

		INITIALIZING, FETCHING, AWAIT_RESET, AWAIT_VALIDATION

	}

	/**
	 * A position.
	 *
	 * @param epoch of the record before it, {@code null} if the client knows none
	 */
	record Position(long offset, Integer epoch, ClientMetadata.LeaderAndEpoch leader) {
	}

	private State state = State.INITIALIZING;

	private Position position;

	/** What the client looks for: {@code earliest} or {@code latest}. */
	private String reset;

	private long nextRetry = Long.MIN_VALUE;

	boolean paused;

	boolean pendingRevocation;

	boolean pendingCallback;

	Long highWatermark;

	void seekUnvalidated(Position sought) {
		state = State.FETCHING;
		reset = null;
		validate(sought);
	}

	void seekValidated(Position sought) {
		state = State.FETCHING;
		position = sought;
		reset = null;
		nextRetry = Long.MIN_VALUE;
	}

	private void validate(Position sought) {
		state = (sought.epoch != null && sought.leader.epoch() != null) ? State.AWAIT_VALIDATION : State.FETCHING;
		position = sought;
		nextRetry = Long.MIN_VALUE;
	}

	void maybeValidate(ClientMetadata.LeaderAndEpoch current) {
		if (state != State.AWAIT_RESET && current.node() != null && position != null
				&& !Objects.equals(position.leader, current)) {
			validate(new Position(position.offset, position.epoch, current));
		}
	}

	void requestReset(String strategy) {
		state = State.AWAIT_RESET;
		position = null;
		reset = strategy;
		nextRetry = Long.MIN_VALUE;
	}

	void completeValidation() {
		if (position != null) {
			state = State.FETCHING;
			nextRetry = Long.MIN_VALUE;
		}
	}

	void advance(long offset, Integer epoch) {
		position = new Position(offset, epoch, position.leader);
	}

	void retryAt(long millis) {
		nextRetry = millis;
	}

	boolean isDue(long millis) {
		return nextRetry <= millis;
	}

	State state() {
		return state;
	}

	boolean isInitializing() {
		return state == State.INITIALIZING && !pendingRevocation;
	}

	boolean isFetchable() {
		return !paused && !pendingRevocation && !pendingCallback && state == State.FETCHING;
	}

	boolean hasValidPosition() {
		return state == State.FETCHING;
	}

	Position position() {
		return position;
	}

	String reset() {
		return reset;
	}

}
