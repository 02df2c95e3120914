/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * What a conformance check found: the checks, their verdicts, and advice.
 */
@NullMarked
package dev.holdfast.kafka.conformance.report;

import org.jspecify.annotations.NullMarked;
