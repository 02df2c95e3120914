/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.conformance.internal.asking;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

import dev.holdfast.kafka.conformance.internal.evidence.Answer;
import dev.holdfast.kafka.conformance.internal.evidence.BrokerFacts;
import dev.holdfast.kafka.versioncap.BrokerVersions;
import dev.holdfast.kafka.versioncap.ClientCap;
import dev.holdfast.kafka.versioncap.ClientVersions;
import dev.holdfast.kafka.versioncap.rules.VersionCapInstallException;
import dev.holdfast.kafka.offsetguard.internal.time.Deadline;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartitionReplica;
import org.apache.kafka.common.Uuid;

/**
 * Asks one broker, by an admin client that is connected to no other one: admin clients
 * prefer a broker that they are connected to.
 */
final class BrokerProbe {

	/**
	 * A question that only that broker can answer, about nothing. The right to ask it may
	 * be missing: a refusal comes from that broker, too.
	 */
	private static final String NO_TOPIC = "holdfast-conformance-no-topic";

	private static final String OVER = "there was no time left";

	private final ProbeClients clients;

	private final Node node;

	private final Collection<String> topics;

	private final Deadline deadline;

	BrokerProbe(ProbeClients clients, Node node, Collection<String> topics, Deadline deadline) {
		this.clients = clients;
		this.node = node;
		this.topics = topics;
		this.deadline = deadline;
	}

	/**
	 * Asks. Where there is no answer, asks in an older version of ApiVersions.
	 */
	BrokerFacts ask() {
		BrokerFacts facts = ask(clients, true);
		if (facts.versions() instanceof Answer.Silent<?>) {
			try {
				BrokerFacts older = ask(Connection.withOlderApiVersions(clients), false);
				if (!(older.versions() instanceof Answer.Silent<?>)
						&& ask(clients, true).versions() instanceof Answer.Silent<?>) {
					return older;
				}
			}
			catch (VersionCapInstallException ex) {
				return facts;
			}
		}
		return facts;
	}

	private BrokerFacts ask(ProbeClients opened, boolean newest) {
		if (deadline.isOver()) {
			return without(new Answer.NotAsked<>(OVER), new Answer.NotAsked<>(OVER), new Answer.NotAsked<>(OVER));
		}
		ClientCap.Construction<Admin> construction = opened.admin(Set.of(node.host() + ":" + node.port()));
		try (Admin admin = construction.client()) {
			try {
				return ask(admin, construction.versions(), newest);
			}
			finally {
				admin.close(Duration.ZERO);
			}
		}
	}

	private BrokerFacts ask(Admin admin, ClientVersions known, boolean newest) {
		TopicPartitionReplica none = new TopicPartitionReplica(NO_TOPIC, 0, node.id());
		Answer<?> connecting = await(admin.describeReplicaLogDirs(List.of(none)).all());
		Answer<BrokerVersions> versions = versions(known);
		boolean silent = versions instanceof Answer.Silent<?>
				|| (versions instanceof Answer.NotAsked<?> && connecting instanceof Answer.Silent<?>);
		if (silent) {
			return without(new Answer.Silent<>(), new Answer.Silent<>(), new Answer.Silent<>());
		}
		Map<String, KafkaFuture<TopicDescription>> described = admin
			.describeTopics(topics, new DescribeTopicsOptions().includeAuthorizedOperations(false))
			.topicNameValues();
		KafkaFuture<String> clusterId = admin.describeCluster().clusterId();
		Map<String, Answer<Uuid>> ids = new TreeMap<>();
		described.forEach((topic, future) -> ids.put(topic, await(future).map(TopicDescription::topicId)));
		return new BrokerFacts(node.id(), new Answer.Given<>(newest), versions, await(optional(clusterId)), ids);
	}

	private BrokerFacts without(Answer<Boolean> newest, Answer<BrokerVersions> versions,
			Answer<Optional<String>> clusterId) {
		return new BrokerFacts(node.id(), newest, versions, clusterId, Map.of());
	}

	private static KafkaFuture<Optional<String>> optional(KafkaFuture<String> future) {
		return future.thenApply(Optional::ofNullable);
	}

	private Answer<BrokerVersions> versions(ClientVersions known) {
		if (!known.isKnown()) {
			return new Answer.NotAsked<>("the version cap is not installed, so that nothing is known of versions");
		}
		return known.brokers()
			.stream()
			.filter((broker) -> broker.node().equals(node.idString()))
			.findFirst()
			.<Answer<BrokerVersions>>map(Answer.Given::new)
			.orElseGet(Answer.Silent::new);
	}

	private <T> Answer<T> await(KafkaFuture<T> future) {
		return Listing.await(future, deadline.left(clients.patience().plusMillis(500)));
	}

}
