/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.sample.demo;

import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

import dev.holdfast.kafka.offsetguard.OffsetGuard;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;
import dev.holdfast.kafka.test.WireRequest;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.ApiKeys;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringApplicationRunListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.kafka.core.ConsumerFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Where brokers are given, the order service is an ordinary consumer that writes nowhere.
 */
@LyingKafka
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class GivenBrokersTests {

	private static final String TOPIC = "orders";

	private final KafkaCluster cluster;

	GivenBrokersTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	@Test
	void consumesAndWritesNothing() throws ExecutionException, InterruptedException {
		TopicPartition partition = new TopicPartition(TOPIC, 0);
		cluster.createTopic(TOPIC, 1);
		try (Orders orders = new Orders(cluster.directBootstrapServers(), TOPIC)) {
			orders.publish(70);
		}
		Set<String> topics = topics();
		cluster.wire().forget();

		try (ConfigurableApplicationContext context = start()) {
			Awaitility.await()
				.atMost(30, TimeUnit.SECONDS)
				.until(() -> cluster.committed("order-service").get(partition),
						(committed) -> committed != null && committed.offset() == 70);
			try (Consumer<?, ?> consumer = context.getBean(ConsumerFactory.class).createConsumer()) {
				assertThat(OffsetGuard.isGuarded(consumer)).isTrue();
			}
		}

		assertThat(cluster.wire().requests()).extracting(WireRequest::api)
			.contains(ApiKeys.FETCH)
			.doesNotContain(ApiKeys.PRODUCE, ApiKeys.INIT_PRODUCER_ID, ApiKeys.CREATE_TOPICS, ApiKeys.CREATE_PARTITIONS,
					ApiKeys.DELETE_RECORDS, ApiKeys.ALTER_CONFIGS, ApiKeys.INCREMENTAL_ALTER_CONFIGS);
		assertThat(topics()).isEqualTo(topics).contains(TOPIC);
	}

	private ConfigurableApplicationContext start() {
		AtomicReference<ConfigurableApplicationContext> started = new AtomicReference<>();
		SpringApplication.withHook((application) -> new SpringApplicationRunListener() {

			@Override
			public void contextLoaded(ConfigurableApplicationContext context) {
				started.set(context);
			}

		}, () -> {
			Demo.main(new String[] { "--spring.kafka.bootstrap-servers=" + cluster.bootstrapServers() });
			return null;
		});
		return started.get();
	}

	private Set<String> topics() throws ExecutionException, InterruptedException {
		return cluster.admin().listTopics().names().get();
	}

	@Test
	void noneAreGivenByDefault() {
		assertThat(BootstrapServers.areGiven()).isFalse();
		assertThat(BootstrapServers.areGiven("--spring.kafka.bootstrap-servers=")).isFalse();
	}

	@ParameterizedTest
	@ValueSource(strings = { "--spring.kafka.bootstrap-servers=here:9092", "--spring.kafka.bootstrapServers=here:9092",
			"--spring.kafka.bootstrap-servers[0]=here:9092", "--spring.kafka.consumer.bootstrap-servers=here:9092" })
	void areGiven(String arg) {
		assertThat(BootstrapServers.areGiven(arg)).isTrue();
	}

}
