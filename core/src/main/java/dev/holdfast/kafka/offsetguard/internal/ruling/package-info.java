/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * From evidence to a decision: pure functions, without a client and without a clock.
 */
@NullMarked
package dev.holdfast.kafka.offsetguard.internal.ruling;

import org.jspecify.annotations.NullMarked;
