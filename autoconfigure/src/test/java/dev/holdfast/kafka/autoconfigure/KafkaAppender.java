/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure;

import java.util.Map;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Has a Kafka client as soon as logging starts, and logs nothing.
 */
public final class KafkaAppender extends AppenderBase<ILoggingEvent> {

	@Override
	public void start() {
		new KafkaProducer<>(Map.of("bootstrap.servers", "localhost:1"), new StringSerializer(), new StringSerializer())
			.close();
		System.out.println("The appender has had its client");
		super.start();
	}

	@Override
	protected void append(ILoggingEvent event) {
	}

}
