/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Which cluster a client is connected to, and how the guard tells clusters apart.
 */
@NullMarked
package dev.holdfast.kafka.offsetguard.internal.cluster;

import org.jspecify.annotations.NullMarked;
