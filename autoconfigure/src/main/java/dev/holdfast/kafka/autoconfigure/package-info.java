/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Guards the consumers of Spring Kafka's consumer factories in applications of Spring
 * Boot.
 */
@NullMarked
package dev.holdfast.kafka.autoconfigure;

import org.jspecify.annotations.NullMarked;
