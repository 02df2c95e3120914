/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.simulation;

import java.util.List;
import java.util.Map;

import dev.holdfast.kafka.offsetguard.policy.Action;
import dev.holdfast.kafka.offsetguard.policy.Cause;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the simulation has found, as short as it could be made.
 */
@Timeout(60)
class FoundBySimulationTests {

	/**
	 * The inspector asked for the old topic's epoch. From then on it waited for a leader
	 * of that epoch, and its evidence was never complete.
	 */
	@ParameterizedTest
	@EnumSource
	void topicThatBeginsWithALowerEpochIsReadFromItsStart(ClientSettings.Protocol protocol) {
		check(new Script(protocol, "earliest", false, true, 1, Map.of(), 1,
				List.of(new Step.Move(0), new Step.Append(0, 1, false), new Step.Poll(100), new Step.Recreate(20))));
	}

	/**
	 * The guard sought the client with the old topic's epoch, and the client waited for a
	 * leader of that epoch for ever.
	 */
	@Test
	void claimAboutAPositionBehindAMarkerDoesNotMakeTheClientWaitForAnEpoch() {
		check(new Script(ClientSettings.Protocol.EAGER, "earliest", false, true, 1, Map.of(), 1,
				List.of(new Step.Move(0), new Step.Append(0, 33, true), new Step.Poll(100),
						new Step.CommitProcessed(true), new Step.Rebalance(7, false), new Step.Poll(500),
						new Step.Poll(1000), new Step.Recreate(15))));
	}

	/**
	 * The decision came between two polls of the client, and the client delivered from a
	 * provisional position before the guard threw.
	 */
	@Test
	void nothingIsDeliveredAfterTheDecisionToFail() {
		check(new Script(ClientSettings.Protocol.EAGER, "earliest", false, true, 1,
				Map.of(Cause.NO_COMMITTED_OFFSET, Action.FAIL), 1,
				List.of(new Step.Append(0, 7, false), new Step.Delay(500), new Step.Poll(100), new Step.Poll(500))));
	}

	@Test
	void wakeupEndsOneCallOnly() {
		check(new Script(ClientSettings.Protocol.CONSUMER, "latest", false, false, 1, Map.of(), 1,
				List.of(new Step.Wakeup(10), new Step.Position(0))));
	}

	private static void check(Script script) {
		assertThat(Simulation.check(script)).isNull();
	}

}
