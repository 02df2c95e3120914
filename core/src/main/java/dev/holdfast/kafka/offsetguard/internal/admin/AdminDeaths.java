/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.admin;

import java.util.concurrent.TimeUnit;

import dev.holdfast.kafka.offsetguard.internal.time.GuardClock;
import dev.holdfast.kafka.offsetguard.internal.time.Retry;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says when to open an admin client in place of a dead one: at growing intervals if one
 * after the other dies, and with one line for all of them. The calls of a dead one fail
 * meanwhile, and the guard asks again. Not thread-safe.
 */
final class AdminDeaths {

	private static final Logger logger = LoggerFactory.getLogger(AdminDeaths.class);

	/** A client that has lived for so long did not die of what the last one died of. */
	private static final long LONG_LIFE = TimeUnit.MINUTES.toNanos(2);

	/** Up to a minute between two clients that die. */
	private static final int MOST_DOUBLINGS = 9;

	private final String consumer;

	private final GuardClock clock;

	private final Retry reopening;

	private long openedAt;

	private boolean hasDied;

	/**
	 * Creates it.
	 * @param consumer the client id of the consumer whose questions the client asks
	 */
	AdminDeaths(String consumer, GuardClock clock) {
		this.consumer = consumer;
		this.clock = clock;
		this.reopening = new Retry(MOST_DOUBLINGS, clock);
	}

	void opened() {
		openedAt = clock.nanoTime();
	}

	/**
	 * Whether another client is to take the place of the dead one now.
	 */
	boolean isToBeReplaced() {
		if (!hasDied || clock.nanoTime() - openedAt > LONG_LIFE) {
			logger.warn("The admin client of consumer {} has died, and is opened anew", consumer);
			hasDied = true;
			reopening.note(false);
		}
		boolean isDue = reopening.isDue();
		if (isDue) {
			reopening.note(true);
			// Also if the next one cannot be opened: else each try would be a first one
			// after a while.
			openedAt = clock.nanoTime();
		}
		return isDue;
	}

}
