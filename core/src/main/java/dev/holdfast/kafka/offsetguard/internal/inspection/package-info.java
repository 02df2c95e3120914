/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Looks into the logs with a short-lived consumer.
 */
@NullMarked
package dev.holdfast.kafka.offsetguard.internal.inspection;

import org.jspecify.annotations.NullMarked;
