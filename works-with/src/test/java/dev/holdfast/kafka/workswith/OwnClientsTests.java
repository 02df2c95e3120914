/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.workswith;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.KStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.batch.infrastructure.item.ExecutionContext;
import org.springframework.batch.infrastructure.item.kafka.KafkaItemReader;
import org.springframework.batch.infrastructure.item.kafka.builder.KafkaItemReaderBuilder;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.kafka.annotation.EnableKafkaStreams;
import org.springframework.kafka.core.DefaultShareConsumerFactory;
import org.springframework.kafka.core.ShareConsumerFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Frameworks that create their consumers themselves. Holdfast does not guard them, and
 * says so; a version cap for all clients holds.
 */
@LyingKafka(brokers = 2)
@ExtendWith(OutputCaptureExtension.class)
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class OwnClientsTests {

	private static final String[] CAP = { "holdfast.kafka.version-cap.apply-to=all",
			"holdfast.kafka.version-cap.max-versions.offset-for-leader-epoch=-1" };

	private final KafkaCluster cluster;

	OwnClientsTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	@ParameterizedTest
	@CsvSource({ "classic, true", "consumer, true", "classic, false", "consumer, false" })
	void springBatchReader(String protocol, boolean capped, CapturedOutput output) throws Exception {
		StreamOrders orders = StreamOrders.consumedTo200Of270(cluster, 1).lie();

		try (ConfigurableApplicationContext context = run(orders, Reader.class, capped ? CAP : new String[0],
				"protocol=" + protocol)) {
			KafkaItemReader<?, ?> reader = context.getBean(KafkaItemReader.class);
			reader.open(new ExecutionContext());
			List<Long> offsets = new ArrayList<>();
			while (!offsets.contains(269L)) {
				offsets.add(Long.valueOf(reader.read().toString()));
			}
			reader.close();

			assertThat(offsets).isEqualTo(StreamOrders.range(capped ? 200 : 0, 270));
			assertThat(output).contains("Spring Batch's readers create their consumers themselves", "ordersReader");
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void kafkaStreams(boolean capped, CapturedOutput output) {
		StreamOrders orders = StreamOrders.consumedTo200Of270(cluster, 1).lie();

		try (ConfigurableApplicationContext context = run(orders, Topology.class, capped ? CAP : new String[0],
				"spring.kafka.streams.application-id=" + orders.topic(),
				"spring.kafka.streams.properties.auto.offset.reset=earliest",
				"spring.kafka.streams.state-dir=target/streams/" + orders.topic())) {
			List<Long> offsets = context.getBean(Topology.class).offsets;
			StreamApplication.until(() -> offsets.contains(269L));

			assertThat(offsets).isEqualTo(StreamOrders.range(capped ? 200 : 0, 270));
			if (capped) {
				assertThat(cluster.wire().count(orders.topic(), ApiKeys.OFFSET_FOR_LEADER_EPOCH)).isZero();
			}
			assertThat(output).contains("Kafka Streams creates its consumers itself", "defaultKafkaStreamsBuilder");
		}
	}

	@Test
	void shareConsumers(CapturedOutput output) {
		StreamOrders orders = StreamOrders.empty(cluster, 1);

		try (ConfigurableApplicationContext context = run(orders, Shares.class, new String[0],
				"holdfast.kafka.on-unguarded=fail")) {
			assertThat(output).contains("Share consumers have no positions, so there is nothing to guard: shares");
		}
	}

	private ConfigurableApplicationContext run(StreamOrders orders, Class<?> configuration, String[] cap,
			String... properties) {
		List<String> all = new ArrayList<>(List.of("spring.kafka.bootstrap-servers=" + cluster.bootstrapServers(),
				"topic=" + orders.topic(), "spring.main.banner-mode=off", "spring.main.log-startup-info=false",
				"spring.jmx.enabled=false", "spring.cloud.function.definition=none"));
		all.addAll(List.of(cap));
		all.addAll(List.of(properties));
		return new SpringApplicationBuilder(configuration).web(WebApplicationType.NONE)
			.properties(all.toArray(String[]::new))
			.run();
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Reader {

		@Bean
		KafkaItemReader<String, String> ordersReader(Environment environment) {
			Properties consumer = new Properties();
			consumer.put("bootstrap.servers", environment.getProperty("spring.kafka.bootstrap-servers"));
			consumer.put("group.id", environment.getProperty("topic"));
			consumer.put("group.protocol", environment.getProperty("protocol"));
			consumer.put("auto.offset.reset", "earliest");
			consumer.put("key.deserializer", StringDeserializer.class.getName());
			consumer.put("value.deserializer", StringDeserializer.class.getName());
			return new KafkaItemReaderBuilder<String, String>().name("orders")
				.consumerProperties(consumer)
				.topic(environment.getProperty("topic"))
				.partitions(0)
				.partitionOffsets(new HashMap<>())
				.saveState(false)
				.build();
		}

	}

	@Configuration
	@EnableAutoConfiguration
	@EnableKafkaStreams
	static class Topology {

		final List<Long> offsets = new CopyOnWriteArrayList<>();

		@Bean
		KStream<String, String> orders(StreamsBuilder builder, Environment environment) {
			KStream<String, String> orders = builder.stream(environment.getProperty("topic"),
					Consumed.with(Serdes.String(), Serdes.String()));
			orders.foreach((key, value) -> offsets.add(Long.valueOf(value)));
			return orders;
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Shares {

		@Bean
		ShareConsumerFactory<String, String> shares() {
			return new DefaultShareConsumerFactory<>(Map.of());
		}

	}

}
