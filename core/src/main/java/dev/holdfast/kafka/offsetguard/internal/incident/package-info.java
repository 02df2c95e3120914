/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * How the position of a partition that the client reads, or that the guard holds, comes
 * into question.
 */
@NullMarked
package dev.holdfast.kafka.offsetguard.internal.incident;

import org.jspecify.annotations.NullMarked;
