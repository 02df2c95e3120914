/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Consumers around other consumers, which look like the client to an application. For the
 * packages of this library; applications have no use for it.
 */
@NullMarked
package dev.holdfast.kafka.internal.wrapping;

import org.jspecify.annotations.NullMarked;
