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
 * Wraps consumers, for one kind of {@link Interception}. One object for each kind serves
 * the whole JVM. Thread-safe.
 * <p>
 * A wrapper of a {@link KafkaConsumer} is a {@code KafkaConsumer} itself, since
 * applications cast or inject it. It is not {@link java.io.Serializable}, as the client
 * is not: messages that carry consumers in their headers leave out what is not
 * serializable. A JDK proxy does neither: a wrapper is one only in a native image, which
 * makes no classes at run time.
 */
public final class ConsumerWrappers {

	private final MethodHandles.Lookup lookup;

	private final List<Class<?>> interfaces;

	private final Map<Class<?>, WrapperType> types = new ConcurrentHashMap<>();

	private volatile @Nullable WrapperProxies proxies;

	/**
	 * Prepares to wrap. Makes and loads no class before the first wrapper.
	 * @param lookup of the class of the interception; the classes of the wrappers get its
	 * package
	 * @param interfaces what wrappers implement beside {@link Consumer}. They are public,
	 * and the interception has all of their methods
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
	 * class loader's, or in a native image, the wrapper is just a {@code Consumer}
	 * @param interception takes calls in its place
	 * @return the wrapper, equal to itself only
	 * @throws UnwrappableConsumerException if that is impossible. The message says why
	 */
	@SuppressWarnings("unchecked")
	public <K, V> Consumer<K, V> wrap(Consumer<K, V> client, Interception interception) {
		try {
			if (NativeImage.isHere()) {
				return (Consumer<K, V>) proxies().create(client, interception);
			}
			Class<?> target = (client instanceof KafkaConsumer) ? KafkaConsumer.class : Consumer.class;
			return (Consumer<K, V>) type(target).create(client, interception);
		}
		catch (ReflectiveOperationException | LinkageError ex) {
			throw new UnwrappableConsumerException("this JVM makes no class around it (%s)".formatted(ex), ex);
		}
	}

	/**
	 * Whether a consumer was wrapped here. Proxies that extend its class may be around
	 * it.
	 * @param consumer the consumer
	 * @return {@code true} if it is a wrapper
	 */
	public boolean isWrapper(@Nullable Object consumer) {
		WrapperProxies made = proxies;
		return (made != null && made.isOne(consumer))
				|| types.values().stream().anyMatch((type) -> type.wrapper().isInstance(consumer));
	}

	private WrapperProxies proxies() throws ReflectiveOperationException {
		synchronized (types) {
			WrapperProxies made = proxies;
			if (made == null) {
				made = WrapperProxies.define(lookup, interfaces);
				proxies = made;
			}
			return made;
		}
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
