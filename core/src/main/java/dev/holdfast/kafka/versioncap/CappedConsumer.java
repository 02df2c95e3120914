/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.versioncap;

import java.lang.invoke.MethodHandles;
import java.time.Duration;
import java.util.List;

import dev.holdfast.kafka.internal.wrapping.ConsumerWrappers;
import dev.holdfast.kafka.internal.wrapping.Interception;
import dev.holdfast.kafka.internal.wrapping.UnwrappableConsumerException;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecords;

/**
 * A consumer under a cap and without a guard. Its poll throws when the cap refuses a
 * broker; all other calls pass through.
 */
final class CappedConsumer<K, V> implements Interception {

	private static final ConsumerWrappers WRAPPERS = new ConsumerWrappers(MethodHandles.lookup(),
			VersionedClient.class);

	private final Consumer<K, V> client;

	private final ClientVersions versions;

	private CappedConsumer(Consumer<K, V> client, ClientVersions versions) {
		this.client = client;
		this.versions = versions;
	}

	/**
	 * Wraps a client.
	 * @throws UnwrappableConsumerException if that is impossible
	 */
	static <K, V> Consumer<K, V> wrap(Consumer<K, V> client, ClientVersions versions) {
		return WRAPPERS.wrap(client, new CappedConsumer<>(client, versions));
	}

	ClientVersions clientVersions() {
		return versions;
	}

	ConsumerRecords<K, V> poll(Duration timeout) {
		versions.requireAccepted(client, List.of());
		return client.poll(timeout);
	}

	/** Before kafka-clients 4.0. */
	ConsumerRecords<K, V> poll(long timeoutMillis) {
		return poll(Duration.ofMillis(timeoutMillis));
	}

	@Override
	public String toString() {
		return "CappedConsumer[" + client + "]";
	}

}
