/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.versioncap.internal;

import java.util.List;
import java.util.Set;

/**
 * Tells by the stack which client the calling thread is constructing.
 */
final class ClientConstructions {

	private static final String CONSUMERS = "org.apache.kafka.clients.consumer.internals.";

	private static final Set<String> CONSUMER_CLASSES = Set.of(CONSUMERS + "ClassicKafkaConsumer",
			CONSUMERS + "AsyncKafkaConsumer", CONSUMERS + "ShareConsumerImpl");

	private static final Set<String> OTHER_CLASSES = Set.of("org.apache.kafka.clients.producer.KafkaProducer",
			"org.apache.kafka.clients.admin.KafkaAdminClient");

	private static final Set<String> CONSTRUCTIONS = Set.of("<init>", "createInternal");

	private ClientConstructions() {
	}

	/**
	 * Whether the calling thread constructs a consumer, and not one that another client
	 * makes for itself.
	 */
	static boolean isConsumerOfItsOwn() {
		List<String> clients = StackWalker.getInstance().walk((frames) -> {
			// The constructors of a class call one another: they count as one client.
			String[] before = { "" };
			return frames.map((frame) -> {
				String name = isClient(frame) ? frame.getClassName() : "";
				String entered = name.equals(before[0]) ? "" : name;
				before[0] = name;
				return entered;
			}).filter((name) -> !name.isEmpty()).toList();
		});
		return clients.size() == 1 && CONSUMER_CLASSES.contains(clients.get(0));
	}

	private static boolean isClient(StackWalker.StackFrame frame) {
		return CONSTRUCTIONS.contains(frame.getMethodName())
				&& (CONSUMER_CLASSES.contains(frame.getClassName()) || OTHER_CLASSES.contains(frame.getClassName()));
	}

}
