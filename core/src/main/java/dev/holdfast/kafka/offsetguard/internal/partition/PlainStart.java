/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.partition;

import java.time.Instant;

/**
 * Where plain Kafka starts a partition without a commit, however long answers take here.
 * Under {@code latest} that is the end of the log, as the application sees it, at the
 * time of the assignment. Belongs to the consumer's thread.
 */
public final class PlainStart {

	private final Instant assignedAt;

	private long offset = -1;

	private boolean endAsked;

	private boolean givenUp;

	private boolean committed;

	private boolean commitRead;

	PlainStart(Instant assignedAt) {
		this.assignedAt = assignedAt;
	}

	/**
	 * The offset, -1 if the guard does not know it.
	 */
	public long offset() {
		return offset;
	}

	/**
	 * Takes note of the offset.
	 */
	public void found(long found) {
		offset = found;
	}

	/**
	 * When the partition was assigned.
	 */
	public Instant assignedAt() {
		return assignedAt;
	}

	/**
	 * Whether a leader had its time to tell the end of the log. It may be silent.
	 */
	public boolean isEndAsked() {
		return endAsked;
	}

	/**
	 * A leader had its time to tell the end of the log.
	 */
	public void endAsked() {
		endAsked = true;
	}

	/**
	 * Whether the guard leaves it to the client to find where the partition starts.
	 */
	public boolean isGivenUp() {
		return givenUp;
	}

	/**
	 * A leader has not told the guard in time where the partition starts.
	 */
	public void giveUp() {
		givenUp = true;
	}

	/**
	 * Whether the coordinator has told a commit, so that plain Kafka starts there.
	 */
	public boolean isCommitted() {
		return committed;
	}

	/**
	 * The coordinator has told a commit.
	 */
	public void committed() {
		committed = true;
	}

	/**
	 * Whether the client may have read the commit by itself. It believes the leader epoch
	 * in it then.
	 */
	public boolean isCommitRead() {
		return commitRead;
	}

	/**
	 * The client may have read the commit by itself.
	 */
	public void commitRead() {
		commitRead = true;
	}

}
