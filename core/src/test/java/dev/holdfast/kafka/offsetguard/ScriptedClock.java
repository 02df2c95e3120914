/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;

import dev.holdfast.kafka.offsetguard.internal.time.GuardClock;

/**
 * A clock that a test puts forward where the guard would wait. It begins shortly before
 * its number overflows, as the JDK's may at any time. Thread-safe.
 */
public final class ScriptedClock implements GuardClock {

	private static final long BEGIN = Long.MAX_VALUE - 1_000;

	private final boolean running;

	private final long madeAt = System.nanoTime();

	private final Instant madeAtInstant = Instant.now();

	private final AtomicLong advanced = new AtomicLong();

	private ScriptedClock(boolean running) {
		this.running = running;
	}

	/**
	 * Goes on by itself, too: for guards around real clients, which wait for each other.
	 */
	public static ScriptedClock running() {
		return new ScriptedClock(true);
	}

	/**
	 * Stands still unless it is put forward.
	 */
	public static ScriptedClock standing() {
		return new ScriptedClock(false);
	}

	public void advance(Duration duration) {
		advanced.addAndGet(duration.toNanos());
	}

	/**
	 * Puts the clock forward each time that a condition does not hold.
	 */
	BooleanSupplier advancing(Duration step, BooleanSupplier condition) {
		return () -> {
			boolean holds = condition.getAsBoolean();
			if (!holds) {
				advance(step);
			}
			return holds;
		};
	}

	@Override
	public long nanoTime() {
		return BEGIN + gone();
	}

	@Override
	public Instant instant() {
		return madeAtInstant.plusNanos(gone());
	}

	private long gone() {
		return advanced.get() + (running ? System.nanoTime() - madeAt : 0);
	}

}
