/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure.workswith;

import org.apache.kafka.clients.consumer.ConsumerRecord;

import org.springframework.kafka.annotation.KafkaListener;

/**
 * A listener as most are.
 */
record RecordListener(Received received) {

	@KafkaListener(topics = "${topic}", groupId = "${topic}")
	void onOrder(ConsumerRecord<?, ?> order) {
		received.add(order);
	}

}
