/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * What the guard remembers of each assigned partition, and which ones it holds.
 */
@NullMarked
package dev.holdfast.kafka.offsetguard.internal.partition;

import org.jspecify.annotations.NullMarked;
