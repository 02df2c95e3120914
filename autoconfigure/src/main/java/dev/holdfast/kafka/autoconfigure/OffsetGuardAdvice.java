/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure;

import java.lang.reflect.Method;
import java.util.Properties;

import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.apache.kafka.clients.consumer.Consumer;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.ProxyMethodInvocation;
import org.springframework.aop.support.AopUtils;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.util.ReflectionUtils;

/**
 * Makes each call that creates a consumer create a guarded one.
 */
final class OffsetGuardAdvice implements MethodInterceptor {

	private final FactoryGuard guard;

	OffsetGuardAdvice(FactoryGuard guard) {
		this.guard = guard;
	}

	FactoryGuard guard() {
		return guard;
	}

	@Override
	public @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
		Method method = invocation.getMethod();
		if (!(invocation.getThis() instanceof ConsumerFactory<?, ?> factory)) {
			return createUnguarded("its proxy has no target", invocation);
		}
		if (Mocks.isMock(factory)) {
			return createUnguarded(Mocks.REASON, invocation);
		}
		Class<?> type = AopUtils.getTargetClass(factory);
		if (!ConsumerMethods.isFull(method) && !ConsumerMethods.isInherited(method, type)) {
			return createUnguarded("the factory's %s has its own %s".formatted(type, ConsumerMethods.describe(method)),
					invocation);
		}
		return createConsumer(factory, (ProxyMethodInvocation) invocation);
	}

	private <K, V> @Nullable Consumer<K, V> createConsumer(ConsumerFactory<K, V> factory,
			ProxyMethodInvocation invocation) {
		@Nullable Object[] arguments = fullArguments(invocation.getArguments());
		Properties own = (Properties) arguments[3];
		return guard.createConsumer(factory, own, (properties) -> {
			if (properties == own) {
				return proceed(invocation.invocableClone());
			}
			return ConsumerMethods.isFull(invocation.getMethod()) ? proceedWith(properties, invocation) : factory
				.createConsumer((String) arguments[0], (String) arguments[1], (String) arguments[2], properties);
		});
	}

	private @Nullable Consumer<?, ?> createUnguarded(String reason, MethodInvocation invocation) {
		return guard.createUnguarded(reason, () -> proceed(invocation));
	}

	@SuppressWarnings("unchecked")
	private static <K, V> @Nullable Consumer<K, V> proceed(MethodInvocation invocation) {
		try {
			return (Consumer<K, V>) invocation.proceed();
		}
		catch (Throwable ex) {
			ReflectionUtils.rethrowRuntimeException(ex);
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * Calls the advice that comes after this one. Uses a clone each time: an invocation
	 * proceeds only once, and there may be a second attempt.
	 */
	private static <K, V> @Nullable Consumer<K, V> proceedWith(@Nullable Properties properties,
			ProxyMethodInvocation invocation) {
		@Nullable Object[] arguments = invocation.getArguments().clone();
		arguments[3] = properties;
		return proceed(invocation.invocableClone(arguments));
	}

	// The shorter methods: (), (suffix), (group, suffix), (group, prefix, suffix).
	private static @Nullable Object[] fullArguments(@Nullable Object[] arguments) {
		return switch (arguments.length) {
			case 0 -> new @Nullable Object[] { null, null, null, null };
			case 1 -> new @Nullable Object[] { null, null, arguments[0], null };
			case 2 -> new @Nullable Object[] { arguments[0], null, arguments[1], null };
			case 3 -> new @Nullable Object[] { arguments[0], arguments[1], arguments[2], null };
			default -> arguments;
		};
	}

	@Override
	public String toString() {
		return guard.toString();
	}

}
