/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import dev.holdfast.kafka.offsetguard.OffsetGuard;

import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.util.ReflectionUtils;

/**
 * The methods of a {@link ConsumerFactory} that create a consumer, and what in a class
 * keeps a proxy from advising them.
 */
final class ConsumerMethods {

	static final String NAME = "createConsumer";

	private static final List<Method> ALL = Arrays.stream(ConsumerFactory.class.getMethods())
		.filter((method) -> method.getName().equals(NAME))
		.toList();

	/** The one that takes properties; the others end up in it. */
	private static final Method FULL = ALL.stream()
		.filter((method) -> !method.isDefault())
		.findFirst()
		.orElseThrow(IllegalStateException::new);

	private ConsumerMethods() {
	}

	static boolean isOne(Method method) {
		return ALL.stream().anyMatch((candidate) -> isSame(candidate, method));
	}

	static boolean isFull(Method method) {
		return isSame(FULL, method);
	}

	/**
	 * Whether a class inherits the interface's own method, which only calls the full one.
	 * A proxy of interfaces counts as such: it has no code that a guard would skip.
	 * @param method a method that creates a consumer
	 * @param type the class of the factory
	 * @return {@code false} if the class has code of its own for it
	 */
	static boolean isInherited(Method method, Class<?> type) {
		if (Proxy.isProxyClass(type)) {
			return true;
		}
		Method actual = ReflectionUtils.findMethod(type, NAME, method.getParameterTypes());
		return actual != null && actual.getDeclaringClass() == ConsumerFactory.class;
	}

	/**
	 * Why a proxy cannot be a subclass of a factory's class.
	 * @param type the class
	 * @return the reasons, none if it can
	 */
	static List<String> obstaclesToSubclass(Class<?> type) {
		List<String> obstacles = new ArrayList<>();
		if (Modifier.isFinal(type.getModifiers()) || type.isSealed()) {
			obstacles.add("its %s is %s".formatted(type, type.isSealed() ? "sealed" : "final"));
		}
		finalMethods(type).forEach((method) -> obstacles.add("its method %s is final".formatted(method)));
		String narrowed = Arrays.stream(type.getMethods())
			.filter((method) -> isOne(method) && !method.getReturnType().isAssignableFrom(OffsetGuard.consumerType()))
			.map((method) -> method.getReturnType().getSimpleName())
			.distinct()
			.collect(Collectors.joining(", "));
		if (!narrowed.isEmpty()) {
			obstacles.add("its method %s promises a %s, which a guarded consumer is not".formatted(NAME, narrowed));
		}
		return obstacles;
	}

	/**
	 * The methods of a class's own that create consumers. No advice reaches these
	 * consumers, since such a method calls the full one on itself.
	 * @param type the class of the factory
	 * @return the methods
	 */
	static List<String> overridden(Class<?> type) {
		return ALL.stream()
			.filter((method) -> !isFull(method) && !isInherited(method, type))
			.map(ConsumerMethods::describe)
			.sorted()
			.toList();
	}

	// A final method that is called on a proxy would run on the proxy's own, empty
	// fields.
	private static Stream<String> finalMethods(Class<?> type) {
		return Arrays.stream(ReflectionUtils.getAllDeclaredMethods(type))
			.filter((method) -> method.getDeclaringClass() != Object.class)
			.filter((method) -> Modifier.isFinal(method.getModifiers()) && !Modifier.isStatic(method.getModifiers())
					&& !Modifier.isPrivate(method.getModifiers()))
			.map(ConsumerMethods::describe)
			.distinct()
			.sorted();
	}

	static String describe(Method method) {
		return Arrays.stream(method.getParameterTypes())
			.map(Class::getSimpleName)
			.collect(Collectors.joining(", ", method.getName() + "(", ")"));
	}

	private static boolean isSame(Method one, Method other) {
		return one.getName().equals(other.getName())
				&& Arrays.equals(one.getParameterTypes(), other.getParameterTypes());
	}

}
