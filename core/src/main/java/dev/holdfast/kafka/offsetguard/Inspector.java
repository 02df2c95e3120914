/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import java.time.Duration;
import java.util.List;

import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;

/**
 * Opens an inspection when there is something to inspect, and closes it whatever happens:
 * nothing is left of it afterwards, no thread, no connection, no meter.
 */
final class Inspector {

	private final ClientConfiguration configuration;

	private final OffsetPolicy policy;

	/** The running inspection, for {@link #wakeup()} from another thread. */
	private volatile @Nullable Inspection running;

	/** Set until an inspection has ended for it, or {@link #forgetWakeup()}. */
	private volatile boolean wokenUp;

	Inspector(ClientConfiguration configuration, OffsetPolicy policy) {
		this.configuration = configuration;
		this.policy = policy;
	}

	/**
	 * Gathers evidence, for the given time at most.
	 * @throws WakeupException if {@link #wakeup()} was called meanwhile
	 */
	List<Findings> inspect(List<Suspect> suspects, Duration timeout) {
		try (Inspection inspection = new Inspection(configuration, timeout)) {
			running = inspection;
			if (wokenUp) {
				throw new WakeupException();
			}
			return List.copyOf(inspection.inspect(suspects, (topic) -> policy.mayUse(topic, Action.TIMESTAMP)));
		}
		catch (WakeupException ex) {
			wokenUp = false;
			throw ex;
		}
		finally {
			running = null;
		}
	}

	/**
	 * The wakeup reached the application by another way.
	 */
	void forgetWakeup() {
		wokenUp = false;
	}

	/**
	 * Ends a running inspection soon. Thread-safe.
	 */
	void wakeup() {
		wokenUp = true;
		Inspection inspection = running;
		if (inspection != null) {
			inspection.abort();
		}
	}

}
