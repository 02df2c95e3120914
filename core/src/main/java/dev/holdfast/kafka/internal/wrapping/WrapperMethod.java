/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.internal.wrapping;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A method of a wrapper.
 *
 * @param method the method whose name and types it has
 * @param intercepted whether it calls the interception, not the client
 */
record WrapperMethod(Method method, boolean intercepted) {

	/**
	 * The methods that a wrapper needs, so that no inherited method runs on fields that
	 * no constructor has filled. Methods of {@code Object} have no such fields.
	 * @param lookup of the class of the interception
	 * @param target what wrappers are
	 * @param interfaces what they implement besides
	 * @throws UnwrappableConsumerException if the target has methods that cannot be
	 * overridden, or that the interception ought to know
	 */
	static List<WrapperMethod> of(MethodHandles.Lookup lookup, Class<?> target, List<Class<?>> interfaces) {
		// Looks each method up by itself: an interception may have methods with types
		// that older kafka-clients lack, and the JVM could not list its methods then.
		MethodHandles.Lookup notPrivate = lookup.dropLookupMode(MethodHandles.Lookup.PRIVATE);
		List<WrapperMethod> methods = methods(target, interfaces).map((method) -> of(notPrivate, method)).toList();
		refuse("the class %s of these kafka-clients has final methods".formatted(target.getName()),
				methods.stream().map(WrapperMethod::method).filter((method) -> isFinal(method, target)));
		refuse("these kafka-clients have methods that are not known here", overlooked(methods));
		refuse("%s has no such methods".formatted(lookup.lookupClass()),
				methods.stream()
					.filter((method) -> !method.intercepted)
					.map(WrapperMethod::method)
					.filter((method) -> interfaces.contains(method.getDeclaringClass())));
		return methods;
	}

	private static WrapperMethod of(MethodHandles.Lookup lookup, Method method) {
		try {
			lookup.findVirtual(lookup.lookupClass(), method.getName(),
					MethodType.methodType(method.getReturnType(), method.getParameterTypes()));
			return new WrapperMethod(method, true);
		}
		catch (NoSuchMethodException | IllegalAccessException ex) {
			return new WrapperMethod(method, false);
		}
	}

	private static Stream<Method> methods(Class<?> target, List<Class<?>> interfaces) {
		Map<String, Method> methods = new LinkedHashMap<>();
		Stream.concat(Stream.of(Object.class, target), interfaces.stream())
			.flatMap((type) -> Arrays.stream(type.getMethods()))
			.filter((method) -> !Modifier.isStatic(method.getModifiers()) && !method.isBridge())
			// A wrapper equals only itself, but has its own toString.
			.filter((method) -> method.getDeclaringClass() != Object.class || method.getName().equals("toString"))
			.forEach((method) -> methods.put(signature(method) + method.getReturnType(), method));
		return methods.values().stream();
	}

	private static boolean isFinal(Method method, Class<?> target) {
		return Modifier.isFinal(method.getModifiers()) || Modifier.isFinal(target.getModifiers());
	}

	/**
	 * Methods that reach the client although overloads of the same name do not.
	 */
	private static Stream<Method> overlooked(List<WrapperMethod> methods) {
		Set<String> intercepted = methods.stream()
			.filter(WrapperMethod::intercepted)
			.map((method) -> method.method.getName())
			.collect(Collectors.toSet());
		return methods.stream()
			.filter((method) -> !method.intercepted && intercepted.contains(method.method.getName()))
			.map(WrapperMethod::method);
	}

	private static void refuse(String reason, Stream<Method> methods) {
		String list = methods.map(WrapperMethod::signature).sorted().collect(Collectors.joining(", "));
		if (!list.isEmpty()) {
			throw new UnwrappableConsumerException("%s: %s".formatted(reason, list), null);
		}
	}

	private static String signature(Method method) {
		return Arrays.stream(method.getParameterTypes())
			.map(Class::getName)
			.collect(Collectors.joining(", ", method.getName() + "(", ")"));
	}

}
