/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * What the guard has decided, what came of it, and which listeners hear of it.
 */
@NullMarked
package dev.holdfast.kafka.offsetguard.decision;

import org.jspecify.annotations.NullMarked;
