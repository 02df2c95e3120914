/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.conformance.internal.evidence;

/**
 * An answer to ListOffsets.
 *
 * @param offset the offset, -1 if there is none
 * @param timestamp the timestamp, -1 if there is none
 * @param leaderEpoch the leader epoch, -1 if there is none
 */
public record ListedOffset(long offset, long timestamp, int leaderEpoch) {
}
