/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Carries decisions out on the client, and tells the listeners.
 */
@NullMarked
package dev.holdfast.kafka.offsetguard.internal.enforcement;

import org.jspecify.annotations.NullMarked;
