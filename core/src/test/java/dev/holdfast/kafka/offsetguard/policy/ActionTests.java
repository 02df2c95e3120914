/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.policy;

import java.util.Locale;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * How properties name an action.
 */
class ActionTests {

	@ParameterizedTest
	@EnumSource(Action.class)
	void isFoundByItsNameInAnyCase(Action action) {
		assertThat(Action.of(action.id())).contains(action);
		assertThat(Action.of(action.id().toUpperCase(Locale.ROOT))).contains(action);
	}

	@Test
	void unknownNameIsNoAction() {
		assertThat(Action.of("rewind")).isEmpty();
		assertThat(Action.of("latest_known")).isEmpty();
	}

}
