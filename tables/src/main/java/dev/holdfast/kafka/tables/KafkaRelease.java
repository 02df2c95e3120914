/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.tables;

import java.util.Comparator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A release of Kafka, without the patch number.
 *
 * @param major the first number
 * @param minor the second number
 */
record KafkaRelease(int major, int minor) implements Comparable<KafkaRelease> {

	private static final Pattern PATTERN = Pattern.compile("(\\d{1,4})\\.(\\d{1,4})");

	private static final Comparator<KafkaRelease> ORDER = Comparator.comparingInt(KafkaRelease::major)
		.thenComparingInt(KafkaRelease::minor);

	static KafkaRelease parse(String text) {
		Matcher matcher = PATTERN.matcher(text);
		if (!matcher.matches()) {
			throw new UnusableInputException(
					"'%s' is no release; allowed: <major>.<minor>, such as 2.8".formatted(text));
		}
		return new KafkaRelease(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)));
	}

	@Override
	public int compareTo(KafkaRelease other) {
		return ORDER.compare(this, other);
	}

	@Override
	public String toString() {
		return major + "." + minor;
	}

}
