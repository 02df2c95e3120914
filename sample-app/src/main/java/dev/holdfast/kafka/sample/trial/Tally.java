/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.sample.trial;

/**
 * What became of the published orders in one group.
 *
 * @param delivered how many orders reached the listener
 * @param duplicates how many of them it or its group had received before
 * @param lost how many orders the group never got and never will
 * @param waiting how many orders the group has not got yet
 */
public record Tally(long delivered, long duplicates, long lost, long waiting) {

}
