/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.test;

import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.requests.RequestHeader;
import org.jspecify.annotations.Nullable;

/**
 * Where a fault applies.
 *
 * @param broker only on this broker's wire, or null for all
 * @param clientIdPrefix only for clients whose id starts so; empty for all
 * @param topic only for this topic, or null for all
 * @param partition only for this partition of the topic, or null for all
 */
record Scope(@Nullable Integer broker, String clientIdPrefix, @Nullable String topic, @Nullable Integer partition) {

	static final Scope EVERYWHERE = new Scope(null, "", null, null);

	Scope onBroker(int broker) {
		return new Scope(broker, this.clientIdPrefix, this.topic, this.partition);
	}

	Scope forClient(String clientIdPrefix) {
		return new Scope(this.broker, clientIdPrefix, this.topic, this.partition);
	}

	Scope forTopic(String topic) {
		return new Scope(this.broker, this.clientIdPrefix, topic, null);
	}

	Scope forPartition(TopicPartition partition) {
		return new Scope(this.broker, this.clientIdPrefix, partition.topic(), partition.partition());
	}

	boolean covers(int broker, RequestHeader header) {
		return (this.broker == null || this.broker == broker) && header.clientId().startsWith(this.clientIdPrefix);
	}

	boolean coversTopic(@Nullable String topic) {
		return this.topic == null || this.topic.equals(topic);
	}

	boolean covers(@Nullable String topic, int partition) {
		return coversTopic(topic) && (this.partition == null || this.partition == partition);
	}

	@Override
	public String toString() {
		return ((this.broker != null) ? " on broker " + this.broker : "")
				+ (this.clientIdPrefix.isEmpty() ? "" : " for clients " + this.clientIdPrefix + "*")
				+ ((this.topic != null) ? " for " + this.topic : "")
				+ ((this.partition != null) ? "-" + this.partition : "");
	}

}
