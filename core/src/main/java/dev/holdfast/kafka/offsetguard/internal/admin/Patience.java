/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.admin;

import java.util.concurrent.TimeUnit;

import dev.holdfast.kafka.offsetguard.internal.client.ClientConfiguration;
import dev.holdfast.kafka.offsetguard.internal.client.NameInLog;
import dev.holdfast.kafka.offsetguard.internal.time.GuardClock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How long the admin client of one consumer waits for an answer before it asks another
 * broker. It does not wait long, as a broker may be silent. But if it gave up sooner than
 * any broker answers, it would never learn anything, while the more patient consumer
 * reads on. So when several brokers have not answered, its patience grows for a while, up
 * to the consumer's own.
 */
public final class Patience {

	private static final Logger logger = LoggerFactory.getLogger(Patience.class);

	/**
	 * Longer than late answers take, shorter than a consumer waits for a silent broker.
	 */
	public static final int LEAST_MILLIS = 3_000;

	private static final int MOST_MILLIS = 300_000;

	private static final int GROWTH = 3;

	/** How often an admin client asks before it is opened anew. */
	private static final int TRIES = 3;

	/** After that it tries again whether answers come sooner. */
	private static final long LIFE = TimeUnit.MINUTES.toNanos(10);

	private final String clientId;

	private final int most;

	private final GuardClock clock;

	private int millis = LEAST_MILLIS;

	private long grownAt;

	public Patience(ClientConfiguration client, GuardClock clock) {
		this.clientId = NameInLog.of(client.clientId());
		this.most = (int) Math.max(LEAST_MILLIS, Math.min(MOST_MILLIS, client.requestTimeout().toMillis()));
		this.clock = clock;
	}

	/**
	 * The {@code request.timeout.ms} of an admin client that the guard opens now.
	 */
	public int millis() {
		if (millis > LEAST_MILLIS && clock.nanoTime() - grownAt > LIFE) {
			millis = LEAST_MILLIS;
		}
		return millis;
	}

	/**
	 * Grows if an admin client has asked in vain for so long that it is no mere chance.
	 * @param waited how long it has asked in vain, in nanoseconds
	 * @return whether it has grown, so that the guard has to ask another admin client
	 */
	public boolean growAfter(long waited) {
		int present = millis();
		if (waited <= TRIES * TimeUnit.MILLISECONDS.toNanos(present)) {
			return false;
		}
		grownAt = clock.nanoTime();
		millis = Math.min(most, GROWTH * present);
		if (millis == present) {
			return false;
		}
		logger.info("Brokers have not answered the admin client of consumer {} within {} ms: it waits for {} ms now",
				clientId, present, millis);
		return true;
	}

}
