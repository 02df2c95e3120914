/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.holdfast.kafka.benchmarks;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecords;
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
 * One poll of a consumer with prepared records, so that it measures only what is around
 * the consumer.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class PollBenchmark {

	private static final Duration TIMEOUT = Duration.ofMillis(100);

	/** How many records a poll returns. */
	@Param({ "0", "1", "500" })
	public int records;

	/** How many partitions are assigned. */
	@Param({ "1", "12", "500" })
	public int partitions;

	/** What is around the consumer. */
	@Param
	public Wrapping wrapping = Wrapping.BARE;

	/** Set up before JMH measures anything. */
	@SuppressWarnings("NullAway.Init")
	private Consumer<byte[], byte[]> consumer;

	/**
	 * Creates the consumer.
	 */
	@Setup(Level.Trial)
	public void open() {
		consumer = wrapping.consumer(partitions, records);
	}

	/**
	 * Closes the consumer.
	 */
	@TearDown(Level.Trial)
	public void close() {
		consumer.close();
	}

	/**
	 * Polls.
	 * @return the records
	 */
	@Benchmark
	public ConsumerRecords<byte[], byte[]> poll() {
		return consumer.poll(TIMEOUT);
	}

}
