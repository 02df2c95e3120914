/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.aop.Advisor;
import org.springframework.aop.Pointcut;
import org.springframework.aop.framework.Advised;
import org.springframework.aop.framework.AopConfigException;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.aop.support.DefaultPointcutAdvisor;
import org.springframework.aop.support.StaticMethodMatcherPointcut;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.util.ClassUtils;

/**
 * Proxies of consumer factories, and the advisors in them.
 */
final class GuardProxies {

	private static final Logger logger = LoggerFactory.getLogger(GuardProxies.class);

	private static final Pointcut POINTCUT = new ConsumerMethodsPointcut();

	private GuardProxies() {
	}

	static Advisor advisor(FactoryGuard guard) {
		return new DefaultPointcutAdvisor(POINTCUT, new OffsetGuardAdvice(guard));
	}

	/**
	 * An advisor that stands in for one that {@link #advisor} will make.
	 * @return an advisor that does nothing
	 */
	static Advisor placeholder() {
		MethodInterceptor nothing = MethodInvocation::proceed;
		return new DefaultPointcutAdvisor(POINTCUT, nothing);
	}

	/**
	 * Puts a proxy around a consumer factory that is no bean, or a bean that Spring
	 * cannot advise. The proxy has the factory's class where possible, and its interfaces
	 * otherwise.
	 * @param <K> the type of the keys
	 * @param <V> the type of the values
	 * @param factory the factory
	 * @param guard its guard
	 * @return the proxy
	 */
	static <K, V> ConsumerFactory<K, V> proxy(ConsumerFactory<K, V> factory, FactoryGuard guard) {
		Class<?> type = factory.getClass();
		if (!Proxy.isProxyClass(type) && obstacles(type).isEmpty()) {
			try {
				return proxy(factory, guard, true);
			}
			catch (AopConfigException ex) {
				logger.debug("Only the interfaces of {} can be proxied", type, ex);
			}
		}
		return proxy(factory, guard, false);
	}

	@SuppressWarnings("unchecked")
	private static <K, V> ConsumerFactory<K, V> proxy(ConsumerFactory<K, V> factory, FactoryGuard guard,
			boolean ofClass) {
		Class<?> type = factory.getClass();
		ProxyFactory proxyFactory = new ProxyFactory();
		proxyFactory.setTarget(factory);
		proxyFactory.setProxyTargetClass(ofClass);
		if (!ofClass) {
			proxyFactory.setInterfaces(ClassUtils.getAllInterfacesForClass(type));
		}
		proxyFactory.addAdvisor(advisor(guard));
		return (ConsumerFactory<K, V>) proxyFactory.getProxy(type.getClassLoader());
	}

	/**
	 * The guard that a consumer factory has.
	 * @param factory the factory
	 * @return the guard, {@code null} if it has none
	 */
	static @Nullable FactoryGuard guard(Object factory) {
		return !(factory instanceof Advised advised) ? null
				: Arrays.stream(advised.getAdvisors())
					.map((advisor) -> (advisor.getAdvice() instanceof OffsetGuardAdvice advice) ? advice.guard() : null)
					.filter(Objects::nonNull)
					.findFirst()
					.orElse(null);
	}

	/**
	 * Why Spring cannot advise a bean of a class.
	 * @param type the class
	 * @return the reasons, none if it can
	 */
	static List<String> obstacles(Class<?> type) {
		return Proxy.isProxyClass(type) ? List.of()
				: ConsumerMethods.obstaclesToSubclass(ClassUtils.getUserClass(type));
	}

	private static final class ConsumerMethodsPointcut extends StaticMethodMatcherPointcut {

		ConsumerMethodsPointcut() {
			setClassFilter(ConsumerFactory.class::isAssignableFrom);
		}

		@Override
		public boolean matches(Method method, Class<?> targetClass) {
			return ConsumerMethods.isOne(method);
		}

	}

}
