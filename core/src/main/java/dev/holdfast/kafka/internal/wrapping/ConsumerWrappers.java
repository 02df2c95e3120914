/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.internal.wrapping;

import java.lang.invoke.MethodHandles;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Wraps consumers, for one kind of {@link Interception}. Thread-safe; one for each kind
 * serves the whole JVM.
 * <p>
 * A wrapper of a {@link KafkaConsumer} is one itself, for those who cast or inject it. It
 * is no {@link java.io.Serializable}, as the client is not: what carries consumers along,
 * such as messages, leaves out what does not claim to be. A JDK proxy would do neither.
 */
public final class ConsumerWrappers {

	private final MethodHandles.Lookup lookup;

	private final List<Class<?>> interfaces;

	private final Map<Class<?>, WrapperType> types = new ConcurrentHashMap<>();

	/**
	 * Prepares to wrap. No class is made or loaded before the first wrapper.
	 * @param lookup of the class of the interception, in whose package the classes of the
	 * wrappers are made
	 * @param interfaces what wrappers implement beside {@link Consumer}: public, and the
	 * interception has all of their methods
	 */
	public ConsumerWrappers(MethodHandles.Lookup lookup, Class<?>... interfaces) {
		this.lookup = lookup;
		this.interfaces = List.of(interfaces);
	}

	/**
	 * Wraps a consumer.
	 * @param <K> the type of the keys
	 * @param <V> the type of the values
	 * @param client the consumer. Where its class is a {@code KafkaConsumer} of another
	 * class loader's, the wrapper is just a {@code Consumer}
	 * @param interception takes calls in its place
	 * @return the wrapper, equal to itself only
	 * @throws UnwrappableConsumerException if that is impossible; says why
	 */
	@SuppressWarnings("unchecked")
	public <K, V> Consumer<K, V> wrap(Consumer<K, V> client, Interception interception) {
		try {
			Class<?> target = (client instanceof KafkaConsumer) ? KafkaConsumer.class : Consumer.class;
			return (Consumer<K, V>) type(target).create(client, interception);
		}
		catch (ReflectiveOperationException | LinkageError ex) {
			throw new UnwrappableConsumerException("this JVM makes no class around it (%s)".formatted(ex), ex);
		}
	}

	/**
	 * Whether a consumer was wrapped here, whatever proxies that keep its class are
	 * around it.
	 * @param consumer the consumer
	 * @return {@code true} if it is a wrapper
	 */
	public boolean isWrapper(@Nullable Object consumer) {
		return types.values().stream().anyMatch((type) -> type.wrapper().isInstance(consumer));
	}

	private WrapperType type(Class<?> target) throws ReflectiveOperationException {
		synchronized (types) {
			WrapperType type = types.get(target);
			if (type == null) {
				type = WrapperType.define(lookup, target, interfaces);
				types.put(target, type);
			}
			return type;
		}
	}

}
