/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.internal.wrapping;

import java.lang.invoke.MethodHandles;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;

/**
 * JDK proxies as wrappers, for native images. A proxy is a {@link Consumer}, but neither
 * a {@code KafkaConsumer} nor free of {@link java.io.Serializable}.
 *
 * @param interception the class of the interceptions
 * @param interfaces what the proxies implement
 * @param intercepted the methods that the interception has, by those of the interfaces
 */
record WrapperProxies(Class<?> interception, List<Class<?>> interfaces, Map<Method, Method> intercepted) {

	/**
	 * Prepares to make proxies.
	 * @param lookup of the class of the interception
	 * @param besides what they implement beside {@link Consumer}
	 * @throws UnwrappableConsumerException if the interface has methods that the
	 * interception ought to know
	 */
	static WrapperProxies define(MethodHandles.Lookup lookup, List<Class<?>> besides) throws NoSuchMethodException {
		Class<?> interception = lookup.lookupClass();
		Map<Method, Method> intercepted = new HashMap<>();
		for (WrapperMethod method : WrapperMethod.of(lookup, Consumer.class, besides)) {
			if (method.intercepted()) {
				intercepted.put(method.method(), own(interception, method.method()));
			}
		}
		return new WrapperProxies(interception, Stream.concat(Stream.of(Consumer.class), besides.stream()).toList(),
				Map.copyOf(intercepted));
	}

	private static Method own(Class<?> interception, Method method) throws NoSuchMethodException {
		try {
			Method own = interception.getDeclaredMethod(method.getName(), method.getParameterTypes());
			own.setAccessible(true);
			return own;
		}
		catch (NoSuchMethodException ex) {
			return interception.getMethod(method.getName(), method.getParameterTypes());
		}
	}

	Object create(Consumer<?, ?> client, Interception interception) {
		return Proxy.newProxyInstance(this.interception.getClassLoader(), interfaces.toArray(Class<?>[]::new),
				new Handler(client, interception, intercepted));
	}

	boolean isOne(@Nullable Object consumer) {
		return consumer != null && Proxy.isProxyClass(consumer.getClass())
				&& Proxy.getInvocationHandler(consumer) instanceof Handler handler
				&& interception.isInstance(handler.interception);
	}

	private record Handler(Consumer<?, ?> client, Interception interception,
			Map<Method, Method> intercepted) implements InvocationHandler {

		@Override
		public @Nullable Object invoke(Object proxy, Method method, @Nullable Object @Nullable [] arguments)
				throws Throwable {
			if (method.getDeclaringClass() == Object.class && method.getName().equals("equals")) {
				return arguments != null && proxy == arguments[0];
			}
			if (method.getDeclaringClass() == Object.class && method.getName().equals("hashCode")) {
				return System.identityHashCode(proxy);
			}
			Method own = intercepted.get(method);
			try {
				return (own != null) ? own.invoke(interception, arguments) : method.invoke(client, arguments);
			}
			catch (InvocationTargetException ex) {
				if (ex.getTargetException() instanceof WakeupException) {
					interception.onWakeup();
				}
				throw ex.getTargetException();
			}
		}

	}

}
