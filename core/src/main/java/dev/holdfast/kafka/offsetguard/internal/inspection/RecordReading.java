/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.inspection;

import dev.holdfast.kafka.offsetguard.evidence.RecordIdentity;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * The search for the records next to one offset: the first at or after it and, if wanted,
 * the last below it.
 */
final class RecordReading {

	private static final int WIDEN = 8;

	private static final int WIDEST = 4096;

	private final Findings findings;

	private final long target;

	private long back;

	private boolean done;

	private @Nullable RecordIdentity before;

	private @Nullable RecordIdentity at;

	private RecordReading(Findings findings, long target, long back) {
		this.findings = findings;
		this.target = target;
		this.back = back;
	}

	static RecordReading around(long target, Findings findings) {
		return new RecordReading(findings, target, (target > findings.logStartBefore) ? 1 : 0);
	}

	static RecordReading at(long target, Findings findings) {
		return new RecordReading(findings, target, 0);
	}

	@Nullable RecordIdentity before() {
		return before;
	}

	@Nullable RecordIdentity at() {
		return at;
	}

	boolean isDone() {
		return done;
	}

	long startOffset() {
		return Math.max(findings.logStartBefore, target - back);
	}

	/**
	 * Takes one record, in the log's order.
	 */
	void take(ConsumerRecord<?, ?> record) {
		if (done) {
			return;
		}
		if (record.offset() < target) {
			before = RecordIdentity.of(record);
		}
		else {
			at = RecordIdentity.of(record);
			done = true;
		}
	}

	/**
	 * Takes note of how far the reader has come: transaction markers, and the holes that
	 * compaction leaves, move it on without a record.
	 */
	void takePosition(long position) {
		done |= position >= findings.logEndAfter;
	}

	/**
	 * Starts again from further back if it has found no record below the target, and
	 * there is more log to search.
	 * @return whether the inspector has to read again, from {@link #startOffset()}
	 */
	boolean widen() {
		boolean searchable = before == null && back > 0 && back < WIDEST && startOffset() > findings.logStartBefore;
		if (searchable) {
			back *= WIDEN;
			done = false;
			at = null;
		}
		return searchable;
	}

}
