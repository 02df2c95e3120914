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
 * Asks one client for its positions. If the client reports something instead, keeps that
 * for the next decision: it may be about other partitions. Belongs to the consumer's
 * thread.
 */
public final class ClientPositions {

	private final Consumer<?, ?> client;

	private final ClientReports reports;

	private final Runnable looking;

	/**
	 * Creates it.
	 * @param looking runs before the client looks for positions that it lacks
	 */
	public ClientPositions(Consumer<?, ?> client, ClientReports reports, Runnable looking) {
		this.client = client;
		this.reports = reports;
		this.looking = looking;
	}

	/**
	 * The position of a partition if a client knows it right now and may fetch from it.
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
	 * @throws WakeupException if the application has woken the consumer up
	 */
	public OptionalLong within(TopicPartition partition, Duration timeout) {
		looking.run();
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
	 * @throws WakeupException if the application has woken the consumer up; the client's
	 * next call throws it again
	 */
	public OptionalLong now(TopicPartition partition) {
		try {
			return within(partition, Duration.ZERO);
		}
		catch (WakeupException ex) {
			// The wakeup is meant for the call around this. It may have ended a call to
			// which the async client's background was about to answer with a claim.
			client.wakeup();
			reports.claimsForgotten();
			throw ex;
		}
		catch (IllegalStateException ex) {
			if (client.assignment().contains(partition)) {
				throw ex;
			}
			// The async client has lost the partition since the guard looked.
			return OptionalLong.empty();
		}
	}

	/**
	 * The position of a partition if the client knows it right now. Leaves a wakeup for
	 * the client's next call that blocks.
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
