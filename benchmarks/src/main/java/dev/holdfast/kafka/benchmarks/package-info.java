/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * What the guard costs: each measurement compares it with the bare consumer within one
 * run.
 */
@NullMarked
package dev.holdfast.kafka.benchmarks;

import org.jspecify.annotations.NullMarked;
