/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.test;

import java.io.IOException;
import java.net.ConnectException;
import java.net.Socket;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.requests.ApiVersionsRequest;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

@Timeout(60)
class ClosingTests {

	@Test
	void leavesNothingBehind() throws IOException {
		// Kafka's metrics library starts two threads for the life of the JVM.
		KafkaCluster.start().close();
		Set<Thread> threads = threads();
		KafkaCluster cluster = KafkaCluster.start(2);
		assertThat(cluster.directory()).isDirectory();
		use(cluster);
		RawClient silenced = RawClient.connect(cluster);
		Fault.Handle fault = cluster.wire().inject(Fault.silence());
		silenced.send(new ApiVersionsRequest.Builder().build());
		Awaitility.await().until(() -> fault.hits() == 1);
		cluster.close();
		cluster.close();
		assertThatExceptionOfType(IOException.class).isThrownBy(silenced::receive);
		silenced.close();
		assertThat(names(threads())).noneMatch((name) -> name.startsWith("holdfast-wire"));
		for (String server : (cluster.bootstrapServers() + "," + cluster.directBootstrapServers()).split(",")) {
			assertThatExceptionOfType(ConnectException.class).isThrownBy(() -> connect(server));
		}
		assertThat(cluster.directory()).doesNotExist();
		awaitNoOther(threads);
	}

	@Test
	void closesWithABrokerStopped() {
		KafkaCluster cluster = KafkaCluster.start(2);
		cluster.stopBroker(0);
		cluster.close();
		assertThat(names(threads())).noneMatch((name) -> name.startsWith("holdfast-wire"));
	}

	@Test
	void clusterThatDoesNotStartLeavesNoThreads() {
		Set<Thread> threads = threads();
		assertThatIllegalStateException()
			.isThrownBy(() -> KafkaCluster.builder().brokerProperty("num.io.threads", "none").start())
			.withMessage("The cluster did not start");
		awaitNoOther(threads);
	}

	private static void use(KafkaCluster cluster) {
		TopicPartition partition = new TopicPartition("used", 0);
		cluster.createTopic("used", 1);
		cluster.produce(partition, 3);
		try (Consumer<byte[], String> consumer = Consumers.create(cluster, "consumer", "user", "earliest")) {
			consumer.subscribe(Set.of("used"));
			assertThat(Consumers.read(consumer, 3)).hasSize(3);
		}
	}

	private static void connect(String server) throws IOException {
		String[] address = server.split(":");
		new Socket(address[0], Integer.parseInt(address[1])).close();
	}

	private static Set<Thread> threads() {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			// Those of Awaitility come and go.
			.filter((thread) -> !thread.getName().startsWith("awaitility"))
			.collect(Collectors.toCollection(HashSet::new));
	}

	private static List<String> names(Set<Thread> threads) {
		return threads.stream().map(Thread::getName).toList();
	}

	private static void awaitNoOther(Set<Thread> threads) {
		Awaitility.await().untilAsserted(() -> {
			Set<Thread> left = threads();
			left.removeAll(threads);
			assertThat(names(left)).isEmpty();
		});
	}

}
