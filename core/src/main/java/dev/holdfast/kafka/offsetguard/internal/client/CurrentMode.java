/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.client;

import java.util.function.Supplier;

import dev.holdfast.kafka.offsetguard.policy.OffsetGuardSettings;

/**
 * Whether the guard of one consumer carries its decisions out at present. An operator may
 * switch that while the consumer runs. Belongs to the consumer's thread, which takes over
 * what other threads have switched.
 */
public final class CurrentMode {

	private final Supplier<OffsetGuardSettings.Mode> wanted;

	private OffsetGuardSettings.Mode present;

	/**
	 * Creates it.
	 * @param wanted what is switched on; other threads may change it
	 */
	public CurrentMode(Supplier<OffsetGuardSettings.Mode> wanted) {
		this.wanted = wanted;
		this.present = wanted.get();
	}

	public boolean isObserving() {
		return present == OffsetGuardSettings.Mode.OBSERVE;
	}

	/**
	 * Takes over what is switched on. Every poll asks.
	 * @return whether that is another mode than before
	 */
	public boolean takeOver() {
		OffsetGuardSettings.Mode now = wanted.get();
		boolean isOther = now != present;
		present = now;
		return isOther;
	}

}
