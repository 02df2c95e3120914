/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * A small order service.
 */
@NullMarked
package dev.holdfast.kafka.sample;

import org.jspecify.annotations.NullMarked;
