/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * The door to the offset guard: make a guard, look at it, resolve what it holds.
 */
@NullMarked
package dev.holdfast.kafka.offsetguard;

import org.jspecify.annotations.NullMarked;
