/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;

import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;

/**
 * The poll loop of a test: it polls a consumer until a condition holds, and keeps the
 * offsets of all records delivered, repeats included. A condition that does not hold
 * within the patience fails the test with a message that says what was delivered.
 * <p>
 * Not thread-safe, like the consumer: conditions and observers run on the calling thread.
 * The caller gets what they or the consumer throw. The offsets so far remain, and the
 * loop can go on.
 *
 * @param <K> the type of the keys
 * @param <V> the type of the values
 */
public final class Polling<K, V> {

	private final Function<Duration, ConsumerRecords<K, V>> poll;

	private Map<TopicPartition, List<Long>> offsets = new HashMap<>();

	private java.util.function.Consumer<ConsumerRecord<K, V>> recordObserver = (record) -> {
	};

	private java.util.function.Consumer<ConsumerRecords<K, V>> pollObserver = (records) -> {
	};

	private Supplier<?> state = () -> "";

	private Duration patience = Duration.ofSeconds(60);

	private Duration pollTimeout = Duration.ofMillis(50);

	private long polls;

	private Polling(Function<Duration, ConsumerRecords<K, V>> poll) {
		this.poll = poll;
	}

	/**
	 * Create a loop without any offsets. It polls only when the test calls it, and never
	 * closes the consumer.
	 * @param <K> the type of the keys
	 * @param <V> the type of the values
	 * @param consumer the consumer, subscribed or assigned before the first poll
	 * @return the loop
	 */
	public static <K, V> Polling<K, V> of(Consumer<K, V> consumer) {
		return new Polling<>(consumer::poll);
	}

	/**
	 * Create a loop around a poll of the test's own, which, for example, measures time or
	 * expects an exception.
	 * @param <K> the type of the keys
	 * @param <V> the type of the values
	 * @param poll takes the timeout of a poll, and returns the records
	 * @return the loop
	 */
	public static <K, V> Polling<K, V> by(Function<Duration, ConsumerRecords<K, V>> poll) {
		return new Polling<>(poll);
	}

	/**
	 * Set how long each call of {@link #until(BooleanSupplier)} goes on.
	 * @param patience the time after which it fails; default 60 seconds
	 * @return this loop
	 */
	public Polling<K, V> patience(Duration patience) {
		this.patience = patience;
		return this;
	}

	/**
	 * Set the timeout of a single poll. Without records, the loop looks at the condition
	 * this often.
	 * @param timeout the timeout; default 50 milliseconds
	 * @return this loop
	 */
	public Polling<K, V> pollTimeout(Duration timeout) {
		this.pollTimeout = timeout;
		return this;
	}

	/**
	 * Add to the offsets of other consumers, instead of starting with none.
	 * @param offsets by partition; modifiable, and so is each list
	 * @return this loop
	 */
	public Polling<K, V> into(Map<TopicPartition, List<Long>> offsets) {
		this.offsets = offsets;
		return this;
	}

	/**
	 * Show each record to an observer, after its offset was kept.
	 * @param observer takes records in the order of delivery; replaces the previous
	 * observer
	 * @return this loop
	 */
	public Polling<K, V> onRecord(java.util.function.Consumer<ConsumerRecord<K, V>> observer) {
		this.recordObserver = observer;
		return this;
	}

	/**
	 * Show the result of each poll to an observer, after {@link #onRecord} has shown its
	 * records one by one. The observer may commit.
	 * @param observer takes the result of each poll, empty ones included; replaces the
	 * previous observer
	 * @return this loop
	 */
	public Polling<K, V> onPoll(java.util.function.Consumer<ConsumerRecords<K, V>> observer) {
		this.pollObserver = observer;
		return this;
	}

	/**
	 * Add something to the message of a failure.
	 * @param state returns it; the loop calls it only when a condition did not hold
	 * @return this loop
	 */
	public Polling<K, V> describing(Supplier<?> state) {
		this.state = state;
		return this;
	}

	/**
	 * Poll until a condition holds. The loop looks at it before each poll, so that it
	 * does not poll if the condition holds already, and once more after the last poll.
	 * @param condition the condition
	 * @return this loop
	 * @throws AssertionError if it does not hold within the patience
	 */
	public Polling<K, V> until(BooleanSupplier condition) {
		long start = System.nanoTime();
		long before = this.polls;
		while (!condition.getAsBoolean()) {
			if (System.nanoTime() - start > this.patience.toNanos()) {
				throw new AssertionError("The condition did not hold within %s and %d polls. Delivered: %s. %s"
					.formatted(this.patience, this.polls - before, OffsetRuns.of(this.offsets), this.state.get())
					.strip());
			}
			once();
		}
		return this;
	}

	/**
	 * Poll once.
	 * @return this loop
	 */
	public Polling<K, V> once() {
		ConsumerRecords<K, V> records = this.poll.apply(this.pollTimeout);
		this.polls++;
		for (ConsumerRecord<K, V> record : records) {
			this.offsets
				.computeIfAbsent(new TopicPartition(record.topic(), record.partition()),
						(partition) -> new ArrayList<>())
				.add(record.offset());
			this.recordObserver.accept(record);
		}
		this.pollObserver.accept(records);
		return this;
	}

	/**
	 * Return the offsets of all records delivered.
	 * @return the offsets by partition, in the order of delivery, repeats included; grows
	 * with further polls. Partitions without deliveries are absent
	 */
	public Map<TopicPartition, List<Long>> offsets() {
		return this.offsets;
	}

	/**
	 * Return the offsets of all records of one partition delivered.
	 * @param partition the partition
	 * @return the offsets in the order of delivery, repeats included; empty if there are
	 * none
	 */
	public List<Long> offsets(TopicPartition partition) {
		return this.offsets.getOrDefault(partition, List.of());
	}

}
