/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

import dev.holdfast.kafka.offsetguard.decision.Decision;
import dev.holdfast.kafka.offsetguard.decision.Outcome;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

import dev.holdfast.kafka.test.NumberedRecords;

/**
 * What the members of a group were given and what they have committed, kept outside of
 * them. A member's term on a partition begins when the partition is assigned to it.
 * Thread-safe.
 */
final class Ledger {

	private final List<Decision> decisions;

	private final Map<TopicPartition, TreeSet<Long>> delivered = new HashMap<>();

	private final Map<TopicPartition, Long> committed = new HashMap<>();

	/** The offset that each member is to be given next, or a later one. */
	private final Map<String, Map<TopicPartition, Long>> terms = new HashMap<>();

	private final List<String> mistakes = new ArrayList<>();

	private long deliveries;

	private long repeats;

	Ledger(List<Decision> decisions) {
		this.decisions = decisions;
	}

	/**
	 * What was committed before must not be delivered again.
	 */
	synchronized void assigned(String member, Collection<TopicPartition> partitions) {
		for (TopicPartition partition : partitions) {
			term(member).put(partition, committed.getOrDefault(partition, 0L));
		}
	}

	synchronized void delivered(String member, ConsumerRecord<String, String> record) {
		TopicPartition partition = new TopicPartition(record.topic(), record.partition());
		Long next = term(member).get(partition);
		long number = NumberedRecords.number(record);
		if (number != record.offset()) {
			mistakes.add("%s: record %d at offset %d".formatted(partition, number, record.offset()));
		}
		if (next == null) {
			mistakes.add("%s: offset %d for %s, which does not own it".formatted(partition, record.offset(), member));
		}
		else if (record.offset() < next && !isRewound(partition, record.offset())) {
			mistakes
				.add("%s: offset %d for %s again, which was at %d".formatted(partition, record.offset(), member, next));
		}
		term(member).put(partition, record.offset() + 1);
		repeats += delivered.computeIfAbsent(partition, (key) -> new TreeSet<>()).add(record.offset()) ? 0 : 1;
		deliveries++;
	}

	private Map<TopicPartition, Long> term(String member) {
		return terms.computeIfAbsent(member, (key) -> new HashMap<>());
	}

	private boolean isRewound(TopicPartition partition, long offset) {
		return decisions.stream()
			.anyMatch((decision) -> decision.partition().equals(partition)
					&& decision.outcome() instanceof Outcome.ReadFrom readFrom && readFrom.offset() <= offset
					&& decision.evidence().position() > offset);
	}

	synchronized void committed(Map<TopicPartition, OffsetAndMetadata> commits) {
		commits.forEach((partition, commit) -> committed.put(partition, commit.offset()));
	}

	/**
	 * How many records were delivered, repeats included.
	 */
	synchronized long deliveries() {
		return deliveries;
	}

	/**
	 * Whether the last record that was sent to each partition was delivered.
	 */
	synchronized boolean isComplete(Map<TopicPartition, Long> sent) {
		return sent.entrySet()
			.stream()
			.allMatch((entry) -> entry.getValue() == 0
					|| delivered.getOrDefault(entry.getKey(), new TreeSet<>()).contains(entry.getValue() - 1));
	}

	/**
	 * All that is wrong.
	 * @param sent how many records each partition was sent
	 * @param removed before which offset retention has removed them
	 */
	synchronized List<String> mistakes(Map<TopicPartition, Long> sent, Map<TopicPartition, Long> removed) {
		List<String> all = new ArrayList<>(mistakes);
		sent.forEach((partition, count) -> {
			for (long offset = 0; offset < count; offset++) {
				if (!delivered.getOrDefault(partition, new TreeSet<>()).contains(offset)
						&& (offset >= removed.getOrDefault(partition, 0L) || !isSkipped(partition, offset))) {
					all.add("%s: offset %d was not delivered".formatted(partition, offset));
				}
			}
		});
		return all;
	}

	/**
	 * Whether a decision says that the record was gone.
	 */
	private boolean isSkipped(TopicPartition partition, long offset) {
		return decisions.stream()
			.anyMatch((decision) -> decision.partition().equals(partition)
					&& decision.outcome() instanceof Outcome.ReadFrom readFrom && readFrom.offset() > offset
					&& decision.evidence().position() <= offset);
	}

	@Override
	public synchronized String toString() {
		return deliveries + " deliveries, " + repeats + " of them repeats";
	}

}
