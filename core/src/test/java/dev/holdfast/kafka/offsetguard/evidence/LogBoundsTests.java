/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.evidence;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class LogBoundsTests {

	@ParameterizedTest
	@CsvSource({ "0, 60", "60, 60", "0, 0" })
	void twoAnswersThatAgreeAreBounds(long start, long end) {
		assertThat(LogBounds.of(start, end)).isEqualTo(new LogBounds(start, end));
	}

	@ParameterizedTest
	@CsvSource({ "-1, 60", "0, -1", "61, 60", "2147483647, 60" })
	void othersAreNone(long start, long end) {
		assertThat(LogBounds.of(start, end)).isNull();
	}

}
