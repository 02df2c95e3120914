/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import java.util.function.Supplier;

import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;

/**
 * The id of the cluster that one consumer speaks to: what bookmarks and this process
 * remember holds for that cluster alone. Some brokers have none.
 */
final class ClusterId {

	private final Supplier<@Nullable String> client;

	private final TopicLookup lookup;

	private final EvidenceBudget budget;

	/**
	 * Creates it.
	 * @param client what the client was told
	 */
	ClusterId(Supplier<@Nullable String> client, TopicLookup lookup, EvidenceBudget budget) {
		this.client = client;
		this.lookup = lookup;
		this.budget = budget;
	}

	/**
	 * The id as far as it is known. Never waits, so that commits do not.
	 */
	@Nullable String known() {
		String told = client.get();
		return (told != null) ? told : lookup.clusterId();
	}

	/**
	 * The id, for which brokers are asked if need be.
	 * @throws WakeupException if the consumer was woken up meanwhile
	 */
	@Nullable String ask() {
		String told = client.get();
		return (told != null) ? told : lookup.askClusterId(budget.left().dividedBy(4));
	}

}
