/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * The doctor: a command that checks whether brokers keep their word to consumers.
 */
@NullMarked
package dev.holdfast.kafka.doctor;

import org.jspecify.annotations.NullMarked;
