/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.test;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongFunction;
import java.util.stream.LongStream;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;

/**
 * Sends numbered records, so that a test can tell which of them were lost and which were
 * delivered twice: each partition gets the numbers 0, 1, 2 and so on. The number is in a
 * header, where {@link #number(ConsumerRecord)} finds it whatever the deserializers are;
 * the key is null, and the value is the number, too, unless the test has values of its
 * own. In a log that is otherwise untouched the number is the offset.
 * <p>
 * The producer is idempotent and has one request under way at a time, unless its
 * configuration says otherwise. So each number is in the log once, in its place, even if
 * brokers fail.
 * <p>
 * Thread-safe. Calls that wait for the logs do so for the producer's
 * {@code delivery.timeout.ms} at most, which is two minutes by default. What Kafka
 * refuses fails with its own {@link KafkaException}. If the test's function fails to make
 * a value, the call fails with an {@link IllegalStateException}.
 */
public final class NumberedRecords implements AutoCloseable {

	private static final String HEADER = "holdfast-number";

	private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(1);

	private final Producer<byte[], String> producer;

	private final LongFunction<String> value;

	private final Map<TopicPartition, AtomicLong> counts;

	private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(NumberedRecords::thread);

	private final Queue<Exception> failures = new ConcurrentLinkedQueue<>();

	NumberedRecords(Map<String, Object> configuration, LongFunction<String> value,
			Map<TopicPartition, AtomicLong> counts) {
		Map<String, Object> merged = new HashMap<>(Map.of("acks", "all", "enable.idempotence", true,
				// A batch that several others have overtaken is out of sequence for ever
				// once a new leader has forgotten it.
				"max.in.flight.requests.per.connection", 1, "metadata.max.age.ms", 500));
		merged.putAll(configuration);
		this.producer = new KafkaProducer<>(merged, new ByteArraySerializer(), new StringSerializer());
		this.value = value;
		this.counts = counts;
	}

	private static Thread thread(Runnable task) {
		Thread thread = new Thread(task, "holdfast-numbered-records");
		thread.setDaemon(true);
		return thread;
	}

	/**
	 * Create a sender for a cluster of the test kit. It goes around the wire.
	 * @param cluster the cluster
	 * @return the sender, which the caller closes
	 */
	public static NumberedRecords to(KafkaCluster cluster) {
		return to(Map.of("bootstrap.servers", cluster.directBootstrapServers()), Long::toString);
	}

	/**
	 * Create a sender for any brokers and with values of the test's own.
	 * @param configuration the producer's, at least {@code bootstrap.servers};
	 * serializers have no effect
	 * @param value makes the value of the record with a number
	 * @return the sender, which the caller closes
	 */
	public static NumberedRecords to(Map<String, Object> configuration, LongFunction<String> value) {
		return new NumberedRecords(configuration, value, new ConcurrentHashMap<>());
	}

	/**
	 * Send records to a partition, and wait until they are in its log.
	 * @param partition the partition
	 * @param count how many records
	 */
	public void send(TopicPartition partition, int count) {
		send(List.of(partition), count);
	}

	/**
	 * Send records to each of some partitions, and wait until they are in the logs.
	 * @param partitions the partitions
	 * @param count how many records to each
	 */
	public void send(Collection<TopicPartition> partitions, int count) {
		List<CompletableFuture<Void>> sent = new ArrayList<>();
		for (TopicPartition partition : partitions) {
			for (int i = 0; i < count; i++) {
				sent.add(sendNext(partition));
			}
		}
		this.producer.flush();
		Await.result("records for " + partitions, all(sent));
	}

	/**
	 * Send one record to each of some partitions in each period, until {@link #stop()
	 * told to stop}.
	 * @param period the time between two records of a partition
	 * @param partitions the partitions
	 */
	public void sendEvery(Duration period, Collection<TopicPartition> partitions) {
		List<TopicPartition> all = List.copyOf(partitions);
		this.clock.scheduleAtFixedRate(() -> sendNext(all), 0, period.toNanos(), TimeUnit.NANOSECONDS);
	}

	/**
	 * Send one record to each of some partitions in each period, a number of times.
	 * @param period the time between two records of a partition
	 * @param partitions the partitions
	 * @param count how many records to each
	 * @return completed when all are in the logs, exceptionally if one of them does not
	 * get there; never completed if the test closes the sender before
	 */
	public CompletableFuture<Void> sendEvery(Duration period, Collection<TopicPartition> partitions, int count) {
		List<TopicPartition> all = List.copyOf(partitions);
		List<CompletableFuture<Void>> sent = new ArrayList<>();
		for (int i = 0; i < count; i++) {
			CompletableFuture<Void> each = new CompletableFuture<>();
			sent.add(each);
			this.clock.schedule(() -> sendNext(all).whenComplete((done, failure) -> {
				if (failure == null) {
					each.complete(null);
				}
				else {
					each.completeExceptionally(failure);
				}
			}), period.multipliedBy(i).toNanos(), TimeUnit.NANOSECONDS);
		}
		return all(sent);
	}

	private CompletableFuture<Void> sendNext(Collection<TopicPartition> partitions) {
		return all(partitions.stream().map(this::sendNext).toList());
	}

	private CompletableFuture<Void> sendNext(TopicPartition partition) {
		CompletableFuture<Void> sent = new CompletableFuture<>();
		AtomicLong count = this.counts.computeIfAbsent(partition, (key) -> new AtomicLong());
		// Other threads may send to the same partition, and the numbers must have the
		// order of the log.
		synchronized (count) {
			try {
				this.producer.send(record(partition, count.getAndIncrement()),
						(metadata, failure) -> complete(sent, failure));
			}
			catch (RuntimeException ex) {
				complete(sent, ex);
			}
		}
		return sent;
	}

	private ProducerRecord<byte[], String> record(TopicPartition partition, long number) {
		ProducerRecord<byte[], String> record = new ProducerRecord<>(partition.topic(), partition.partition(), null,
				this.value.apply(number));
		record.headers().add(HEADER, Long.toString(number).getBytes(StandardCharsets.US_ASCII));
		return record;
	}

	private void complete(CompletableFuture<Void> sent, @Nullable Exception failure) {
		if (failure == null) {
			sent.complete(null);
		}
		else {
			this.failures.add(failure);
			sent.completeExceptionally(failure);
		}
	}

	/**
	 * Stop sendings without an end, wait for those with one, and return when all records
	 * are in the logs. From then on only {@link #send(TopicPartition, int)} sends.
	 * @throws KafkaException the first failure of a record since the sender was created
	 */
	public void stop() {
		this.clock.shutdown();
		Await.until("end of numbered records", this.clock::isTerminated);
		this.producer.flush();
		Exception failure = this.failures.peek();
		if (failure != null) {
			Await.result("numbered records", CompletableFuture.failedFuture(failure));
		}
	}

	/**
	 * Return how many records were sent, on their way or in the logs.
	 * @return the counts by partition; a partition without records is absent
	 */
	public Map<TopicPartition, Long> counts() {
		Map<TopicPartition, Long> counts = new HashMap<>();
		this.counts.forEach((partition, count) -> counts.put(partition, count.get()));
		return counts;
	}

	/**
	 * Return the numbers that were sent to a partition, on their way or in the log.
	 * @param partition the partition
	 * @return the numbers, ascending from 0
	 */
	public List<Long> sent(TopicPartition partition) {
		return LongStream.range(0, counts().getOrDefault(partition, 0L)).boxed().toList();
	}

	/**
	 * Return the number of a record, as it was sent by this class or
	 * {@link KafkaCluster#produce}.
	 * @param record the record, whatever the types of its key and value
	 * @return the number, from 0
	 * @throws IllegalArgumentException if the record has none
	 */
	public static long number(ConsumerRecord<?, ?> record) {
		Header header = record.headers().lastHeader(HEADER);
		if (header == null) {
			throw new IllegalArgumentException("The record at offset %d of %s-%d has no number"
				.formatted(record.offset(), record.topic(), record.partition()));
		}
		return Long.parseLong(new String(header.value(), StandardCharsets.US_ASCII));
	}

	/**
	 * Stop immediately, and close the producer. Records on their way may get lost.
	 */
	@Override
	public void close() {
		this.clock.shutdownNow();
		this.producer.close(CLOSE_TIMEOUT);
	}

	private static CompletableFuture<Void> all(Collection<CompletableFuture<Void>> each) {
		return CompletableFuture.allOf(each.toArray(CompletableFuture[]::new));
	}

}
