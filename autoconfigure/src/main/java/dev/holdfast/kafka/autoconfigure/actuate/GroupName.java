/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.holdfast.kafka.autoconfigure.actuate;

import org.jspecify.annotations.Nullable;

/**
 * Names the group of consumers without one: Prometheus drops an empty label, and a path
 * needs a name.
 */
final class GroupName {

	private static final String NO_GROUP = "none";

	private GroupName() {
	}

	static String of(@Nullable String groupId) {
		return (groupId != null) ? groupId : NO_GROUP;
	}

	/**
	 * Whether a name means the group of a consumer.
	 */
	static boolean matches(String name, @Nullable String groupId) {
		return name.equals(of(groupId));
	}

}
