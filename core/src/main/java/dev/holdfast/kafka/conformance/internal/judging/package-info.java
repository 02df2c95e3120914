/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * From the brokers' answers to findings: pure functions, no client, no clock.
 */
@NullMarked
package dev.holdfast.kafka.conformance.internal.judging;

import org.jspecify.annotations.NullMarked;
