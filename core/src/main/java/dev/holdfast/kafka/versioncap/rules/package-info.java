/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * The rules of a version cap as values: APIs, releases, profiles, and what is wrong with
 * a rule.
 */
@NullMarked
package dev.holdfast.kafka.versioncap.rules;

import org.jspecify.annotations.NullMarked;
