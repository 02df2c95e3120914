/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.conformance.internal.evidence;

import dev.holdfast.kafka.offsetguard.evidence.RecordIdentity;
import org.jspecify.annotations.Nullable;

/**
 * What Fetch answers at an offset.
 */
public sealed interface Reading {

	/**
	 * A record.
	 *
	 * @param record the record that was looked for
	 */
	record Found(RecordIdentity record) implements Reading {
	}

	/** No record, and no error. */
	record Nothing() implements Reading {
	}

	/** OFFSET_OUT_OF_RANGE. */
	record OutOfRange() implements Reading {
	}

	/**
	 * The record of an answer.
	 * @return {@code null} if there is none
	 */
	static @Nullable RecordIdentity record(Answer<Reading> answer) {
		return (answer.value() instanceof Found found) ? found.record : null;
	}

	static boolean isOutOfRange(Answer<Reading> answer) {
		return answer.value() instanceof OutOfRange;
	}

}
