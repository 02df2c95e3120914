/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * What operators see: meters, health and an endpoint.
 */
@NullMarked
package dev.holdfast.kafka.autoconfigure.actuate;

import org.jspecify.annotations.NullMarked;
