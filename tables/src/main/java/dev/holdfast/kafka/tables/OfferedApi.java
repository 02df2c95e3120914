/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.tables;

/**
 * An API that the brokers of one release offer.
 *
 * @param id the API key
 * @param name its name in that release
 * @param highest its highest stable version there
 */
record OfferedApi(int id, String name, int highest) {

}
