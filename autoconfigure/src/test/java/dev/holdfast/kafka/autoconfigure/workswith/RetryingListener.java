/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure.workswith;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import org.apache.kafka.clients.consumer.ConsumerRecord;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.kafka.annotation.BackOff;
import org.springframework.kafka.annotation.EnableKafkaRetryTopic;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.kafka.annotation.RetryableTopic;
import org.springframework.scheduling.TaskScheduler;
import org.springframework.scheduling.concurrent.ThreadPoolTaskScheduler;

/**
 * Fails on each order number 22, once.
 */
@Configuration(proxyBeanMethods = false)
@EnableKafkaRetryTopic
class RetryingListener {

	private final Set<Integer> failed = ConcurrentHashMap.newKeySet();

	private final Received received;

	RetryingListener(Received received) {
		this.received = received;
	}

	@RetryableTopic(attempts = "2", backOff = @BackOff(delay = 1000), numPartitions = "2", concurrency = "1")
	@KafkaListener(topics = "${topic}", groupId = "${topic}")
	void onOrder(ConsumerRecord<?, ?> order) {
		received.add(order);
		if ("22".equals(order.value()) && failed.add(order.partition())) {
			throw new IllegalStateException("Not yet");
		}
	}

	@Bean
	static TaskScheduler taskScheduler() {
		return new ThreadPoolTaskScheduler();
	}

}
