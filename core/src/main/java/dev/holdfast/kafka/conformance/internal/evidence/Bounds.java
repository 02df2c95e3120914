/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.conformance.internal.evidence;

/**
 * What ListOffsets tells about both ends of a log.
 *
 * @param start where it starts
 * @param end where it ends, that of transactions in flight included
 */
public record Bounds(Answer<ListedOffset> start, Answer<ListedOffset> end) {

	/** Before anything is asked. */
	public static final Bounds UNKNOWN = new Bounds(new Answer.NotAsked<>("there was no time left"),
			new Answer.NotAsked<>("there was no time left"));

	/**
	 * The log start offset, -1 if it is not known.
	 */
	public long startOffset() {
		return offset(start);
	}

	/**
	 * The log end offset, -1 if it is not known.
	 */
	public long endOffset() {
		return offset(end);
	}

	/**
	 * The leader's epoch, as ListOffsets tells it along with the log end, -1 if it is not
	 * known.
	 */
	public int leaderEpoch() {
		ListedOffset listed = end.value();
		return (listed != null) ? listed.leaderEpoch() : -1;
	}

	/**
	 * Whether neither question got an answer.
	 */
	public boolean isSilent() {
		return start instanceof Answer.Silent<?> && end instanceof Answer.Silent<?>;
	}

	private static long offset(Answer<ListedOffset> answer) {
		ListedOffset listed = answer.value();
		return (listed != null) ? listed.offset() : -1;
	}

}
