/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * What a group's commits, its bookmarks and this process know from before.
 */
@NullMarked
package dev.holdfast.kafka.offsetguard.internal.memory;

import org.jspecify.annotations.NullMarked;
