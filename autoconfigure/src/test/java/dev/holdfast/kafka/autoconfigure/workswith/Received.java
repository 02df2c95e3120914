/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure.workswith;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

import dev.holdfast.kafka.offsetguard.decision.Decision;
import dev.holdfast.kafka.offsetguard.decision.DecisionListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.event.EventListener;
import org.springframework.kafka.event.ConsumerStoppedEvent;

/**
 * What an application was given: records, decisions, and the ends of its consumers.
 */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
class Received implements DecisionListener {

	final List<Decision> decisions = new CopyOnWriteArrayList<>();

	final List<ConsumerStoppedEvent.Reason> stops = new CopyOnWriteArrayList<>();

	private final List<ConsumerRecord<?, ?>> records = new CopyOnWriteArrayList<>();

	void add(ConsumerRecord<?, ?> record) {
		records.add(record);
	}

	List<ConsumerRecord<?, ?>> records() {
		return records;
	}

	/**
	 * The offsets delivered, repeats included, in the order of delivery.
	 */
	Map<TopicPartition, List<Long>> offsets() {
		Map<TopicPartition, List<Long>> offsets = new HashMap<>();
		for (ConsumerRecord<?, ?> record : records) {
			offsets.computeIfAbsent(new TopicPartition(record.topic(), record.partition()), (key) -> new ArrayList<>())
				.add(record.offset());
		}
		return offsets;
	}

	@Override
	public void onDecision(Decision decision) {
		decisions.add(decision);
	}

	@EventListener
	void onStopped(ConsumerStoppedEvent event) {
		stops.add(event.getReason());
	}

}
