/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * What the page of the demonstration shows, and what somebody can do to it. An
 * application needs nothing of this.
 */
@NullMarked
package dev.holdfast.kafka.sample.show;

import org.jspecify.annotations.NullMarked;
