/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * The version cap: the highest version of each Kafka API that a client may speak.
 */
@NullMarked
package dev.holdfast.kafka.versioncap;

import org.jspecify.annotations.NullMarked;
