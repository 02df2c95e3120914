/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * How long the guard may take, and when it tries again.
 */
@NullMarked
package dev.holdfast.kafka.offsetguard.internal.time;

import org.jspecify.annotations.NullMarked;
