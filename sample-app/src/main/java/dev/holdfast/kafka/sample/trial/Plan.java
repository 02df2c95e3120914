/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.sample.trial;

import java.util.List;

import dev.holdfast.kafka.sample.service.Listener;

/**
 * What a trial is made of.
 *
 * @param topic the topic
 * @param partitions how many partitions it has at first
 * @param autoOffsetReset the listeners' {@code auto.offset.reset}
 * @param listeners which listeners
 * @param endpoint whether guarded listeners have the Actuator endpoint, on a random port
 * of the loopback interface
 */
public record Plan(String topic, int partitions, String autoOffsetReset, List<Listener> listeners, boolean endpoint) {

}
