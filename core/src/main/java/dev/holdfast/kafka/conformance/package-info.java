/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * The door of the conformance check: asks brokers, and tells whether they keep their
 * word.
 */
@NullMarked
package dev.holdfast.kafka.conformance;

import org.jspecify.annotations.NullMarked;
