/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.client;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class NameInLogTests {

	@Test
	void breaksNoLine() {
		assertThat(NameInLog.of("größe\r\nWARN\u0085\u2028\u2029\u001b[2K")).isEqualTo("größe??WARN????[2K");
	}

	@Test
	void isOfALengthThatALineBears() {
		assertThat(NameInLog.of("x".repeat(32_767))).isEqualTo("x".repeat(255));
	}

	@Test
	void mayBeMissing() {
		assertThat(NameInLog.of(null)).isEqualTo("null");
	}

}
