/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure;

import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;

import org.jspecify.annotations.Nullable;

import org.springframework.cloud.stream.binder.Binding;
import org.springframework.cloud.stream.binder.BindingCreatedEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.context.SmartLifecycle;

/**
 * The bindings of Spring Cloud Stream whose consumers Holdfast has seen. It reports those
 * of Kafka that it has not seen, and fails the start with what a binding has failed with:
 * Spring Cloud Stream itself would log that, start, and try again later, for ever.
 */
final class StreamBindings implements ApplicationListener<BindingCreatedEvent>, SmartLifecycle {

	private final FactoryGuards guards;

	private final Set<String> seen = ConcurrentHashMap.newKeySet();

	private final Set<String> keepingReset = ConcurrentHashMap.newKeySet();

	private final AtomicReference<@Nullable RuntimeException> refusal = new AtomicReference<>();

	private volatile boolean running;

	StreamBindings(FactoryGuards guards) {
		this.guards = guards;
	}

	/**
	 * Takes note of a binding whose consumers Holdfast deals with.
	 * @param name the binding's name, or its destination
	 */
	void see(String name) {
		seen.add(name);
	}

	/**
	 * From the next time that the binding is bound, its factory's configuration keeps the
	 * application's own {@code auto.offset.reset}.
	 */
	void keepReset(String name) {
		keepingReset.add(name);
	}

	boolean isKeepingReset(String name) {
		return keepingReset.contains(name);
	}

	/**
	 * Runs what may refuse a consumer, and remembers what it throws.
	 */
	void attempt(Runnable action) {
		try {
			action.run();
		}
		catch (UnguardedConsumerFactoryException | UnusableVersionCapException ex) {
			refusal.compareAndSet(null, ex);
			throw ex;
		}
	}

	@Override
	public void onApplicationEvent(BindingCreatedEvent event) {
		if (event.getSource() instanceof Binding<?> binding && isOfKafka(binding)) {
			String name = Objects.requireNonNullElse(binding.getBindingName(), "");
			if (!seen.contains(name) && guards.isEnabled(name)) {
				attempt(() -> guards.guard(name)
					.tolerate(true, "its binder does not let its consumer factory be seen: it is not a "
							+ "KafkaMessageChannelBinder, or creates consumers in a way of its own", null));
			}
		}
	}

	private static boolean isOfKafka(Binding<?> binding) {
		try {
			return binding.isInput() && binding.getBinderType() != null
					&& binding.getBinderType().toLowerCase(Locale.ROOT).contains("kafka");
		}
		catch (UnsupportedOperationException ex) {
			return false;
		}
	}

	/**
	 * After the lifecycle that binds inputs.
	 */
	@Override
	public int getPhase() {
		return DEFAULT_PHASE;
	}

	@Override
	public void start() {
		running = true;
		RuntimeException first = refusal.get();
		if (first != null) {
			throw first;
		}
	}

	@Override
	public void stop() {
		running = false;
	}

	@Override
	public boolean isRunning() {
		return running;
	}

}
