/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

@NullMarked
package dev.holdfast.kafka.offsetguard;

import org.jspecify.annotations.NullMarked;
