/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.evidence;

import java.util.Optional;

import org.apache.kafka.clients.consumer.OffsetAndMetadata;

/**
 * An answer to OffsetForLeaderEpoch (KIP-320) that a client takes for a truncation. It
 * says that at or after the divergent offset the log holds no record of the asked epoch
 * or of one below.
 *
 * @param divergentOffset the divergent offset, -1 where the answer was undefined
 * @param leaderEpoch the leader epoch in the answer, -1 where it was undefined
 */
public record TruncationClaim(long divergentOffset, int leaderEpoch) {

	private static final TruncationClaim UNDEFINED = new TruncationClaim(-1, -1);

	/**
	 * Reads a claim from what a client reports.
	 * @param divergent the divergent offset, empty where the answer was undefined
	 * @return the claim
	 */
	public static TruncationClaim of(Optional<OffsetAndMetadata> divergent) {
		return divergent.map((offset) -> new TruncationClaim(offset.offset(), offset.leaderEpoch().orElse(-1)))
			.orElse(UNDEFINED);
	}

	/**
	 * Whether the broker named a divergent offset. An undefined answer is no proof of
	 * anything.
	 * @return {@code true} if there is a divergent offset
	 */
	public boolean isDefined() {
		return divergentOffset >= 0;
	}

}
