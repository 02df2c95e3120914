/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.partition;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import dev.holdfast.kafka.offsetguard.internal.client.AutoOffsetReset;
import dev.holdfast.kafka.offsetguard.internal.client.Pauses;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Kafka's own mock of a client, which refuses what a real one refuses, stands for a
 * client whose background thread takes a partition away at the worst moment.
 */
class UndecidedStartsTests {

	private static final TopicPartition KEPT = new TopicPartition("orders", 0);

	private static final TopicPartition LOST = new TopicPartition("orders", 1);

	private final MockConsumer<String, String> client = new MockConsumer<>("earliest");

	UndecidedStartsTests() {
		client.assign(Set.of(KEPT));
		client.updateBeginningOffsets(Map.of(KEPT, 0L));
		client.updateEndOffsets(Map.of(KEPT, 7L));
	}

	@ParameterizedTest
	@EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
	void partitionThatTheClientHasLostDoesNotKeepOthersFromWaiting(AutoOffsetReset.Strategy reset) {
		Pauses pauses = new Pauses(client);
		UndecidedStarts undecided = new UndecidedStarts(client, pauses, false, reset);

		undecided.hold(new LinkedHashSet<>(List.of(LOST, KEPT)), Map.of());
		pauses.tellClient();

		assertThat(undecided.contains(KEPT)).isTrue();
		assertThat(client.paused()).containsExactly(KEPT);
		assertThat(undecided.isLooking(KEPT)).isEqualTo(reset != AutoOffsetReset.Strategy.BY_DURATION);
		assertThat(client.position(KEPT)).isEqualTo((reset == AutoOffsetReset.Strategy.LATEST) ? 7 : 0);
	}

}
