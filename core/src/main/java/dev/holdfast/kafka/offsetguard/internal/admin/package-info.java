/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * The admin clients that the consumers of a guard share, and what becomes of a question
 * to them.
 */
@NullMarked
package dev.holdfast.kafka.offsetguard.internal.admin;

import org.jspecify.annotations.NullMarked;
