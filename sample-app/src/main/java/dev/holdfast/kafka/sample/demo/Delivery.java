/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.sample.demo;

import java.time.Instant;

/**
 * One order that reached a listener.
 *
 * @param offset its offset
 * @param at when it came
 */
record Delivery(long offset, Instant at) {

}
