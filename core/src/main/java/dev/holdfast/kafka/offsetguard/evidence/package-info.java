/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * What is known about a position in question.
 */
@NullMarked
package dev.holdfast.kafka.offsetguard.evidence;

import org.jspecify.annotations.NullMarked;
