/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Programs that make the tables that the core ships. Nothing of this is published.
 */
@NullMarked
package dev.holdfast.kafka.tables;

import org.jspecify.annotations.NullMarked;
