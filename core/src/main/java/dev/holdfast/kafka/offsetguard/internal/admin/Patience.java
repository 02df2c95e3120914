/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.admin;

import java.util.concurrent.TimeUnit;

import dev.holdfast.kafka.offsetguard.internal.client.ClientConfiguration;
import dev.holdfast.kafka.offsetguard.internal.time.GuardClock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How long the admin client of one consumer waits for an answer before it asks another
 * broker. Not long, as a broker may be silent; but an admin client that gives up sooner
 * than any broker answers never learns anything, while the consumer, which is more
 * patient, reads on. So the guard's patience grows up to the consumer's own when several
 * brokers have not answered, and for a while after that.
 */
public final class Patience {

	private static final Logger logger = LoggerFactory.getLogger(Patience.class);

	/** Longer than answers are late, shorter than anybody waits for a silent broker. */
	public static final int LEAST_MILLIS = 3_000;

	private static final int MOST_MILLIS = 300_000;

	private static final int GROWTH = 3;

	/** How often an admin client asks before it is opened anew. */
	private static final int TRIES = 3;

	/** Then it is seen whether answers are as late as before. */
	private static final long LIFE = TimeUnit.MINUTES.toNanos(10);

	private final String clientId;

	private final int most;

	private final GuardClock clock;

	private int millis = LEAST_MILLIS;

	private long grownAt;

	public Patience(ClientConfiguration client, GuardClock clock) {
		this.clientId = client.clientId();
		this.most = (int) Math.max(LEAST_MILLIS, Math.min(MOST_MILLIS, client.requestTimeout().toMillis()));
		this.clock = clock;
	}

	/**
	 * The {@code request.timeout.ms} of admin clients that are opened now.
	 */
	public int millis() {
		if (millis > LEAST_MILLIS && clock.nanoTime() - grownAt > LIFE) {
			millis = LEAST_MILLIS;
		}
		return millis;
	}

	/**
	 * Grows if a question has waited too long for brokers to be silent by chance.
	 * @param waited how long an admin client has asked in vain, in nanoseconds
	 * @return whether it has grown, so that another admin client is to be asked
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
