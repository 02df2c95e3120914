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
import dev.holdfast.kafka.offsetguard.decision.StoppedConsumer;
import dev.holdfast.kafka.offsetguard.internal.client.ClientConfiguration;
import dev.holdfast.kafka.offsetguard.internal.lookup.Topics;
import dev.holdfast.kafka.offsetguard.policy.OffsetPolicy;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The listeners that hear what happens to one consumer. It logs what they throw, and goes
 * on.
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

	public void stopped(StoppedConsumer consumer) {
		tell((listener) -> listener.onStopped(consumer));
	}

	void inspected(Duration duration) {
		tell((listener) -> listener.onInspection(configuration.groupId(), duration));
	}

	/**
	 * Tells listeners that the guard has forgotten a group.
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
				// No failure of a listener must cost the rest of a batch its decisions.
				logger.warn("Listener {} failed", listener, ex);
			}
		}
	}

}
