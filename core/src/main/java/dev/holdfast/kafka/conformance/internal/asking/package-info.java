/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Asks brokers for a conformance check with short-lived clients.
 */
@NullMarked
package dev.holdfast.kafka.conformance.internal.asking;

import org.jspecify.annotations.NullMarked;
