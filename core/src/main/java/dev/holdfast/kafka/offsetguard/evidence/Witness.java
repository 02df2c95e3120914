/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.evidence;

import org.jspecify.annotations.Nullable;

/**
 * The last record delivered, and what the log holds at its offset now. It need not be the
 * record right before the position: transaction markers and compaction leave holes there.
 *
 * @param delivered the last record delivered
 * @param found the first record at or after its offset, {@code null} if the inspector has
 * read none
 */
public record Witness(RecordIdentity delivered, @Nullable RecordIdentity found) {

	/** What a witness says. */
	public enum Verdict {

		/** The log holds the same record: the consumer's history is right. */
		SAME,

		/** The log holds another record. */
		DIFFERENT,

		/**
		 * The inspector could not look, or the offset is a hole, as compaction leaves it.
		 */
		UNKNOWN

	}

	/**
	 * Whether the log of another cluster holds the record delivered, because a mirror has
	 * copied it there. Leader epochs differ there, so only timestamp and sizes can name
	 * the record.
	 * @return {@code true} if that log has a record like it at the same offset
	 */
	public boolean standsInMirror() {
		boolean known = delivered.timestamp() >= 0 && delivered.keySize() != RecordIdentity.UNKNOWN_SIZE
				&& delivered.valueSize() != RecordIdentity.UNKNOWN_SIZE;
		return known && found != null && delivered.offset() == found.offset()
				&& delivered.timestamp() == found.timestamp() && delivered.keySize() == found.keySize()
				&& delivered.valueSize() == found.valueSize();
	}

	/**
	 * Compares the record delivered with the one found.
	 * @return the verdict
	 */
	public Verdict verdict() {
		if (found == null || found.offset() != delivered.offset()) {
			return Verdict.UNKNOWN;
		}
		if (!delivered.isLike(found)) {
			return Verdict.DIFFERENT;
		}
		// Some brokers answer with the same epoch for ever: offset and epoch prove
		// nothing.
		boolean complete = delivered.timestamp() >= 0 || delivered.equals(found);
		return complete ? Verdict.SAME : Verdict.UNKNOWN;
	}

}
