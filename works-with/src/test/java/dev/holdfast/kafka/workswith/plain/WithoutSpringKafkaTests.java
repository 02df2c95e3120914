/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.workswith.plain;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.TimeUnit;

import dev.holdfast.kafka.test.Fault;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The examples of docs/without-spring-kafka.md.
 */
@LyingKafka
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class WithoutSpringKafkaTests {

	private static final Path SOURCES = Path.of("src/test/java/dev/holdfast/kafka/workswith/plain");

	private final KafkaCluster cluster;

	WithoutSpringKafkaTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	@ParameterizedTest
	@ValueSource(strings = { "GuardedConsumers", "GuardedCamelClients", "GuardedAxonConsumers",
			"GuardedMicronautConsumers" })
	void theDocumentHasTheCodeThatIsCompiled(String name) throws IOException {
		String source = Files.readString(SOURCES.resolve(name + ".java"));
		String code = source.substring(source.indexOf("import ")).replace("\t", "    ");

		assertThat(Files.readString(Path.of("../docs/without-spring-kafka.md"))).contains("```java\n" + code + "```");
	}

	@ParameterizedTest
	@ValueSource(strings = { "plain", "camel", "axon" })
	void aConsumerGoesOnUnderTheLie(String kind) {
		TopicPartition partition = new TopicPartition("without-spring-" + kind, 0);
		cluster.createTopic(partition.topic(), 1);
		cluster.produce(partition, 270);
		cluster.commit(partition.topic(), partition, new OffsetAndMetadata(200, Optional.of(0), ""));
		cluster.wire().inject(Fault.epochEndOffset(0).forTopic(partition.topic()));

		List<Long> offsets = new ArrayList<>();
		try (Consumer<?, ?> consumer = consumer(kind, partition.topic())) {
			consumer.subscribe(List.of(partition.topic()));
			while (!offsets.contains(269L)) {
				for (ConsumerRecord<?, ?> each : consumer.poll(Duration.ofMillis(100))) {
					offsets.add(each.offset());
				}
			}
		}

		assertThat(offsets).hasSize(70).startsWith(200L);
	}

	private Consumer<?, ?> consumer(String kind, String group) {
		GuardedConsumers consumers = new GuardedConsumers();
		Map<String, Object> configuration = new HashMap<>();
		configuration.put("bootstrap.servers", cluster.bootstrapServers());
		configuration.put("auto.offset.reset", "earliest");
		configuration.put("key.deserializer", StringDeserializer.class.getName());
		configuration.put("value.deserializer", ByteArrayDeserializer.class.getName());
		if (kind.equals("axon")) {
			return new GuardedAxonConsumers(consumers, configuration).createConsumer(group);
		}
		configuration.put("group.id", group);
		if (kind.equals("camel")) {
			Properties properties = new Properties();
			properties.putAll(configuration);
			return new GuardedCamelClients(consumers).getConsumer(properties);
		}
		return consumers.create(configuration);
	}

}
