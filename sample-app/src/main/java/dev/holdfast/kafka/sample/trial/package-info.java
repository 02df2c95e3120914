/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Runs the order service with and without Holdfast on one topic, and counts what each of
 * them receives. An application needs nothing of this.
 */
@NullMarked
package dev.holdfast.kafka.sample.trial;

import org.jspecify.annotations.NullMarked;
