/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.client;

import java.time.Duration;
import java.util.OptionalLong;

import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.WakeupException;

/**
 * Asks one client for its positions. What the client reports in place of a position is
 * kept for the next decision: it may be about other partitions. Belongs to the consumer's
 * thread.
 */
public final class ClientPositions {

	private final Consumer<?, ?> client;

	private final ClientReports reports;

	public ClientPositions(Consumer<?, ?> client, ClientReports reports) {
		this.client = client;
		this.reports = reports;
	}

	/**
	 * The position of a partition if a client knows it and may fetch from it right now.
	 * @throws InvalidOffsetException if the client has something to report, perhaps about
	 * other partitions
	 */
	public static OptionalLong now(Consumer<?, ?> client, TopicPartition partition) {
		return within(client, partition, Duration.ZERO);
	}

	private static OptionalLong within(Consumer<?, ?> client, TopicPartition partition, Duration timeout) {
		try {
			return OptionalLong.of(client.position(partition, timeout));
		}
		catch (TimeoutException ex) {
			return OptionalLong.empty();
		}
	}

	/**
	 * The position of a partition if the client knows it within a time.
	 * @return empty if it does not, or has reported something instead
	 * @throws WakeupException if the consumer was woken up
	 */
	public OptionalLong within(TopicPartition partition, Duration timeout) {
		try {
			return within(client, partition, timeout);
		}
		catch (InvalidOffsetException ex) {
			reports.add(ex);
			return OptionalLong.empty();
		}
	}

	/**
	 * The position of a partition if the client knows it right now.
	 * @return empty if it does not, or has reported something instead
	 * @throws WakeupException if the consumer was woken up: the call around this is, too
	 */
	public OptionalLong now(TopicPartition partition) {
		try {
			return within(partition, Duration.ZERO);
		}
		catch (WakeupException ex) {
			// Meant for the call around this.
			client.wakeup();
			throw ex;
		}
		catch (IllegalStateException ex) {
			if (client.assignment().contains(partition)) {
				throw ex;
			}
			// The async client has lost it since the guard has looked.
			return OptionalLong.empty();
		}
	}

	/**
	 * The position of a partition if the client knows it right now. A wakeup is left for
	 * a call of the client's that blocks.
	 * @return empty if the client does not know it, or has reported something instead
	 */
	public OptionalLong nowQuietly(TopicPartition partition) {
		try {
			return now(partition);
		}
		catch (WakeupException ex) {
			return OptionalLong.empty();
		}
	}

}
