/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Starts the order service with and without Holdfast. An application needs nothing of
 * this.
 */
@NullMarked
package dev.holdfast.kafka.sample.service;

import org.jspecify.annotations.NullMarked;
