/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Causes, actions, and what an application wants the guard to do.
 */
@NullMarked
package dev.holdfast.kafka.offsetguard.policy;

import org.jspecify.annotations.NullMarked;
