/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * What brokers answered in one round of a conformance check: values only.
 */
@NullMarked
package dev.holdfast.kafka.conformance.internal.evidence;

import org.jspecify.annotations.NullMarked;
