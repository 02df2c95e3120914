/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Reads {@code holdfast.kafka.*}, and reports all mistakes together.
 */
@NullMarked
package dev.holdfast.kafka.autoconfigure.properties;

import org.jspecify.annotations.NullMarked;
