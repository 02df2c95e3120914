/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.test;

import java.time.Instant;

import org.apache.kafka.common.protocol.ApiKeys;

/**
 * One request as it arrived on the wire.
 *
 * @param broker the id of the broker it was sent to
 * @param clientId the client id in its header, empty if there was none
 * @param api the API
 * @param version the version of the API that the client spoke
 * @param at when it arrived
 */
public record WireRequest(int broker, String clientId, ApiKeys api, short version, Instant at) {

}
