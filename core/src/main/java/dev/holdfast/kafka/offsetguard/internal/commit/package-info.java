/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * What is committed, and what must not be.
 */
@NullMarked
package dev.holdfast.kafka.offsetguard.internal.commit;

import org.jspecify.annotations.NullMarked;
