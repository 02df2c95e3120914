/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.holdfast.kafka.benchmarks;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One poll of a consumer with prepared records, and a commit of their offsets.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class CommitBenchmark {

	private static final Duration TIMEOUT = Duration.ofMillis(100);

	private static final int RECORDS = 500;

	private static final int PARTITIONS = 12;

	/** What is around the consumer. */
	@Param
	public Wrapping wrapping = Wrapping.BARE;

	private final Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();

	/** Set up before JMH measures anything. */
	@SuppressWarnings("NullAway.Init")
	private Consumer<byte[], byte[]> consumer;

	/**
	 * Creates the consumer.
	 */
	@Setup(Level.Trial)
	public void open() {
		consumer = wrapping.consumer(PARTITIONS, RECORDS);
		consumer.poll(TIMEOUT)
			.forEach((record) -> offsets.put(new TopicPartition(record.topic(), record.partition()),
					new OffsetAndMetadata(record.offset() + 1)));
	}

	/**
	 * Closes the consumer.
	 */
	@TearDown(Level.Trial)
	public void close() {
		consumer.close();
	}

	/**
	 * Polls and commits.
	 * @return the records
	 */
	@Benchmark
	public ConsumerRecords<byte[], byte[]> pollAndCommit() {
		ConsumerRecords<byte[], byte[]> records = consumer.poll(TIMEOUT);
		consumer.commitSync(offsets);
		return records;
	}

}
