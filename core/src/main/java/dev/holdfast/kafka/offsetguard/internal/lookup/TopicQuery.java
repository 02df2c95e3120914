/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.lookup;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;

import dev.holdfast.kafka.offsetguard.internal.admin.Reply;
import dev.holdfast.kafka.offsetguard.internal.admin.SharedAdmins;
import dev.holdfast.kafka.offsetguard.internal.cluster.Cluster;
import dev.holdfast.kafka.offsetguard.internal.time.GuardClock;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeTopicsResult;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

/**
 * Questions about topics and about partitions' leaders, on their way to brokers.
 */
public final class TopicQuery {

	private final Set<String> topics;

	private final Set<TopicPartition> partitions;

	private final @Nullable DescribeTopicsResult described;

	private final @Nullable ListOffsetsResult offsets;

	private final @Nullable KafkaFuture<String> clusterId;

	private final @Nullable KafkaFuture<Uuid> offsetsTopic;

	private final CompletableFuture<@Nullable Void> done;

	private final Waiting waiting;

	private TopicQuery(Admin admin, Collection<String> topics, Collection<TopicPartition> partitions,
			boolean withCluster, GuardClock clock) {
		this.topics = Set.copyOf(topics);
		this.partitions = Set.copyOf(partitions);
		this.described = topics.isEmpty() ? null : admin.describeTopics(this.topics);
		this.offsets = partitions.isEmpty() ? null : admin.listOffsets(
				this.partitions.stream().collect(Collectors.toMap((each) -> each, (each) -> OffsetSpec.latest())));
		this.clusterId = withCluster ? admin.describeCluster().clusterId() : null;
		this.offsetsTopic = withCluster ? SharedAdmins.offsetsTopic(admin) : null;
		this.done = CompletableFuture.allOf(Reply.completable((described != null) ? described.allTopicNames() : null),
				Reply.completable((offsets != null) ? offsets.all() : null), Reply.completable(clusterId),
				Reply.completable(offsetsTopic));
		this.waiting = new Waiting(done, clock);
	}

	static TopicQuery start(Admin admin, Collection<String> topics, Collection<TopicPartition> partitions,
			GuardClock clock) {
		return new TopicQuery(admin, topics, partitions, false, clock);
	}

	/**
	 * Asks about topics, and which cluster answers.
	 */
	static TopicQuery startWithCluster(Admin admin, Collection<String> topics, GuardClock clock) {
		return new TopicQuery(admin, topics, Set.of(), true, clock);
	}

	public boolean isAbout(Collection<String> otherTopics, Collection<TopicPartition> otherPartitions) {
		return topics.equals(Set.copyOf(otherTopics)) && partitions.equals(Set.copyOf(otherPartitions));
	}

	public boolean isDone() {
		return done.isDone();
	}

	/**
	 * Whether no more answers will come, although some are missing.
	 */
	boolean isPartlyFailed() {
		return isDone() && answer().isPending();
	}

	Waiting waiting() {
		return waiting;
	}

	/**
	 * Waits for no more answers.
	 */
	void giveUp() {
		done.complete(null);
	}

	/**
	 * Completed when everything is answered or has failed, and never exceptionally.
	 */
	CompletableFuture<?> done() {
		return done;
	}

	/**
	 * The answers so far.
	 */
	TopicAnswer answer() {
		Map<String, Reply<TopicFacts>> facts = new HashMap<>();
		if (described != null) {
			described.topicNameValues()
				.forEach((topic, future) -> facts.put(topic, Reply.of(future,
						(description) -> new TopicFacts(description.topicId(), description.partitions().size()))));
		}
		Map<TopicPartition, Reply<Integer>> epochs = new HashMap<>();
		if (offsets != null) {
			for (TopicPartition partition : partitions) {
				epochs.put(partition,
						Reply.of(offsets.partitionResult(partition), (info) -> info.leaderEpoch().orElse(-1)));
			}
		}
		return new TopicAnswer(facts, epochs);
	}

	/**
	 * Whether another cluster has answered, or it is not known which one.
	 */
	boolean isOutside(Cluster cluster) {
		if (clusterId == null || offsetsTopic == null) {
			return false;
		}
		Reply<Optional<String>> id = Reply.of(clusterId, Optional::ofNullable);
		Reply<Optional<Uuid>> offsetsTopicId = SharedAdmins.offsetsTopicId(offsetsTopic);
		if (id.isPending() || offsetsTopicId.isPending()) {
			return true;
		}
		Optional<Uuid> before = Optional.ofNullable(cluster.offsetsTopicId());
		Optional<Uuid> now = offsetsTopicId.orIfRefused(Optional.empty());
		return !id.orIfRefused(Optional.ofNullable(cluster.id())).equals(Optional.ofNullable(cluster.id()))
				|| (before.isPresent() && now.isPresent() && !now.equals(before));
	}

}
