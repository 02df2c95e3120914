/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.conformance.internal.asking;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.regex.Pattern;

import dev.holdfast.kafka.conformance.internal.evidence.Answer;
import dev.holdfast.kafka.conformance.internal.evidence.Bounds;
import dev.holdfast.kafka.conformance.internal.evidence.RightFacts;
import dev.holdfast.kafka.conformance.report.ConformanceRequest;
import dev.holdfast.kafka.offsetguard.internal.time.Deadline;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.DescribeConsumerGroupsOptions;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.resource.ResourceType;
import org.jspecify.annotations.Nullable;

/**
 * The topics that were asked for, and some of their partitions.
 */
final class TopicSample {

	private static final int MOST_TOPICS = 50;

	/** By leader. Of these, the ones with records are chosen first. */
	private static final int MOST_CANDIDATES = 40;

	private static final int MOST_PARTITIONS = 5;

	private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]+");

	private static final Set<AclOperation> READ = EnumSet.of(AclOperation.READ);

	private final Map<TopicPartition, Node> leaders = new LinkedHashMap<>();

	private final List<RightFacts> rights = new ArrayList<>();

	private final Map<Integer, Node> nodes = new TreeMap<>();

	private final Set<String> described = new TreeSet<>();

	/** Topics that the user may not read. */
	private final Set<String> ofOthers = new HashSet<>();

	private TopicSample() {
	}

	/**
	 * Looks the topics up.
	 */
	static TopicSample look(Admin admin, ProbeClients clients, ConformanceRequest request, Deadline deadline) {
		Supplier<Duration> patience = () -> deadline.left(clients.patience().multipliedBy(2));
		TopicSample sample = new TopicSample();
		Set<String> names = names(admin, patience, request);
		admin.describeTopics(names, new DescribeTopicsOptions().includeAuthorizedOperations(true))
			.topicNameValues()
			.forEach((topic, future) -> sample.add(topic, Listing.await(future, patience.get()),
					!request.topics().isEmpty()));
		sample.addFromMetadata(names, clients, deadline);
		admin
			.describeConsumerGroups(request.groups(),
					new DescribeConsumerGroupsOptions().includeAuthorizedOperations(true))
			.describedGroups()
			.forEach((group, future) -> sample.addRights(ResourceType.GROUP, group, granted(future, patience.get())));
		return sample;
	}

	private static Answer<Set<AclOperation>> granted(KafkaFuture<ConsumerGroupDescription> future, Duration patience) {
		Answer<ConsumerGroupDescription> answer = Listing.await(future, patience);
		return (answer instanceof Answer.Failed<?> failed
				&& failed.error().startsWith(GroupIdNotFoundException.class.getSimpleName()))
						? new Answer.NotAsked<>("the group does not exist yet, so that its rights cannot be looked up")
						: answer.map(ConsumerGroupDescription::authorizedOperations);
	}

	private static Set<String> names(Admin admin, Supplier<Duration> patience, ConformanceRequest request) {
		Set<String> names = new TreeSet<>();
		List<Pattern> patterns = new ArrayList<>();
		for (String topic : request.topics()) {
			if (NAME.matcher(topic).matches()) {
				names.add(topic);
			}
			else {
				patterns.add(Pattern.compile(topic));
			}
		}
		if (request.topics().isEmpty() || !patterns.isEmpty()) {
			Set<String> all = Listing.await(admin.listTopics().names(), patience.get()).toOptional().orElse(Set.of());
			all.stream()
				.sorted()
				.filter((name) -> patterns.isEmpty()
						|| patterns.stream().anyMatch((pattern) -> pattern.matcher(name).matches()))
				.limit(request.everything() ? Long.MAX_VALUE : MOST_TOPICS)
				.forEach(names::add);
		}
		return names;
	}

	private void add(String topic, Answer<TopicDescription> answer, boolean named) {
		TopicDescription description = answer.value();
		described.add(topic);
		if (named || answer instanceof Answer.Denied<?>) {
			addRights(ResourceType.TOPIC, topic, answer.map(TopicDescription::authorizedOperations));
		}
		if (description != null && !named && !isReadable(description)) {
			ofOthers.add(topic);
		}
		else if (description != null) {
			for (TopicPartitionInfo partition : description.partitions()) {
				partition.replicas().forEach(this::addNode);
				addLeader(new TopicPartition(topic, partition.partition()), partition.leader());
			}
		}
	}

	/**
	 * Topics that nobody named may be none of the user's business.
	 */
	private static boolean isReadable(TopicDescription description) {
		Set<AclOperation> granted = description.authorizedOperations();
		return granted == null || granted.contains(AclOperation.READ) || granted.contains(AclOperation.ALL);
	}

	private void addRights(ResourceType type, String name, Answer<Set<AclOperation>> granted) {
		// Services without rights of their own do not tell any.
		Answer<Set<AclOperation>> told = (granted instanceof Answer.Given<?> && granted.value() == null)
				? new Answer.NotAsked<>("brokers do not tell rights") : granted;
		rights.add(new RightFacts(type, name, READ, told));
	}

	private void addLeader(TopicPartition partition, @Nullable Node leader) {
		if (leader != null && !leader.isEmpty()) {
			leaders.put(partition, leader);
			addNode(leader);
		}
	}

	private void addNode(Node node) {
		if (!node.isEmpty() && !node.host().isEmpty()) {
			nodes.put(node.id(), node);
		}
	}

	/**
	 * Consumers get leaders from Metadata, admin clients from DescribeTopicPartitions:
	 * where that one fails, consumers work nevertheless.
	 */
	private void addFromMetadata(Set<String> names, ProbeClients clients, Deadline deadline) {
		Set<String> missing = new HashSet<>(names);
		leaders.keySet().forEach((partition) -> missing.remove(partition.topic()));
		missing.removeAll(ofOthers);
		if (missing.isEmpty() || deadline.isOver()) {
			return;
		}
		try (Consumer<byte[], byte[]> consumer = clients.consumer()) {
			for (String topic : missing) {
				for (PartitionInfo partition : consumer.partitionsFor(topic, deadline.left(clients.patience()))) {
					addLeader(new TopicPartition(topic, partition.partition()), partition.leader());
				}
			}
		}
		catch (KafkaException ex) {
			// What is missing is told by the checks of topic ids and rights.
			missing.clear();
		}
	}

	/**
	 * The topics that the admin client was asked about.
	 */
	Collection<String> described() {
		return described;
	}

	Collection<Node> nodes() {
		return nodes.values();
	}

	List<RightFacts> rights() {
		return rights;
	}

	/**
	 * The ids of the leaders of all partitions that have one.
	 */
	Map<TopicPartition, Integer> leaders() {
		Map<TopicPartition, Integer> ids = new LinkedHashMap<>();
		leaders.forEach((partition, leader) -> ids.put(partition, leader.id()));
		return ids;
	}

	/**
	 * The partitions to choose from: a bounded number of each leader's, of as many topics
	 * as possible.
	 */
	static List<TopicPartition> candidates(Map<TopicPartition, Integer> leaders, boolean everything) {
		return some(leaders.keySet().stream().sorted(Comparator.comparingInt(TopicPartition::partition)).toList(),
				leaders, everything ? Integer.MAX_VALUE : MOST_CANDIDATES);
	}

	/**
	 * The partitions to look at, those with records first.
	 */
	static List<TopicPartition> choose(Map<TopicPartition, Bounds> candidates, Map<TopicPartition, Integer> leaders,
			boolean everything) {
		List<TopicPartition> fullFirst = candidates.keySet()
			.stream()
			.sorted(Comparator.comparing((TopicPartition partition) -> records(candidates.get(partition)) > 0 ? 0 : 1)
				.thenComparingInt(TopicPartition::partition)
				.thenComparing(TopicPartition::topic))
			.toList();
		return some(fullFirst, leaders, everything ? Integer.MAX_VALUE : MOST_PARTITIONS);
	}

	private static long records(@Nullable Bounds bounds) {
		return (bounds != null) ? bounds.endOffset() - bounds.startOffset() : 0;
	}

	private static List<TopicPartition> some(List<TopicPartition> partitions, Map<TopicPartition, Integer> leaders,
			int most) {
		Map<Integer, Integer> counts = new HashMap<>();
		return partitions.stream()
			.filter((partition) -> counts.merge(leaders.getOrDefault(partition, -1), 1, Integer::sum) <= most)
			.toList();
	}

}
