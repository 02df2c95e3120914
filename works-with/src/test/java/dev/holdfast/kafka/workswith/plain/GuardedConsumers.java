/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.workswith.plain;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

import dev.holdfast.kafka.offsetguard.OffsetGuard;
import dev.holdfast.kafka.offsetguard.decision.DecisionListener;
import dev.holdfast.kafka.offsetguard.policy.OffsetGuardSettings;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.Deserializer;

/** Guarded consumers, one guard for all of them. */
class GuardedConsumers {

	private final OffsetGuard guard;

	GuardedConsumers(DecisionListener... listeners) {
		this.guard = new OffsetGuard(OffsetGuardSettings.defaults(), List.of(listeners));
	}

	<K, V> Consumer<K, V> create(Map<String, Object> configuration) {
		return create(configuration, null, null);
	}

	<K, V> Consumer<K, V> create(Map<String, Object> configuration, Deserializer<K> keys, Deserializer<V> values) {
		return guard.createConsumer(configuration, (entries) -> {
			Map<String, Object> merged = new HashMap<>(configuration);
			merged.putAll(entries);
			return new KafkaConsumer<>(merged, keys, values);
		});
	}

}
