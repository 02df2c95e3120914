/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Set;
import java.util.function.Supplier;

import org.apache.kafka.clients.consumer.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A consumer that becomes a guarded one when it gets its topics or partitions. Until then
 * nothing can move.
 *
 * @param <K> the type of the keys
 * @param <V> the type of the values
 */
final class LateConsumer<K, V> implements InvocationHandler {

	private static final Set<String> BEGINNING = Set.of("subscribe", "assign");

	private final Supplier<@Nullable Consumer<K, V>> replacement;

	private Consumer<K, V> delegate;

	private boolean begun;

	private LateConsumer(Consumer<K, V> client, Supplier<@Nullable Consumer<K, V>> replacement) {
		this.delegate = client;
		this.replacement = replacement;
	}

	/**
	 * Creates one.
	 * @param <K> the type of the keys
	 * @param <V> the type of the values
	 * @param client what it is at first
	 * @param replacement closes that client and supplies the next one, or {@code null} to
	 * keep the first
	 */
	@SuppressWarnings("unchecked")
	static <K, V> Consumer<K, V> of(Consumer<K, V> client, Supplier<@Nullable Consumer<K, V>> replacement) {
		return (Consumer<K, V>) Proxy.newProxyInstance(LateConsumer.class.getClassLoader(),
				new Class<?>[] { Consumer.class }, new LateConsumer<>(client, replacement));
	}

	@Override
	public @Nullable Object invoke(Object proxy, Method method, @Nullable Object @Nullable [] arguments)
			throws Throwable {
		if (method.getName().equals("equals") && method.getDeclaringClass() == Object.class) {
			return arguments != null && proxy == arguments[0];
		}
		if (method.getName().equals("hashCode") && method.getDeclaringClass() == Object.class) {
			return System.identityHashCode(proxy);
		}
		if (!begun && BEGINNING.contains(method.getName())) {
			begin();
		}
		try {
			return method.invoke(delegate, arguments);
		}
		catch (InvocationTargetException ex) {
			throw ex.getTargetException();
		}
	}

	private void begin() {
		Consumer<K, V> next = replacement.get();
		begun = true;
		if (next != null) {
			delegate = next;
		}
	}

}
