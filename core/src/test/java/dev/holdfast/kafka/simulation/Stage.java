/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.simulation;

import java.util.OptionalInt;

import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * Brokers, real or not, on which a script is performed.
 */
interface Stage {

	TopicPartition partition();

	Consumer<?, ?> consumer(ClientSettings.Protocol protocol, String reset);

	void append(int records);

	void move();

	/** Lies about the ends of epochs, with -1 for an undefined answer. */
	void lie(int end);

	void lieAboutRange();

	void honest();

	void retain(long start);

	void commit(OffsetAndMetadata offset);

	OffsetAndMetadata committed();

	long end();

	OptionalInt epochBefore(long offset);

	/** How long nothing has to happen until nothing will, in milliseconds. */
	long quiet();

	long millis();

}
