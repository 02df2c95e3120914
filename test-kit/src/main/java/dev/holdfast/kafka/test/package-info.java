/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Real Kafka brokers in the JVM behind a wire that can lie, for tests.
 */
@NullMarked
package dev.holdfast.kafka.test;

import org.jspecify.annotations.NullMarked;
