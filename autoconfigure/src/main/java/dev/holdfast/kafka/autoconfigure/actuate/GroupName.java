/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.holdfast.kafka.autoconfigure.actuate;

import org.jspecify.annotations.Nullable;

/**
 * How consumers without a group are called where a name is needed: Prometheus takes an
 * empty label for none, and a path needs something to stand in it.
 */
final class GroupName {

	private static final String NO_GROUP = "none";

	private GroupName() {
	}

	static String of(@Nullable String groupId) {
		return (groupId != null) ? groupId : NO_GROUP;
	}

	/**
	 * Whether a consumer is meant by a name.
	 */
	static boolean matches(String name, @Nullable String groupId) {
		return name.equals(of(groupId));
	}

}
