/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.conformance.internal.asking;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

import dev.holdfast.kafka.conformance.report.BrokersUnreachableException;
import dev.holdfast.kafka.versioncap.ClientCap;
import dev.holdfast.kafka.versioncap.rules.KafkaApi;
import dev.holdfast.kafka.versioncap.rules.LearnedCaps;
import dev.holdfast.kafka.versioncap.rules.VersionCap;
import dev.holdfast.kafka.versioncap.rules.VersionCapInstallException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.InterruptException;

/**
 * A way to the brokers that works.
 *
 * @param clients the clients that reach them, under a cap on ApiVersions if they need it
 * @param nodes the brokers, empty if they do not tell
 */
record Connection(ProbeClients clients, Collection<Node> nodes) {

	/** What services and proxies answer that do not answer the newest version. */
	private static final int OLDER_API_VERSIONS = 3;

	/** Four questions lead to the verdict that nobody answers. */
	private static final int ATTEMPTS = 4;

	/**
	 * Finds a way.
	 * @param timeout the time for the whole check, which this may take too if nobody
	 * answers
	 * @throws BrokersUnreachableException if there is none
	 */
	static Connection open(ProbeClients clients, Duration timeout) {
		Duration most = timeout.dividedBy(ATTEMPTS);
		try {
			return new Connection(clients, nodes(clients, most));
		}
		catch (BrokersUnreachableException ex) {
			if (ex.getCause() instanceof AuthenticationException) {
				throw ex;
			}
			try {
				ProbeClients older = withOlderApiVersions(clients);
				return new Connection(older, nodes(older, most));
			}
			catch (BrokersUnreachableException | VersionCapInstallException again) {
				ex.addSuppressed(again);
				throw ex;
			}
		}
	}

	/**
	 * The same clients, which ask in an older version what brokers offer.
	 */
	static ProbeClients withOlderApiVersions(ProbeClients clients) {
		int version = Math.min(OLDER_API_VERSIONS, KafkaApi.API_VERSIONS.latestVersion() - 1);
		VersionCap cap = clients.cap().cap().and(VersionCap.of(Map.of(KafkaApi.API_VERSIONS, version), Map.of()));
		return clients.with(new ClientCap(cap, LearnedCaps.none()));
	}

	private static Collection<Node> nodes(ProbeClients clients, Duration most) {
		Duration usual = clients.patience().multipliedBy(2).plusMillis(500);
		Duration patience = (usual.compareTo(most) < 0) ? usual : most;
		try (Admin admin = clients.admin(Set.of()).client()) {
			try {
				return get(admin.describeCluster().nodes(), patience);
			}
			catch (AuthenticationException ex) {
				throw ex;
			}
			catch (KafkaException ex) {
				// That API may be what fails.
				get(admin.listTopics().names(), patience);
				return List.of();
			}
			finally {
				admin.close(Duration.ZERO);
			}
		}
		catch (InterruptException ex) {
			throw ex;
		}
		catch (KafkaException ex) {
			throw new BrokersUnreachableException("No broker answers: " + ex.getMessage(), ex);
		}
	}

	private static <T> T get(KafkaFuture<T> future, Duration timeout) {
		try {
			return future.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
		}
		catch (InterruptedException ex) {
			throw new InterruptException(ex);
		}
		catch (ExecutionException ex) {
			throw (ex.getCause() instanceof KafkaException failure) ? failure : new KafkaException(ex.getCause());
		}
		catch (java.util.concurrent.TimeoutException ex) {
			throw new org.apache.kafka.common.errors.TimeoutException("no answer in " + timeout);
		}
	}

}
