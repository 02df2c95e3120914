/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Where newly assigned partitions start.
 */
@NullMarked
package dev.holdfast.kafka.offsetguard.internal.start;

import org.jspecify.annotations.NullMarked;
