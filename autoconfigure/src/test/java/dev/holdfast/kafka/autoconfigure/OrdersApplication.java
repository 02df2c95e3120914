/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.kafka.annotation.KafkaListener;

import dev.holdfast.kafka.offsetguard.decision.Decision;
import dev.holdfast.kafka.offsetguard.decision.DecisionListener;
import dev.holdfast.kafka.test.KafkaCluster;

/**
 * An application as a user would write it: one listener, a few properties.
 */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
class OrdersApplication {

	final List<ConsumerRecord<?, ?>> records = new CopyOnWriteArrayList<>();

	final List<Decision> decisions = new CopyOnWriteArrayList<>();

	static ConfigurableApplicationContext run(KafkaCluster cluster, String topic, String... properties) {
		Stream<String> fixed = Stream.of("spring.kafka.bootstrap-servers=" + cluster.bootstrapServers(),
				"spring.kafka.consumer.group-id=" + topic, "spring.kafka.consumer.client-id=" + topic, "topic=" + topic,
				"spring.main.banner-mode=off");
		return new SpringApplicationBuilder(OrdersApplication.class).web(WebApplicationType.NONE)
			.properties(Stream.concat(fixed, Stream.of(properties)).toArray(String[]::new))
			.run();
	}

	@KafkaListener(id = "orders", idIsGroup = false, topics = "${topic}")
	void onOrder(ConsumerRecord<?, ?> record) {
		records.add(record);
	}

	@Bean
	DecisionListener decisionListener() {
		return decisions::add;
	}

	/**
	 * The offsets delivered, repeats included, in the order of delivery by partition.
	 */
	Map<Integer, List<Long>> delivered() {
		Map<Integer, List<Long>> delivered = new TreeMap<>();
		for (ConsumerRecord<?, ?> record : records) {
			delivered.computeIfAbsent(record.partition(), (key) -> new ArrayList<>()).add(record.offset());
		}
		return delivered;
	}

}
