/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure;

import java.time.Duration;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;

import dev.holdfast.kafka.offsetguard.decision.Decision;
import dev.holdfast.kafka.offsetguard.decision.DecisionListener;
import dev.holdfast.kafka.offsetguard.decision.StoppedConsumer;
import dev.holdfast.kafka.offsetguard.policy.OffsetPolicy;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listeners that are beans. It looks them up when there is something to tell, not when a
 * consumer is created. Such a bean may need that very consumer, and consumers may be
 * created before beans are there, or after they are gone.
 */
final class LateListeners implements DecisionListener {

	private static final Logger logger = LoggerFactory.getLogger(LateListeners.class);

	private final Supplier<List<DecisionListener>> lookup;

	private volatile @Nullable List<DecisionListener> found;

	private final Set<Object> failed = Collections.synchronizedSet(Collections.newSetFromMap(new IdentityHashMap<>()));

	/**
	 * Creates them.
	 * @param lookup supplies the listeners in their order; called again if it fails
	 */
	LateListeners(Supplier<List<DecisionListener>> lookup) {
		this.lookup = lookup;
	}

	@Override
	public void onDecision(Decision decision) {
		tell((listener) -> listener.onDecision(decision));
	}

	@Override
	public void onAssignment(@Nullable String groupId, Set<String> topics, OffsetPolicy policy) {
		tell((listener) -> listener.onAssignment(groupId, topics, policy));
	}

	@Override
	public void onInspection(@Nullable String groupId, Duration duration) {
		tell((listener) -> listener.onInspection(groupId, duration));
	}

	@Override
	public void onStopped(StoppedConsumer consumer) {
		tell((listener) -> listener.onStopped(consumer));
	}

	@Override
	public void onGroupForgotten(String groupId) {
		tell((listener) -> listener.onGroupForgotten(groupId));
	}

	private void tell(Consumer<DecisionListener> news) {
		attempt(this, () -> listeners().forEach((listener) -> attempt(listener, () -> news.accept(listener))));
	}

	// Without a lock: the thread that creates the beans may wait for a consumer that
	// waits here.
	private List<DecisionListener> listeners() {
		List<DecisionListener> listeners = found;
		if (listeners == null) {
			listeners = lookup.get();
			found = listeners;
		}
		return listeners;
	}

	private void attempt(DecisionListener listener, Runnable action) {
		try {
			action.run();
		}
		catch (Exception | LinkageError | AssertionError ex) {
			if (failed.add(listener)) {
				logger.warn("{} failed, which is told once", listener, ex);
			}
		}
	}

	@Override
	public String toString() {
		return "The lookup of DecisionListener beans";
	}

}
