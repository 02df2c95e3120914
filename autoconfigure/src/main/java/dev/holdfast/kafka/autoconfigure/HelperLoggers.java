/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure;

import java.util.List;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.util.ClassUtils;

/**
 * The loggers of kafka-clients that write what the guard's own clients log at INFO.
 * kafka-clients cannot keep a single client quiet, and the loggers belong to the
 * application.
 */
final class HelperLoggers {

	/** Its place since kafka-clients 4.4. */
	private static final String MOVED = "org.apache.kafka.common.utils.internals.AppInfoParser";

	static final List<String> NAMES = List.of("org.apache.kafka.common.config.AbstractConfig",
			"org.apache.kafka.common.metrics.Metrics",
			ClassUtils.isPresent(MOVED, null) ? MOVED : "org.apache.kafka.common.utils.AppInfoParser",
			"org.apache.kafka.clients.Metadata", "org.apache.kafka.clients.admin.KafkaAdminClient",
			"org.apache.kafka.clients.admin.internals.AdminMetadataManager",
			"org.apache.kafka.clients.consumer.internals.ClassicKafkaConsumer",
			"org.apache.kafka.clients.consumer.internals.SubscriptionState");

	private HelperLoggers() {
	}

	/**
	 * Tells which of them to set to WARN, if there are any.
	 */
	static void tell(Logger logger) {
		List<String> loud = NAMES.stream().filter((name) -> LoggerFactory.getLogger(name).isInfoEnabled()).toList();
		if (!loud.isEmpty() && logger.isInfoEnabled()) {
			logger.info("The offset guard looks at logs through Kafka clients of its own. To keep them quiet, set to "
					+ "WARN: {}", String.join(", ", loud));
		}
	}

}
