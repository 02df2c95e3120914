/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.client;

import org.jspecify.annotations.Nullable;

/**
 * The name of a client or a group for a line of the log. Brokers take any text for these
 * names; a line break in one would make up a line.
 */
public final class NameInLog {

	private static final int MAX_LENGTH = 255;

	private NameInLog() {
	}

	/**
	 * Replaces what is no text, and cuts off what is too long.
	 */
	public static String of(@Nullable String name) {
		StringBuilder text = new StringBuilder();
		String.valueOf(name)
			.codePoints()
			.limit(MAX_LENGTH)
			.forEach((each) -> text.appendCodePoint(isText(each) ? each : '?'));
		return text.toString();
	}

	private static boolean isText(int each) {
		return !Character.isISOControl(each) && each != 0x2028 && each != 0x2029;
	}

}
