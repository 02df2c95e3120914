/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * The hook in kafka-clients, and what it calls: the only package that uses classes of
theirs that are not public API.
 */
@NullMarked
package dev.holdfast.kafka.versioncap.internal;

import org.jspecify.annotations.NullMarked;
