/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.holdfast.kafka.benchmarks;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

import dev.holdfast.kafka.test.KafkaCluster;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.kafka.listener.BatchMessageListener;
import org.springframework.kafka.listener.ConcurrentMessageListenerContainer;
import org.springframework.kafka.listener.ContainerProperties;

/**
 * A listener container that reads a topic on a real broker from its start to its end.
 */
final class EndToEnd {

	private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

	private final int records;

	private final int pairs;

	private final int warmUpPairs;

	private final Ratios allRates = new Ratios();

	private final Ratios allCpu = new Ratios();

	private EndToEnd(boolean quick) {
		this.records = quick ? 20_000 : 1_500_000;
		this.pairs = quick ? 1 : 25;
		this.warmUpPairs = quick ? 1 : 3;
	}

	/**
	 * One run.
	 *
	 * @param recordsPerSecond from the first record to the last
	 * @param cpuSeconds of the container's and the client's own threads, per million
	 * records
	 */
	private record Run(double recordsPerSecond, double cpuSeconds) {
	}

	static Section measure(boolean quick) throws InterruptedException {
		return new EndToEnd(quick).section();
	}

	private Section section() throws InterruptedException {
		List<List<String>> rows = new ArrayList<>();
		List<Section.Target> targets = new ArrayList<>();
		try (KafkaCluster cluster = KafkaCluster.start()) {
			for (int size : new int[] { 100, 1024 }) {
				for (int partitions : new int[] { 1, 12 }) {
					String topic = "records-%d-%d".formatted(size, partitions);
					cluster.createTopic(topic, partitions);
					produce(cluster, topic, size);
					for (String protocol : new String[] { "classic", "consumer" }) {
						compare(cluster, topic, "%d B, %d partitions, %s".formatted(size, partitions, protocol),
								protocol, rows, targets);
					}
					cluster.deleteTopic(topic);
				}
			}
		}
		add("all of them", allRates, allCpu, rows, targets);
		return new Section("End to end", """
				A listener container with a batch listener on a broker in the same JVM, without the test kit's wire in
				between, bare and guarded in alternation: %,d records a run, %d pairs, and %d before them that do
				not count. The container commits after each batch of at most 500. Rates and CPU are from the first batch
				to the last record; CPU is that of the container's, the client's and the guard's threads, not that of
				the broker, the garbage collector and the compiler. Ratios are guarded to bare, pair by pair; their
				medians lie within the next column with a confidence of 95 %%, in this JVM. The last row takes all pairs
				together, whatever they read.""".formatted(records, pairs, warmUpPairs),
				List.of("records", "bare records/s", "guarded records/s", "ratio (median)", "95 %", "spread",
						"bare CPU-s/M", "guarded CPU-s/M", "CPU ratio (median)", "95 %", "spread"),
				rows, targets);
	}

	private void compare(KafkaCluster cluster, String topic, String name, String protocol, List<List<String>> rows,
			List<Section.Target> targets) throws InterruptedException {
		Ratios rate = new Ratios();
		Ratios cpu = new Ratios();
		try (GuardedAndBare applications = new GuardedAndBare(cluster.directBootstrapServers(), protocol)) {
			for (int pair = -warmUpPairs; pair < pairs; pair++) {
				// Takes turns, so that neither always comes first.
				boolean guardedFirst = pair % 2 == 0;
				Run first = run(applications.factory(guardedFirst), topic);
				Run second = run(applications.factory(!guardedFirst), topic);
				if (pair >= 0) {
					Run guarded = guardedFirst ? first : second;
					Run bare = guardedFirst ? second : first;
					rate.add(guarded.recordsPerSecond(), bare.recordsPerSecond());
					cpu.add(guarded.cpuSeconds(), bare.cpuSeconds());
				}
			}
		}
		allRates.addAll(rate);
		allCpu.addAll(cpu);
		add(name, rate, cpu, rows, targets);
	}

	private static void add(String name, Ratios rate, Ratios cpu, List<List<String>> rows,
			List<Section.Target> targets) {
		rows.add(List.of(name, Section.number(rate.medianOfBare()), Section.number(rate.medianOfGuarded()),
				Section.number(rate.median()), rate.interval().toString(), rate.spread(),
				Section.number(cpu.medianOfBare()), Section.number(cpu.medianOfGuarded()), Section.number(cpu.median()),
				cpu.interval().toString(), cpu.spread()));
		targets
			.add(Section.Target.atLeast("Throughput, " + name, rate.median(), 0.99, "of bare").within(rate.interval()));
		targets.add(Section.Target.atMost("CPU, " + name, cpu.median(), 1.01, "of bare").within(cpu.interval()));
	}

	private Run run(ConsumerFactory<byte[], byte[]> factory, String topic) throws InterruptedException {
		// This run must not pay for the garbage of the one before.
		System.gc();
		ContainerProperties properties = new ContainerProperties(topic);
		properties.setGroupId(UUID.randomUUID().toString());
		Reading reading = new Reading();
		properties.setMessageListener((BatchMessageListener<byte[], byte[]>) (batch) -> reading.read(batch.size()));
		ConcurrentMessageListenerContainer<byte[], byte[]> container = new ConcurrentMessageListenerContainer<>(factory,
				properties);
		container.setBeanName("benchmark");
		container.start();
		try {
			if (!reading.done.await(2, TimeUnit.MINUTES)) {
				throw new IllegalStateException(
						"Only %d of %d records of %s with %s".formatted(reading.count, records, topic, factory));
			}
			return reading.result();
		}
		finally {
			container.stop();
		}
	}

	private static Map<Long, Long> cpuTimes() {
		Map<Long, Long> times = new HashMap<>();
		for (ThreadInfo thread : THREADS.getThreadInfo(THREADS.getAllThreadIds())) {
			if (thread != null && isClients(thread.getThreadName())) {
				times.put(thread.getThreadId(), THREADS.getThreadCpuTime(thread.getThreadId()));
			}
		}
		return times;
	}

	/**
	 * Whether a thread belongs to the container, the consumer or the guard.
	 */
	private static boolean isClients(String thread) {
		return thread.startsWith("benchmark") || thread.contains("consumer_background")
				|| thread.contains("coordinator-heartbeat") || thread.contains("holdfast-admin")
				|| thread.contains("holdfast-inspection");
	}

	private final class Reading {

		private final CountDownLatch done = new CountDownLatch(1);

		private volatile int count;

		private int firstBatch;

		private long start;

		private long end;

		private Map<Long, Long> before = Map.of();

		private Map<Long, Long> after = Map.of();

		/** On the container's thread only. */
		void read(int size) {
			int readBefore = count;
			if (readBefore == 0) {
				firstBatch = size;
				before = cpuTimes();
				start = System.nanoTime();
			}
			count = readBefore + size;
			if (count == records) {
				end = System.nanoTime();
				after = cpuTimes();
				done.countDown();
			}
		}

		Run result() {
			long cpu = 0;
			for (Map.Entry<Long, Long> each : after.entrySet()) {
				cpu += each.getValue() - before.getOrDefault(each.getKey(), 0L);
			}
			int counted = records - firstBatch;
			return new Run(counted * 1e9 / (end - start), cpu / 1e9 * 1_000_000 / counted);
		}

	}

	private void produce(KafkaCluster cluster, String topic, int size) {
		Map<String, Object> configuration = Map.of("bootstrap.servers", cluster.directBootstrapServers(), "linger.ms",
				20, "batch.size", 200_000, "max.in.flight.requests.per.connection", 1);
		try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(configuration, new ByteArraySerializer(),
				new ByteArraySerializer())) {
			int partitions = producer.partitionsFor(topic).size();
			byte[] value = new byte[size];
			AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
			for (int record = 0; record < records; record++) {
				producer.send(new ProducerRecord<>(topic, record % partitions, null, value), (metadata, exception) -> {
					if (exception != null) {
						failure.set(exception);
					}
				});
			}
			producer.flush();
			if (failure.get() != null) {
				throw new IllegalStateException("Not all records were produced", failure.get());
			}
		}
	}

}
