/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.inspection;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

import dev.holdfast.kafka.offsetguard.internal.admin.Reply;
import dev.holdfast.kafka.offsetguard.internal.client.ClientConfiguration;
import dev.holdfast.kafka.offsetguard.internal.lookup.TopicLookup;
import dev.holdfast.kafka.offsetguard.internal.ruling.ActionChooser;
import dev.holdfast.kafka.offsetguard.policy.Action;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Adds to findings the log end that the application itself can see. An inspector reads
 * uncommitted records too. Under {@code read_committed} its end would skip what a
 * transaction in flight has yet to commit, so the guard asks brokers for the last stable
 * offset.
 */
public final class LatestOffsets {

	private static final Logger logger = LoggerFactory.getLogger(LatestOffsets.class);

	private final Consumer<?, ?> client;

	private final ClientConfiguration configuration;

	private final ActionChooser chooser;

	private final TopicLookup lookup;

	public LatestOffsets(Consumer<?, ?> client, ClientConfiguration configuration, ActionChooser chooser,
			TopicLookup lookup) {
		this.client = client;
		this.configuration = configuration;
		this.chooser = chooser;
		this.lookup = lookup;
	}

	/**
	 * A question that brokers have yet to answer.
	 *
	 * @param partitions the partitions whose ends it asks for
	 * @param answer the answer
	 */
	public record Question(Set<TopicPartition> partitions, ListOffsetsResult answer) {

		public boolean isDone() {
			return answer.all().isDone();
		}

	}

	/**
	 * Asks brokers for the ends, without waiting, if an action may need them.
	 * @return {@code null} if none may, or if there is no admin client
	 */
	public @Nullable Question begin(List<Suspect> suspects, Look.Occasion occasion) {
		Set<TopicPartition> wanted = new HashSet<>();
		for (Suspect each : suspects) {
			if (configuration.readCommitted() && (occasion.isAnyActionOpen() || mayChooseLatest(each.partition()))) {
				wanted.add(each.partition());
			}
		}
		ListOffsetsResult answer = wanted.isEmpty() ? null
				: lookup.startOffsets(
						wanted.stream().collect(Collectors.toMap((each) -> each, (each) -> OffsetSpec.latest())),
						IsolationLevel.READ_COMMITTED);
		return (answer != null) ? new Question(wanted, answer) : null;
	}

	/**
	 * Adds the ends that brokers have told.
	 */
	public void take(List<Findings> findings, @Nullable Question question) {
		for (Findings each : findings) {
			if (!configuration.readCommitted()) {
				each.latestOffset = each.logEndAfter;
			}
			else if (question != null && question.partitions.contains(each.partition())) {
				Reply<Long> offset = Reply.of(question.answer.partitionResult(each.partition()),
						ListOffsetsResult.ListOffsetsResultInfo::offset);
				each.latestOffset = (offset instanceof Reply.Answered<Long> answered) ? answered.value() : -1;
			}
		}
	}

	private boolean mayChooseLatest(TopicPartition partition) {
		return chooser.mayChoose(partition.topic(), Action.LATEST);
	}

	public void lookUp(List<Findings> findings, Duration timeout) {
		if (!configuration.readCommitted()) {
			findings.forEach((each) -> each.latestOffset = each.logEndAfter);
			return;
		}
		Map<TopicPartition, Findings> wanted = new HashMap<>();
		for (Findings each : findings) {
			if (mayChooseLatest(each.partition())) {
				wanted.put(each.partition(), each);
			}
		}
		if (wanted.isEmpty()) {
			return;
		}
		try {
			Map<TopicPartition, Long> ends = client.endOffsets(wanted.keySet(), timeout);
			wanted.forEach((partition, each) -> each.latestOffset = ends.getOrDefault(partition, -1L));
		}
		catch (WakeupException ex) {
			// Meant for the poll around this.
			client.wakeup();
			throw ex;
		}
		catch (InterruptException ex) {
			throw ex;
		}
		catch (KafkaException ex) {
			logger.debug("No last stable offsets for {}", wanted.keySet(), ex);
		}
	}

}
