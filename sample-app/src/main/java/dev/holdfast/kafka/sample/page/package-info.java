/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * The page of the demonstration. An application needs nothing of this.
 */
@NullMarked
package dev.holdfast.kafka.sample.page;

import org.jspecify.annotations.NullMarked;
