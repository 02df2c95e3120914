/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Shows what a lying broker does to the order service, with and without Holdfast. An
 * application needs nothing of this.
 */
@NullMarked
package dev.holdfast.kafka.sample.demo;

import org.jspecify.annotations.NullMarked;
