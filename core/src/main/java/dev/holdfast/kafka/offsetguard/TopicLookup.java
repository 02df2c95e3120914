/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeTopicsResult;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsOptions;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks brokers, for one consumer, what no consumer tells: topic ids, and leader epochs;
 * and for commits, since a consumer that asks for those believes the epochs in them. Runs
 * on the consumer's own thread; only {@link #wakeup()} may be called from another. What
 * is not to be had in time is unknown, and nothing else.
 */
final class TopicLookup implements AutoCloseable {

	private static final Logger logger = LoggerFactory.getLogger(TopicLookup.class);

	private static final Duration CLUSTER_INTERVAL = Duration.ofSeconds(30);

	private final SharedAdmins admins;

	private final ClientConfiguration configuration;

	private SharedAdmins.@Nullable Lease lease;

	/** When to ask for the cluster's id, which some brokers never tell. */
	private long askClusterAt = System.nanoTime();

	private @Nullable String clusterId;

	private volatile @Nullable CompletableFuture<?> running;

	private volatile boolean wokenUp;

	TopicLookup(SharedAdmins admins, ClientConfiguration configuration) {
		this.admins = admins;
		this.configuration = configuration;
	}

	/**
	 * What was asked for, as far as it was answered.
	 *
	 * @param topics what is known of each topic
	 * @param leaderEpochs the current leader epoch of each partition
	 */
	record Answer(Map<String, TopicFacts> topics, Map<TopicPartition, Integer> leaderEpochs) {

		static final Answer NOTHING = new Answer(Map.of(), Map.of());

		TopicFacts topic(String topic) {
			return topics.getOrDefault(topic, TopicFacts.UNKNOWN);
		}

		int leaderEpoch(TopicPartition partition) {
			return leaderEpochs.getOrDefault(partition, -1);
		}

	}

	/**
	 * Asks about topics and about partitions' leaders at once.
	 * @param topics the topics
	 * @param partitions the partitions
	 * @param timeout how long to wait
	 * @throws WakeupException if {@link #wakeup()} was called meanwhile
	 */
	Answer ask(Collection<String> topics, Collection<TopicPartition> partitions, Duration timeout) {
		if (topics.isEmpty() && partitions.isEmpty()) {
			return Answer.NOTHING;
		}
		Query query = start(topics, partitions);
		if (query != null) {
			await(query.done, timeout);
		}
		return (query != null) ? query.answer() : Answer.NOTHING;
	}

	/**
	 * Asks about topics through a connection of its own: one that was there before most
	 * likely leads to the broker that has answered before.
	 * @param topics the topics
	 * @param timeout how long to wait
	 * @throws WakeupException if {@link #wakeup()} was called meanwhile
	 */
	Answer askAnew(Collection<String> topics, Duration timeout) {
		Admin other;
		try {
			other = admins.open(configuration);
		}
		catch (KafkaException ex) {
			logger.warn("Could not ask about topics {}: {}", topics, ex.toString());
			return Answer.NOTHING;
		}
		try {
			Query query = new Query(other.describeTopics(topics), null, Set.of());
			await(query.done, timeout);
			return query.answer();
		}
		finally {
			other.close(Duration.ZERO);
		}
	}

	/**
	 * Asks about topics without waiting for the answer.
	 */
	@Nullable Query start(Collection<String> topics, Collection<TopicPartition> partitions) {
		try {
			return new Query(topics.isEmpty() ? null : admin().describeTopics(topics),
					partitions.isEmpty() ? null
							: admin().listOffsets(partitions.stream()
								.collect(Collectors.toMap((each) -> each, (each) -> OffsetSpec.latest()))),
					Set.copyOf(partitions));
		}
		catch (KafkaException ex) {
			logger.warn("Could not ask about topics {}: {}", topics, ex.toString());
			return null;
		}
	}

	/**
	 * Asks for commits of a group.
	 * @param groupId the group
	 * @param partitions the partitions
	 * @param timeout how long to wait
	 * @return the commits, {@code null} for a partition that has none. A partition that
	 * is missing could not be told about: while a transaction is about to commit it, for
	 * one
	 * @throws org.apache.kafka.common.errors.TimeoutException if there is no answer in
	 * time
	 * @throws KafkaException if the group cannot be asked
	 * @throws WakeupException if {@link #wakeup()} was called meanwhile
	 */
	Map<TopicPartition, @Nullable OffsetAndMetadata> commits(String groupId, Set<TopicPartition> partitions,
			Duration timeout) {
		KafkaFuture<Map<TopicPartition, OffsetAndMetadata>> future = admin()
			.listConsumerGroupOffsets(Map.of(groupId, new ListConsumerGroupOffsetsSpec().topicPartitions(partitions)),
					// As consumers ask, whatever their isolation level (KIP-447).
					new ListConsumerGroupOffsetsOptions().requireStable(true)
						.timeoutMs((int) Math.min(Integer.MAX_VALUE, timeout.toMillis())))
			.partitionsToOffsetAndMetadata(groupId);
		CompletableFuture<@Nullable Object> done = new CompletableFuture<>();
		future.whenComplete((commits, failure) -> done.complete(null));
		await(done, timeout);
		if (!future.isDone()) {
			throw new org.apache.kafka.common.errors.TimeoutException(
					"No commits of group %s within %s".formatted(groupId, timeout));
		}
		try {
			return new HashMap<>(future.getNow(Map.of()));
		}
		catch (InterruptedException ex) {
			throw new InterruptException(ex);
		}
		catch (ExecutionException ex) {
			throw (ex.getCause() instanceof KafkaException cause) ? cause : new KafkaException(ex.getCause());
		}
	}

	/**
	 * The cluster's id: a client that was assigned its partitions by hand may not have
	 * heard of it yet. Asks now and then only, as some brokers have none.
	 * @return the id, {@code null} if it is not to be had in time
	 * @throws WakeupException if {@link #wakeup()} was called meanwhile
	 */
	@Nullable String askClusterId(Duration timeout) {
		if (clusterId == null && System.nanoTime() - askClusterAt >= 0) {
			askClusterAt = System.nanoTime() + CLUSTER_INTERVAL.toNanos();
			try {
				KafkaFuture<String> future = admin().describeCluster().clusterId();
				await(Query.completable(future), timeout);
				clusterId = Query.now(future);
			}
			catch (WakeupException | InterruptException ex) {
				throw ex;
			}
			catch (KafkaException ex) {
				logger.debug("No cluster id", ex);
			}
		}
		return clusterId;
	}

	/**
	 * The cluster's id as far as it was asked for.
	 */
	@Nullable String clusterId() {
		return clusterId;
	}

	private Admin admin() {
		if (lease == null) {
			lease = admins.lease(configuration);
		}
		return lease.admin();
	}

	private void await(CompletableFuture<?> done, Duration timeout) {
		running = done;
		try {
			if (wokenUp) {
				throw new WakeupException();
			}
			done.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
		}
		catch (TimeoutException ex) {
			logger.debug("No whole answer about topics within {}", timeout);
		}
		catch (ExecutionException ex) {
			if (ex.getCause() instanceof WakeupException) {
				throw new WakeupException();
			}
			logger.debug("No whole answer about topics", ex.getCause());
		}
		catch (InterruptedException ex) {
			throw new InterruptException(ex);
		}
		finally {
			wokenUp = false;
			running = null;
		}
	}

	/**
	 * The wakeup reached the application by another way.
	 */
	void forgetWakeup() {
		wokenUp = false;
	}

	/**
	 * Ends a running {@link #ask} soon. Thread-safe.
	 */
	void wakeup() {
		wokenUp = true;
		CompletableFuture<?> current = running;
		if (current != null) {
			current.completeExceptionally(new WakeupException());
		}
	}

	@Override
	public void close() {
		if (lease != null) {
			lease.close();
			lease = null;
		}
	}

	/**
	 * Questions on their way.
	 */
	static final class Query {

		private final @Nullable DescribeTopicsResult topics;

		private final @Nullable ListOffsetsResult offsets;

		private final Set<TopicPartition> partitions;

		private final CompletableFuture<?> done;

		private Query(@Nullable DescribeTopicsResult topics, @Nullable ListOffsetsResult offsets,
				Set<TopicPartition> partitions) {
			this.topics = topics;
			this.offsets = offsets;
			this.partitions = partitions;
			this.done = CompletableFuture.allOf(completable((topics != null) ? topics.allTopicNames() : null),
					completable((offsets != null) ? offsets.all() : null));
		}

		boolean isDone() {
			return done.isDone();
		}

		private static CompletableFuture<?> completable(@Nullable KafkaFuture<?> future) {
			CompletableFuture<@Nullable Object> completable = new CompletableFuture<>();
			if (future == null) {
				completable.complete(null);
			}
			else {
				// Failures concern single topics, and each answer is looked at by itself.
				future.whenComplete((value, failure) -> completable.complete(null));
			}
			return completable;
		}

		Answer answer() {
			Map<String, TopicFacts> facts = new HashMap<>();
			if (topics != null) {
				topics.topicNameValues().forEach((topic, future) -> {
					TopicDescription description = now(future);
					if (description != null) {
						facts.put(topic, new TopicFacts(description.topicId(), description.partitions().size()));
					}
				});
			}
			Map<TopicPartition, Integer> epochs = new HashMap<>();
			if (offsets != null) {
				for (TopicPartition partition : partitions) {
					ListOffsetsResult.ListOffsetsResultInfo info = now(offsets.partitionResult(partition));
					if (info != null && info.leaderEpoch().isPresent()) {
						epochs.put(partition, info.leaderEpoch().get());
					}
				}
			}
			return new Answer(facts, epochs);
		}

		private static <T> @Nullable T now(KafkaFuture<T> future) {
			try {
				return future.isDone() ? future.getNow(null) : null;
			}
			catch (Exception ex) {
				logger.debug("No answer about a topic or a partition: {}", ex.toString());
				return null;
			}
		}

	}

}
