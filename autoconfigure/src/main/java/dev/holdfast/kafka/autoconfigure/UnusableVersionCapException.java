/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure;

import java.util.List;
import java.util.stream.Collectors;

import dev.holdfast.kafka.versioncap.rules.VersionCapCheck;

/**
 * Thrown when a version cap leaves a consumer too little to read and commit.
 */
final class UnusableVersionCapException extends RuntimeException {

	private UnusableVersionCapException(String message) {
		super(message);
	}

	UnusableVersionCapException(String factoryName, String cap, List<VersionCapCheck.Problem> problems) {
		super("The consumers of '%s' cannot work with their %s%n%n%s".formatted(factoryName, cap,
				problems.stream().map((problem) -> "    " + problem).collect(Collectors.joining("%n".formatted()))));
	}

	/**
	 * Joins several exceptions to one.
	 */
	static UnusableVersionCapException of(List<UnusableVersionCapException> all) {
		return (all.size() == 1) ? all.get(0) : new UnusableVersionCapException(
				all.stream().map(Throwable::getMessage).collect(Collectors.joining("%n%n".formatted())));
	}

}
