/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.cluster;

import org.jspecify.annotations.Nullable;

/**
 * What a client's brokers have told it about their cluster.
 */
@FunctionalInterface
public interface ToldCluster {

	/**
	 * The cluster that the client speaks to now. Thread-safe.
	 * @return {@code null} if brokers have not told the client yet
	 */
	@Nullable Told now();

	/**
	 * How often brokers have told the client about their cluster so far: each time it may
	 * have learned of other leaders, or of another topic. Thread-safe.
	 */
	default long answers() {
		return 0;
	}

	/**
	 * A cluster.
	 *
	 * @param id its id, {@code null} where brokers have none
	 * @param changes how often it was another one than before
	 */
	record Told(@Nullable String id, int changes) {

		/**
		 * Whether brokers have told an admin client of another cluster. They may have
		 * told a capped client no id.
		 */
		public boolean isOther(Cluster cluster) {
			return id != null && cluster.id() != null && !id.equals(cluster.id());
		}

	}

}
