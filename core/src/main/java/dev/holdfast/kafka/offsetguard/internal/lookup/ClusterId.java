/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.lookup;

import java.time.Duration;
import java.util.Collection;

import dev.holdfast.kafka.offsetguard.internal.admin.Reply;
import dev.holdfast.kafka.offsetguard.internal.cluster.ClientCluster;
import dev.holdfast.kafka.offsetguard.internal.cluster.Cluster;
import dev.holdfast.kafka.offsetguard.internal.cluster.ToldCluster;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;

/**
 * Knows which cluster one consumer speaks to: what bookmarks and this process remember is
 * true of that cluster only.
 */
public final class ClusterId {

	private final ClientCluster client;

	private final TopicLookup lookup;

	private volatile @Nullable Cluster named;

	private volatile ToldCluster.@Nullable Told namedFor;

	private boolean asked;

	public ClusterId(ClientCluster client, TopicLookup lookup) {
		this.client = client;
		this.lookup = lookup;
	}

	/**
	 * The id as far as it is known. Never waits, so that commits do not. Unknown as long
	 * as the guard has yet to forget what it knows of the last cluster.
	 */
	public @Nullable String id() {
		if (client.isChanged()) {
			return null;
		}
		ToldCluster.Told told = client.told();
		if (told != null && told.id() != null) {
			return told.id();
		}
		Cluster cluster = named;
		return (cluster != null) ? cluster.id() : null;
	}

	/**
	 * The cluster, if the guard has asked for it and brokers have not told the client of
	 * another one since. Never waits. Thread-safe.
	 */
	public @Nullable Cluster known() {
		ToldCluster.Told told = client.told();
		Cluster cluster = named;
		ToldCluster.Told at = namedFor;
		boolean same = at == null || told == null || at.changes() == told.changes();
		boolean equal = cluster == null || cluster.id() == null || told == null || told.id() == null
				|| cluster.id().equals(told.id());
		return (same && equal) ? cluster : null;
	}

	/**
	 * Whether the guard has ever asked for it. It does not for consumers without a group,
	 * which remember nothing.
	 */
	public boolean isAsked() {
		return asked;
	}

	/**
	 * The cluster, for which this asks brokers if need be.
	 * @param topics topics of the client's
	 * @param wait how long to wait
	 * @throws WakeupException if the application has woken the consumer up meanwhile
	 */
	public Reply<Cluster> ask(Collection<String> topics, Duration wait) {
		asked = true;
		ToldCluster.Told told = client.told();
		Reply<Cluster> reply = lookup.cluster(topics, wait);
		if (reply instanceof Reply.Answered<Cluster> answered) {
			named = answered.value();
			namedFor = told;
		}
		return reply;
	}

}
