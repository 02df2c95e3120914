/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Asks brokers about topics, leader epochs, commits and the cluster.
 */
@NullMarked
package dev.holdfast.kafka.offsetguard.internal.lookup;

import org.jspecify.annotations.NullMarked;
