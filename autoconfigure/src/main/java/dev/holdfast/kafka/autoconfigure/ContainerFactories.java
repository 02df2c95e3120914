/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

import org.jspecify.annotations.Nullable;

import org.springframework.aop.framework.Advised;
import org.springframework.aop.framework.AopInfrastructureBean;
import org.springframework.aop.target.AbstractBeanFactoryBasedTargetSource;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.kafka.config.AbstractKafkaListenerContainerFactory;
import org.springframework.kafka.core.ConsumerFactory;

/**
 * The consumer factories inside listener container factories. Some are guarded beans,
 * some are beans that Spring cannot advise, and some are no beans at all.
 */
final class ContainerFactories {

	private final FactoryGuards guards;

	private final ConfigurableListableBeanFactory beanFactory;

	private final Map<String, List<String>> proxied = new ConcurrentHashMap<>();

	ContainerFactories(FactoryGuards guards, ConfigurableListableBeanFactory beanFactory) {
		this.guards = guards;
		this.beanFactory = beanFactory;
	}

	/**
	 * Puts a guarding proxy around the consumer factory of a container factory, unless it
	 * is guarded already.
	 * @param <K> the type of the keys
	 * @param <V> the type of the values
	 * @param containerFactory the container factory
	 * @param beanName its name
	 */
	<K, V> void guard(AbstractKafkaListenerContainerFactory<?, K, V> containerFactory, String beanName) {
		ConsumerFactory<? super K, ? super V> consumerFactory = containerFactory.getConsumerFactory();
		if (consumerFactory == null || isGuarded(consumerFactory)) {
			return;
		}
		String factoryName = factoryName(consumerFactory, beanName);
		if (!guards.isEnabled(factoryName)) {
			return;
		}
		if (Mocks.isMock(consumerFactory)) {
			guards.unadvised(factoryName, Mocks.REASON);
		}
		else {
			guards.advisor(factoryName);
			containerFactory.setConsumerFactory(GuardProxies.proxy(consumerFactory, guards.guard(factoryName)));
			proxied.computeIfAbsent(factoryName, (name) -> new CopyOnWriteArrayList<>()).add(beanName);
		}
	}

	/**
	 * Whether to look into a container factory: not if it is a mock, since its test would
	 * see the call.
	 */
	static boolean mayHaveConsumerFactory(AbstractKafkaListenerContainerFactory<?, ?, ?> containerFactory) {
		return !Mocks.isMock(containerFactory) || Mocks.isSpy(containerFactory);
	}

	/**
	 * The container factories that have got a proxy of a consumer factory.
	 * @param factoryName the consumer factory's name in the properties
	 * @return the names of the container factories
	 */
	List<String> proxied(String factoryName) {
		return proxied.getOrDefault(factoryName, List.of());
	}

	boolean isGuarded(ConsumerFactory<?, ?> consumerFactory) {
		if (GuardProxies.guard(consumerFactory) != null) {
			return true;
		}
		String target = scopedTarget(consumerFactory);
		if (target == null || !guards.isEnabled(FactoryNames.of(target))) {
			return false;
		}
		Class<?> type = beanFactory.getType(target, false);
		return type != null && GuardProxies.obstacles(type).isEmpty();
	}

	/**
	 * The name of a container factory's consumer factory in the properties.
	 * @param consumerFactory the consumer factory
	 * @param containerFactoryName the container factory's name
	 * @return the consumer factory's own name if it is a bean, else the container
	 * factory's
	 */
	String factoryName(ConsumerFactory<?, ?> consumerFactory, String containerFactoryName) {
		FactoryGuard guard = GuardProxies.guard(consumerFactory);
		if (guard != null) {
			return guard.name();
		}
		String target = scopedTarget(consumerFactory);
		if (target != null) {
			return FactoryNames.of(target);
		}
		for (String name : beanFactory.getBeanNamesForType(ConsumerFactory.class, false, false)) {
			// Of a factory bean only the product can be meant, and this must not make it.
			boolean there = beanFactory.isFactoryBean(name) ? guards.isUnadvised(name)
					: beanFactory.containsSingleton(name);
			if (there && beanFactory.getBean(name) == consumerFactory) {
				return name;
			}
		}
		return containerFactoryName;
	}

	// The post-processor advises each target of a scoped proxy, not the proxy.
	private static @Nullable String scopedTarget(ConsumerFactory<?, ?> consumerFactory) {
		return (consumerFactory instanceof AopInfrastructureBean && consumerFactory instanceof Advised advised
				&& advised.getTargetSource() instanceof AbstractBeanFactoryBasedTargetSource targetSource)
						? targetSource.getTargetBeanName() : null;
	}

}
