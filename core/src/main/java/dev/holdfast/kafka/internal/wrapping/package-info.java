/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Consumers around other consumers, which nobody can tell from a client. For the packages
 * of this library; applications have no use for it.
 */
@NullMarked
package dev.holdfast.kafka.internal.wrapping;

import org.jspecify.annotations.NullMarked;
