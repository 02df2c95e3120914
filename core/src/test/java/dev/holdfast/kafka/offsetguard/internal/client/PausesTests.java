/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.client;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;

import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class PausesTests {

	private static final TopicPartition ONE = new TopicPartition("orders", 0);

	private static final TopicPartition OTHER = new TopicPartition("orders", 1);

	private boolean interrupted;

	private final List<String> calls = new ArrayList<>();

	private final MockConsumer<String, String> client = new MockConsumer<>("earliest") {

		@Override
		public synchronized void pause(Collection<TopicPartition> partitions) {
			if (interrupted) {
				throw new InterruptException("interrupted");
			}
			calls.add("pause " + partitions.size());
			super.pause(partitions);
		}

		@Override
		public synchronized void resume(Collection<TopicPartition> partitions) {
			calls.add("resume " + partitions.size());
			super.resume(partitions);
		}

	};

	private final Pauses pauses = new Pauses(client);

	@BeforeEach
	void assign() {
		client.assign(Set.of(ONE, OTHER));
	}

	@Test
	void clientHearsOfAllTogether() {
		pauses.pause(Set.of(ONE), Pauses.Reason.HELD);
		pauses.pause(Set.of(OTHER), Pauses.Reason.REPORTED);
		pauses.tellClient();
		pauses.tellClient();

		assertThat(calls).containsExactly("pause 2");
		assertThat(client.paused()).containsExactlyInAnyOrder(ONE, OTHER);
		assertThat(pauses.byApplication()).isEmpty();
	}

	@Test
	void partitionIsResumedWhenTheLastReasonIsGone() {
		pauses.pause(Set.of(ONE), Pauses.Reason.REPORTED);
		pauses.pause(Set.of(ONE), Pauses.Reason.HELD);
		pauses.tellClient();
		pauses.resume(Set.of(ONE), Pauses.Reason.REPORTED);
		pauses.tellClient();
		assertThat(client.paused()).containsExactly(ONE);

		pauses.resume(Set.of(ONE), Pauses.Reason.HELD);
		pauses.tellClient();
		assertThat(client.paused()).isEmpty();
	}

	@Test
	void whatTheApplicationHasPausedStaysPaused() {
		pauses.pauseByApplication(Set.of(ONE));
		pauses.pause(Set.of(ONE, OTHER), Pauses.Reason.HELD);
		assertThat(pauses.byApplication()).containsExactly(ONE);
		assertThat(pauses.isByApplication(ONE)).isTrue();
		assertThat(pauses.isByApplication(OTHER)).isFalse();

		pauses.resume(Set.of(ONE, OTHER), Pauses.Reason.HELD);
		assertThat(pauses.byApplication()).containsExactly(ONE);
		pauses.tellClient();
		assertThat(client.paused()).containsExactly(ONE);
	}

	@Test
	void applicationPausesWhatTheGuardHasJustResumed() {
		pauses.pause(Set.of(ONE), Pauses.Reason.HELD);
		pauses.tellClient();
		pauses.resume(Set.of(ONE), Pauses.Reason.HELD);
		pauses.pauseByApplication(Set.of(ONE));
		pauses.tellClient();

		assertThat(client.paused()).containsExactly(ONE);
	}

	/**
	 * The guard decides before it polls the client again.
	 */
	@Test
	void shortPauseOfTheGuardsDoesNotEndTheApplications() {
		pauses.pauseByApplication(Set.of(ONE));
		pauses.pause(Set.of(ONE), Pauses.Reason.REPORTED);
		pauses.resume(Set.of(ONE), Pauses.Reason.REPORTED);
		pauses.tellClient();

		assertThat(client.paused()).containsExactly(ONE);
		assertThat(pauses.byApplication()).containsExactly(ONE);
	}

	@Test
	void clientThatWasInterruptedIsToldAgain() {
		pauses.pause(Set.of(ONE), Pauses.Reason.HELD);
		pauses.tellClient();
		pauses.resume(Set.of(ONE), Pauses.Reason.HELD);
		pauses.pause(Set.of(OTHER), Pauses.Reason.HELD);
		interrupted = true;
		assertThatExceptionOfType(InterruptException.class).isThrownBy(pauses::tellClient);
		interrupted = false;
		pauses.tellClient();

		assertThat(client.paused()).containsExactly(OTHER);
	}

	@Test
	void applicationResumesWhatTheGuardHolds() {
		pauses.pauseByApplication(Set.of(ONE));
		pauses.pause(Set.of(ONE), Pauses.Reason.HELD);
		pauses.resumeByApplication(Set.of(ONE));
		pauses.tellClient();
		assertThat(client.paused()).containsExactly(ONE);
		assertThat(pauses.byApplication()).isEmpty();

		pauses.resume(Set.of(ONE), Pauses.Reason.HELD);
		pauses.tellClient();
		assertThat(client.paused()).isEmpty();
	}

	@Test
	void clientIsNotToldOfWhatItHasLost() {
		pauses.pause(Set.of(ONE, OTHER), Pauses.Reason.HELD);
		pauses.forget(Set.of(ONE));
		client.assign(Set.of(OTHER));
		pauses.tellClient();
		assertThat(client.paused()).containsExactly(OTHER);

		client.assign(Set.of(ONE, OTHER));
		assertThat(pauses.byApplication()).isEmpty();
	}

}
