/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * The wrapped client: its configuration, its reports, its positions and its pauses.
 */
@NullMarked
package dev.holdfast.kafka.offsetguard.internal.client;

import org.jspecify.annotations.NullMarked;
