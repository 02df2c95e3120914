/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure.actuate;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;

import dev.holdfast.kafka.offsetguard.decision.Resolution;
import dev.holdfast.kafka.offsetguard.policy.Action;
import org.jspecify.annotations.Nullable;

/**
 * Reads the fields of an operator's order, and collects what is wrong with them.
 */
final class OrderFields {

	/** A request to brokers about the group has to have room for its name. */
	private static final int MAX_NAME_LENGTH = 1024;

	private OrderFields() {
	}

	/**
	 * The resolution that an order means.
	 * @return {@code null} if the order has a mistake
	 */
	static @Nullable Resolution resolution(HeldPartitionResolver.Order order, Action action, String reason,
			List<String> mistakes) {
		Long offset = offset(order.offset(), mistakes);
		Instant timestamp = timestamp(order.timestamp(), mistakes);
		if (!mistakes.isEmpty()) {
			return null;
		}
		try {
			return new Resolution(action, order.named(), reason, offset, timestamp);
		}
		catch (IllegalArgumentException ex) {
			mistakes.add(ex.getMessage());
			return null;
		}
	}

	private static @Nullable Long offset(@Nullable String value, List<String> mistakes) {
		try {
			return (value != null) ? Long.valueOf(value) : null;
		}
		catch (NumberFormatException ex) {
			mistakes.add("'offset' is no offset");
			return null;
		}
	}

	/**
	 * Reads a time as ISO 8601 has it, or milliseconds as Kafka has them.
	 */
	private static @Nullable Instant timestamp(@Nullable String value, List<String> mistakes) {
		try {
			if (value == null) {
				return null;
			}
			return value.chars().allMatch(Character::isDigit) ? Instant.ofEpochMilli(Long.parseLong(value))
					: OffsetDateTime.parse(value).toInstant();
		}
		catch (NumberFormatException | DateTimeException ex) {
			mistakes.add("'timestamp' is no time such as 2026-01-31T12:00:00Z");
			return null;
		}
	}

	static boolean flag(String name, @Nullable String value, List<String> mistakes) {
		if (value != null && !value.equals("true") && !value.equals("false")) {
			mistakes.add("'%s' is neither true nor false".formatted(name));
		}
		return "true".equals(value);
	}

	static String required(String name, @Nullable String value, List<String> mistakes) {
		if (value == null || value.isBlank()) {
			mistakes.add("'%s' is missing".formatted(name));
			return "";
		}
		return value;
	}

	static String name(String name, @Nullable String value, List<String> mistakes) {
		String text = required(name, value, mistakes);
		if (text.length() > MAX_NAME_LENGTH || text.chars().anyMatch(Character::isISOControl)) {
			mistakes.add("'%s' is no name of a %s".formatted(name, name));
		}
		return text;
	}

	static int partition(@Nullable String value, List<String> mistakes) {
		String text = required("partition", value, mistakes);
		if (text.isEmpty()) {
			return -1;
		}
		try {
			int partition = Integer.parseInt(text);
			if (partition >= 0) {
				return partition;
			}
		}
		catch (NumberFormatException ex) {
			// Reported below.
		}
		mistakes.add("'partition' is no number of a partition");
		return -1;
	}

}
