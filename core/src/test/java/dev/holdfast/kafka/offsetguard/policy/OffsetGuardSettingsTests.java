/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.policy;

import java.time.Duration;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * The settings that the guard refuses, and those that it has by itself.
 */
class OffsetGuardSettingsTests {

	@ParameterizedTest
	@CsvSource({ "PT0S, PT1S, PT1S, The inspection timeout must be positive but is PT0S",
			"PT-1S, PT1S, PT1S, The inspection timeout must be positive but is PT-1S",
			"PT1S, PT0S, PT1S, The hold recheck interval must be positive but is PT0S",
			"PT1S, PT-1S, PT1S, The hold recheck interval must be positive but is PT-1S",
			"PT1S, PT1S, PT-1S, The topic check interval must not be negative but is PT-1S" })
	void refusesTimesThatMakeNoSense(Duration inspection, Duration holdRecheck, Duration topicCheck, String message) {
		assertThatIllegalArgumentException()
			.isThrownBy(() -> new OffsetGuardSettings.Timing(inspection, holdRecheck, topicCheck))
			.withMessage(message);
	}

	/** Zero turns the check off. */
	@Test
	void needsNoTopicCheck() {
		assertThatCode(() -> new OffsetGuardSettings.Timing(Duration.ofMillis(1), Duration.ofMillis(1), Duration.ZERO))
			.doesNotThrowAnyException();
	}

	@Test
	void guardEnforcesItsDecisionsUnlessItIsToldToObserve() {
		OffsetGuardSettings enforcing = OffsetGuardSettings.defaults();

		assertThat(enforcing.isObserving()).isFalse();
		assertThat(new OffsetGuardSettings(enforcing.policy(), OffsetGuardSettings.Mode.OBSERVE, enforcing.commits(),
				enforcing.timing())
			.isObserving()).isTrue();
	}

}
