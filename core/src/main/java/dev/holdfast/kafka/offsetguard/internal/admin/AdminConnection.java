/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.admin;

import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.Objects;
import java.util.Set;

import dev.holdfast.kafka.offsetguard.internal.client.ClientConfiguration;
import dev.holdfast.kafka.offsetguard.internal.cluster.ClientCluster;
import dev.holdfast.kafka.offsetguard.internal.cluster.ToldCluster;
import org.jspecify.annotations.Nullable;

/**
 * One consumer's share in an admin client. It follows the consumer to other brokers and
 * to another cluster. Belongs to the consumer's thread.
 */
public final class AdminConnection implements AutoCloseable {

	private final SharedAdmins admins;

	private final ClientConfiguration configuration;

	private final ClientCluster client;

	private final Patience patience;

	private final Runnable leaving;

	private SharedAdmins.@Nullable Lease lease;

	private @Nullable String leasedFor;

	/** Whose brokers the admin client was opened with. */
	private Set<String> leasedTopics = Set.of();

	/**
	 * Creates it.
	 * @param leaving called before it takes another admin client: answers of the last one
	 * do not count
	 */
	public AdminConnection(SharedAdmins admins, ClientConfiguration configuration, ClientCluster client,
			Patience patience, Runnable leaving) {
		this.admins = admins;
		this.configuration = configuration;
		this.client = client;
		this.patience = patience;
		this.leaving = leaving;
	}

	/**
	 * The share in the admin client that asks the brokers of the consumer. Another one,
	 * if the consumer has gone to other brokers since, or needs more patience.
	 * @param now the cluster that the client speaks to, {@code null} if it is not known
	 * @param topics topics of the client's
	 * @param timeout how long the client may ask for their brokers
	 */
	public SharedAdmins.Lease lease(ToldCluster.@Nullable Told now, Collection<String> topics, Duration timeout) {
		Set<String> endpoints = client.endpoints(topics, timeout);
		String id = (now != null) ? now.id() : null;
		SharedAdmins.Lease present = lease;
		if (present != null && Objects.equals(leasedFor, id) && present.requestTimeout() == patience.millis()
				&& (endpoints.isEmpty() || isAtClients(present, endpoints))) {
			return present;
		}
		leaving.run();
		close();
		present = admins.lease(configuration, id, endpoints, patience.millis());
		lease = present;
		leasedFor = id;
		leasedTopics = Set.copyOf(topics);
		return present;
	}

	/**
	 * Whether an admin client asks brokers that the client itself uses. Two topics of one
	 * cluster may have no broker in common.
	 */
	private boolean isAtClients(SharedAdmins.Lease present, Set<String> endpoints) {
		return !Collections.disjoint(endpoints, present.endpoints())
				|| !Collections.disjoint(client.endpoints(leasedTopics, Duration.ZERO), present.endpoints());
	}

	/**
	 * The brokers of the consumers that share the admin client, none if there is none.
	 */
	public Set<String> endpoints() {
		SharedAdmins.Lease present = lease;
		return (present != null) ? present.endpoints() : Set.of();
	}

	/**
	 * Asks for the cluster again next time.
	 */
	public void forgetCluster() {
		if (lease != null) {
			lease.forgetCluster();
		}
	}

	/**
	 * Closes the admin client for a while, for all consumers that share it.
	 */
	public void makeRoom() {
		if (lease != null) {
			lease.makeRoom();
		}
	}

	/**
	 * Gives the share back. The next question takes one again.
	 */
	@Override
	public void close() {
		if (lease != null) {
			lease.close();
			lease = null;
		}
	}

}
