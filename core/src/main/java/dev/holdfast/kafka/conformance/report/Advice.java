/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.conformance.report;

/**
 * A property that helps an application on these brokers.
 *
 * @param property the property's full name
 * @param value its value
 * @param reason why, one line
 */
public record Advice(String property, String value, String reason) {

}
