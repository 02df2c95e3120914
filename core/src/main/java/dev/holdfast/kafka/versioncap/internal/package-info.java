/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * The hook in kafka-clients, and what it calls.
 */
@NullMarked
package dev.holdfast.kafka.versioncap.internal;

import org.jspecify.annotations.NullMarked;
