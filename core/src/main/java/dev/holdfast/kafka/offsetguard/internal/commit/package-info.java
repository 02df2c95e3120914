/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * What the application and the guard commit, and what they must not.
 */
@NullMarked
package dev.holdfast.kafka.offsetguard.internal.commit;

import org.jspecify.annotations.NullMarked;
