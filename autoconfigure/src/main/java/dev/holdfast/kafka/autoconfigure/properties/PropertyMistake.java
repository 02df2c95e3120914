/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure.properties;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.origin.Origin;

/**
 * One mistake in the properties.
 *
 * @param property the property's name
 * @param value its value, {@code null} if the value is not what is wrong
 * @param origin where it was set, {@code null} if its source does not tell
 * @param problem what is wrong
 * @param allowed what is allowed instead
 */
public record PropertyMistake(String property, @Nullable Object value, @Nullable Origin origin, String problem,
		String allowed) {

	/**
	 * The mistake in one line.
	 */
	@Override
	public String toString() {
		StringBuilder line = new StringBuilder(property);
		if (value != null) {
			line.append(" = '").append(value).append('\'');
		}
		line.append(" (").append((origin != null) ? origin(origin) : "of unknown origin").append("): ");
		return line.append(problem).append("; allowed: ").append(allowed).toString();
	}

	/**
	 * Leaves out the name, if the source has the property under just this one.
	 */
	private String origin(Origin origin) {
		String text = origin.toString();
		String name = "\"" + property + "\" ";
		return text.startsWith(name) ? text.substring(name.length()) : text;
	}

}
