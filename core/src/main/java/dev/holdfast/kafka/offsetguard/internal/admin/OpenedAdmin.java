/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.admin;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;

import org.apache.kafka.clients.admin.Admin;
import org.jspecify.annotations.Nullable;

/**
 * An admin client.
 *
 * @param thread its thread, {@code null} if it is not known
 */
record OpenedAdmin(Admin admin, @Nullable Thread thread) {

	/** How Kafka names the threads of admin clients. */
	private static final String THREAD = "kafka-admin-client-thread | ";

	/**
	 * Opens one, and finds its thread. Another client of the same id may be about to end.
	 */
	static OpenedAdmin open(String clientId, Supplier<Admin> admin) {
		Set<Thread> before = threads(clientId);
		Admin opened = admin.get();
		Set<Thread> after = threads(clientId);
		after.removeAll(before);
		return new OpenedAdmin(opened, after.stream().findFirst().orElse(null));
	}

	private static Set<Thread> threads(String clientId) {
		Thread[] threads = new Thread[2 * Thread.activeCount() + 10];
		int count = Thread.enumerate(threads);
		return Arrays.stream(threads, 0, count)
			.filter((each) -> each.getName().equals(THREAD + clientId))
			.collect(Collectors.toCollection(HashSet::new));
	}

	/**
	 * Whether its thread has ended by an exception: it never answers again.
	 */
	boolean isDead() {
		return thread != null && !thread.isAlive();
	}

}
