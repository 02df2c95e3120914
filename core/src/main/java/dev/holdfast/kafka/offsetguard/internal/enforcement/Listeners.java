/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.enforcement;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

import dev.holdfast.kafka.offsetguard.decision.Decision;
import dev.holdfast.kafka.offsetguard.decision.DecisionListener;
import dev.holdfast.kafka.offsetguard.internal.client.ClientConfiguration;
import dev.holdfast.kafka.offsetguard.internal.lookup.Topics;
import dev.holdfast.kafka.offsetguard.policy.OffsetPolicy;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Those who are told what happens to one consumer. What they throw is logged, and changes
 * nothing.
 */
public final class Listeners {

	private static final Logger logger = LoggerFactory.getLogger(Listeners.class);

	private final List<DecisionListener> listeners;

	private final ClientConfiguration configuration;

	private final OffsetPolicy policy;

	public Listeners(List<DecisionListener> listeners, ClientConfiguration configuration, OffsetPolicy policy) {
		this.listeners = listeners;
		this.policy = policy;
		this.configuration = configuration;
	}

	void decided(Decision decision) {
		tell((listener) -> listener.onDecision(decision));
	}

	public void assigned(Collection<TopicPartition> partitions) {
		Set<String> topics = Set.copyOf(Topics.names(partitions));
		tell((listener) -> listener.onAssignment(configuration.groupId(), topics, policy));
	}

	void inspected(Duration duration) {
		tell((listener) -> listener.onInspection(configuration.groupId(), duration));
	}

	/**
	 * Nothing is known of a group any more.
	 */
	public static void forgotten(List<DecisionListener> listeners, String groupId) {
		tell(listeners, (listener) -> listener.onGroupForgotten(groupId));
	}

	private void tell(Consumer<DecisionListener> news) {
		tell(listeners, news);
	}

	private static void tell(List<DecisionListener> listeners, Consumer<DecisionListener> news) {
		for (DecisionListener listener : listeners) {
			try {
				news.accept(listener);
			}
			catch (Exception | LinkageError | AssertionError ex) {
				// Whatever it is, it must not cost the rest of a batch its decisions.
				logger.warn("Listener {} failed", listener, ex);
			}
		}
	}

}
