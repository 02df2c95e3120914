/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Around the client: every call of the application's passes here.
 */
@NullMarked
package dev.holdfast.kafka.offsetguard.internal.consumer;

import org.jspecify.annotations.NullMarked;
