/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.lookup;

import java.util.LinkedHashSet;
import java.util.Set;

import org.apache.kafka.common.Uuid;

/**
 * The topics whose names other topics have taken since. Kafka never uses a topic id
 * twice, so a broker that still tells such an id has not heard the news (KIP-516).
 * Thread-safe.
 */
public final class GoneTopics {

	/** Brokers lag behind with the latest changes only. */
	private static final int MOST = 1_000;

	private final Set<Uuid> gone = new LinkedHashSet<>();

	/**
	 * Adds a topic whose name another one has taken.
	 */
	public synchronized void add(Uuid topicId) {
		gone.add(topicId);
		if (gone.size() > MOST) {
			gone.remove(gone.iterator().next());
		}
	}

	public synchronized boolean contains(Uuid topicId) {
		return gone.contains(topicId);
	}

}
