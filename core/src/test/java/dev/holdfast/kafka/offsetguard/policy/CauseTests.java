/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.policy;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the guard and an operator may make of a cause.
 */
class CauseTests {

	@ParameterizedTest
	@EnumSource(Cause.class)
	void isFoundByItsNameInAnyCase(Cause cause) {
		assertThat(Cause.of(cause.id())).contains(cause);
		assertThat(Cause.of(cause.id().toUpperCase(Locale.ROOT))).contains(cause);
	}

	@Test
	void unknownNameIsNoCause() {
		assertThat(Cause.of("no-such-cause")).isEmpty();
		assertThat(Cause.of("log_truncated")).isEmpty();
	}

	/** An operator ends a hold. */
	@ParameterizedTest
	@EnumSource(Cause.class)
	void operatorMayDecideAllThatIsAllowedExceptToHold(Cause cause) {
		assertThat(cause.resolutions()).doesNotContain(Action.HOLD).contains(Action.FAIL);
		assertThat(cause.resolutions())
			.containsAll(cause.allowedActions().stream().filter((action) -> action != Action.HOLD).toList());
	}

	/** A policy knows no offset, and does not skip where the position is good. */
	@ParameterizedTest
	@EnumSource(Cause.class)
	void operatorMayMoveAnywhereUnlessThePositionIsGood(Cause cause) {
		Set<Cause> good = EnumSet.of(Cause.FALSE_TRUNCATION, Cause.EPOCH_AHEAD, Cause.COMMITTED_OFFSET_REGRESSED);
		Set<Action> moves = EnumSet.of(Action.EARLIEST, Action.LATEST, Action.TIMESTAMP, Action.OFFSET);
		if (good.contains(cause)) {
			assertThat(cause.resolutions()).doesNotContainAnyElementsOf(moves);
		}
		else {
			assertThat(cause.resolutions()).containsAll(moves);
		}
		assertThat(cause.allowedActions()).doesNotContain(Action.OFFSET);
	}

	@Test
	void causesWithoutACommitAreAboutTheFirstPosition() {
		assertThat(Stream.of(Cause.values()).filter(Cause::isAboutFirstPosition))
			.containsExactly(Cause.NO_COMMITTED_OFFSET, Cause.NEW_PARTITION, Cause.COMMITTED_OFFSET_LOST);
	}

	@Test
	void offsetsOfARecreatedTopicAndOfAnotherClusterAreNoDistance() {
		assertThat(Stream.of(Cause.values()).filter(Cause::isOtherLog)).containsExactly(Cause.TOPIC_RECREATED,
				Cause.CLUSTER_CHANGED);
	}

	@Test
	void guardAsksAgainSoonOnlyWhereEvidenceIsMissing() {
		assertThat(Stream.of(Cause.values()).filter(Cause::isWorthAskingSoon)).containsExactly(Cause.UNVERIFIABLE);
	}

}
