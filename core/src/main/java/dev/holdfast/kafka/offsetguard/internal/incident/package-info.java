/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * The ways in which the position of a partition that is being read, or is held, comes
 * into question.
 */
@NullMarked
package dev.holdfast.kafka.offsetguard.internal.incident;

import org.jspecify.annotations.NullMarked;
