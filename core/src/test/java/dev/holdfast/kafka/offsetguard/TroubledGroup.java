/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.function.BooleanSupplier;

import dev.holdfast.kafka.offsetguard.policy.OffsetGuardSettings;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

import dev.holdfast.kafka.test.Fault;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.Polling;

import static dev.holdfast.kafka.offsetguard.Consumers.range;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * A group whose consumer reads ten records of a partition, and ten of another one, then
 * is gone while some {@link Trouble} befalls the first of these.
 */
final class TroubledGroup {

	private static final Duration PATIENCE = Duration.ofSeconds(20);

	private final KafkaCluster cluster;

	private final Trouble trouble;

	private final boolean autoCommit;

	final boolean guarded;

	final String topic;

	/** The partition in trouble. */
	final TopicPartition troubled;

	/** The other one. */
	final TopicPartition other;

	final Consumers consumers;

	/** What the consumers delivered since the trouble. */
	final Map<TopicPartition, List<Long>> delivered = new HashMap<>();

	TroubledGroup(KafkaCluster cluster, Trouble trouble, String topic, Consumers consumers, boolean guarded) {
		this.cluster = cluster;
		this.trouble = trouble;
		this.topic = topic;
		this.guarded = guarded;
		this.autoCommit = Boolean.TRUE.equals(consumers.configuration().get("enable.auto.commit"));
		boolean added = trouble == Trouble.NEW_PARTITION;
		this.troubled = new TopicPartition(topic, added ? 1 : 0);
		this.other = new TopicPartition(topic, added ? 0 : 1);
		this.consumers = consumers.with("auto.commit.interval.ms", 100)
			.with("auto.offset.reset", "earliest")
			.timing(new OffsetGuardSettings.Timing(Duration.ofSeconds(2), Duration.ofMinutes(1),
					Duration.ofMillis(200)));
		rememberCommits(trouble != Trouble.NO_COMMITTED_OFFSET);
	}

	/**
	 * The consumers after this are of a new process, with bookmarks or without.
	 */
	private void rememberCommits(boolean bookmarks) {
		consumers.commits(bookmarks, bookmarks, false).oneProcess();
	}

	Consumer<String, String> subscribed() {
		Consumer<String, String> consumer = consumers.create(guarded);
		consumer.subscribe(List.of(topic));
		return consumer;
	}

	void firstRun() {
		boolean added = trouble == Trouble.NEW_PARTITION;
		cluster.createTopic(topic, added ? 1 : 2);
		List<TopicPartition> partitions = added ? List.of(other) : List.of(troubled, other);
		partitions.forEach((partition) -> cluster.produce(partition, 10));
		try (Consumer<String, String> consumer = subscribed()) {
			poll(consumer, () -> partitions.stream().allMatch((each) -> Consumers.isAt(consumer, each, 10)));
			poll(consumer,
					() -> cluster.committed(topic)
						.values()
						.stream()
						.filter((commit) -> commit.offset() == 10)
						.count() == partitions.size());
		}
		if (autoCommit && guarded) {
			// What the client commits by itself is known once somebody has read it.
			try (Consumer<String, String> consumer = subscribed()) {
				poll(consumer, () -> partitions.stream().allMatch((each) -> Consumers.isAt(consumer, each, 10)));
			}
		}
		assertThat(delivered).allSatisfy((partition, offsets) -> assertThat(offsets).isEqualTo(range(0, 10)));
		delivered.clear();
		consumers.decisions.clear();
		if (trouble == Trouble.NO_COMMITTED_OFFSET) {
			rememberCommits(false);
		}
	}

	/**
	 * Lets it happen, apart from {@link Trouble#TOPIC_RECREATED}, for which
	 * {@link #recreateTopic()} does.
	 * @return the lie that is part of it, if any
	 */
	Fault.@Nullable Handle happen() {
		Set<Trouble> unmade = Set.of(Trouble.NEW_PARTITION, Trouble.TOPIC_RECREATED);
		if (!unmade.contains(trouble)) {
			cluster.produce(troubled, 10);
		}
		if (trouble != Trouble.TOPIC_RECREATED) {
			cluster.produce(other, 10);
		}
		switch (trouble) {
			case NO_COMMITTED_OFFSET, COMMITTED_OFFSET_LOST -> deleteCommit();
			case NEW_PARTITION -> addPartition();
			case BELOW_LOG_START -> cluster.deleteRecords(troubled, 15);
			case ABOVE_LOG_END -> cluster.commit(topic, troubled, new OffsetAndMetadata(500));
			case FALSE_TRUNCATION, UNVERIFIABLE -> commitWithEpoch(0);
			case EPOCH_AHEAD -> commitWithEpoch(9);
			default -> {
			}
		}
		return switch (trouble) {
			case FALSE_TRUNCATION -> cluster.wire().inject(Fault.epochEndOffset(0).forPartition(troubled));
			case UNVERIFIABLE -> cluster.wire().inject(Fault.undefinedEpochEndOffset().forPartition(troubled));
			case SPURIOUS_OUT_OF_RANGE ->
				cluster.wire().inject(Fault.offsetOutOfRange().forPartition(troubled).forClient(topic).times(1));
			default -> null;
		};
	}

	private void deleteCommit() {
		administer((admin) -> admin.deleteConsumerGroupOffsets(topic, Set.of(troubled)).all().get());
	}

	private void addPartition() {
		administer((admin) -> admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(2))).all().get());
		cluster.produce(troubled, 10);
	}

	private void commitWithEpoch(int leaderEpoch) {
		cluster.commit(topic, troubled, new OffsetAndMetadata(10, Optional.of(leaderEpoch), ""));
	}

	void recreateTopic() {
		cluster.deleteTopic(topic);
		cluster.createTopic(topic, 2);
		cluster.produce(troubled, 30);
		cluster.produce(other, 20);
	}

	private void administer(Administration administration) {
		try (Admin admin = Admin.create(Map.of("bootstrap.servers", cluster.bootstrapServers()))) {
			administration.carryOut(admin);
		}
		catch (ExecutionException ex) {
			throw new IllegalStateException(ex.getCause());
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * Polls until the condition holds, and commits what is delivered unless the client
	 * does.
	 */
	void poll(Consumer<String, String> consumer, BooleanSupplier condition) {
		Polling.of(consumer).into(delivered).patience(PATIENCE).describing(consumers::causes).onPoll((records) -> {
			if (!autoCommit && !records.isEmpty()) {
				consumer.commitSync(Consumers.processed(records));
			}
		}).until(condition);
	}

	private interface Administration {

		void carryOut(Admin admin) throws ExecutionException, InterruptedException;

	}

}
