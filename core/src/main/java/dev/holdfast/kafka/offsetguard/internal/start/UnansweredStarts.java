/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.start;

import java.util.Collection;
import java.util.concurrent.TimeUnit;

import dev.holdfast.kafka.offsetguard.internal.client.ClientConfiguration;
import dev.holdfast.kafka.offsetguard.internal.client.NameInLog;
import dev.holdfast.kafka.offsetguard.internal.client.SomePartitions;
import dev.holdfast.kafka.offsetguard.internal.time.GuardClock;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Warns that partitions do not start because brokers do not answer: after a while, and
 * then once a minute.
 */
public final class UnansweredStarts {

	private static final Logger logger = LoggerFactory.getLogger(UnansweredStarts.class);

	private static final long FIRST_WARNING = TimeUnit.SECONDS.toNanos(10);

	private static final long NEXT_WARNING = TimeUnit.MINUTES.toNanos(1);

	private final ClientConfiguration configuration;

	private final GuardClock clock;

	private boolean told;

	private long since;

	private long warnAt;

	public UnansweredStarts(ClientConfiguration configuration, GuardClock clock) {
		this.configuration = configuration;
		this.clock = clock;
	}

	/**
	 * Brokers have left a question about these partitions open.
	 */
	void tell(Collection<TopicPartition> partitions) {
		long now = clock.nanoTime();
		if (!told) {
			told = true;
			since = now;
			warnAt = now + FIRST_WARNING;
		}
		else if (now - warnAt >= 0) {
			warnAt = now + NEXT_WARNING;
			logger.warn(
					"{} partition(s) of group {} do not start on consumer {}, since brokers have not answered for {} s "
							+ "about commits, topics or leaders: {}",
					partitions.size(), NameInLog.of(configuration.groupId()), NameInLog.of(configuration.clientId()),
					TimeUnit.NANOSECONDS.toSeconds(now - since), SomePartitions.of(partitions));
		}
	}

	/**
	 * Brokers have answered all questions.
	 */
	void end() {
		told = false;
	}

	boolean isTold() {
		return told;
	}

}
