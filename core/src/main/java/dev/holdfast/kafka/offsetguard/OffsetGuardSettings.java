/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import java.time.Duration;

/**
 * How an {@link OffsetGuard} behaves. Immutable.
 *
 * @param policy what to do about each cause
 * @param inspectionTimeout the bound on gathering evidence within one poll
 * @param holdRecheckInterval how often the evidence about held partitions is gathered
 * again
 */
public record OffsetGuardSettings(OffsetPolicy policy, Duration inspectionTimeout, Duration holdRecheckInterval) {

	private static final OffsetGuardSettings DEFAULTS = new OffsetGuardSettings(OffsetPolicy.defaults(),
			Duration.ofSeconds(5), Duration.ofSeconds(30));

	public OffsetGuardSettings {
		requirePositive("The inspection timeout", inspectionTimeout);
		requirePositive("The hold recheck interval", holdRecheckInterval);
	}

	/**
	 * The settings of a guard about which nothing is configured.
	 * @return default policy, an inspection timeout of 5 and a recheck interval of 30
	 * seconds
	 */
	public static OffsetGuardSettings defaults() {
		return DEFAULTS;
	}

	private static void requirePositive(String what, Duration duration) {
		if (duration.isNegative() || duration.isZero()) {
			throw new IllegalArgumentException("%s must be positive but is %s".formatted(what, duration));
		}
	}

}
