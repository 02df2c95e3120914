/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * What was decided, what came of it, and whom to tell.
 */
@NullMarked
package dev.holdfast.kafka.offsetguard.decision;

import org.jspecify.annotations.NullMarked;
