/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Reads {@code holdfast.kafka.*}, and says everything that is wrong with it at once.
 */
@NullMarked
package dev.holdfast.kafka.autoconfigure.properties;

import org.jspecify.annotations.NullMarked;
