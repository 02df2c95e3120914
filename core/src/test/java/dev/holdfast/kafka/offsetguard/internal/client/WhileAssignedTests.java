/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.client;

import java.util.List;
import java.util.Map;
import java.util.Set;

import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * A background that takes a partition away between two calls cannot be stopped there:
 * Kafka's own mock of a client, which refuses what a real one refuses, stands for it.
 */
class WhileAssignedTests {

	private static final TopicPartition KEPT = new TopicPartition("orders", 0);

	private static final TopicPartition LOST = new TopicPartition("orders", 1);

	private final MockConsumer<String, String> client = new MockConsumer<>("earliest");

	WhileAssignedTests() {
		client.assign(Set.of(KEPT));
		client.updateBeginningOffsets(Map.of(KEPT, 0L));
	}

	@Test
	void whatIsLostIsLeftAlone() {
		WhileAssigned.seek(client, LOST, new OffsetAndMetadata(3));
		WhileAssigned.act(client, List.of(KEPT, LOST), client::pause);

		assertThat(client.paused()).containsExactly(KEPT);
		Pauses pauses = new Pauses(client);
		pauses.pause(Set.of(LOST), Pauses.Reason.HELD);
		pauses.resume(Set.of(LOST), Pauses.Reason.HELD);
	}

	@Test
	void otherRefusalsAreThrown() {
		assertThatIllegalStateException().isThrownBy(() -> WhileAssigned.act(client, Set.of(KEPT), (partitions) -> {
			throw new IllegalStateException("for another reason");
		})).withMessage("for another reason");
	}

}
