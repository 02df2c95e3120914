/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

import org.springframework.aop.scope.ScopedProxyUtils;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.kafka.config.AbstractKafkaListenerContainerFactory;
import org.springframework.kafka.core.ConsumerFactory;

/**
 * Once the singletons are up, and before listener containers start, reports each consumer
 * factory that is not guarded although it should be: by a warning, or by failing the
 * start. Creates no beans.
 */
final class GuardVerifier implements SmartInitializingSingleton {

	private final FactoryGuards guards;

	private final ContainerFactories containerFactories;

	private final ConfigurableListableBeanFactory beanFactory;

	GuardVerifier(FactoryGuards guards, ContainerFactories containerFactories,
			ConfigurableListableBeanFactory beanFactory) {
		this.guards = guards;
		this.containerFactories = containerFactories;
		this.beanFactory = beanFactory;
	}

	@Override
	public void afterSingletonsInstantiated() {
		refuseNamesWithoutEffect();
		Map<String, List<String>> unguarded = new TreeMap<>();
		for (String name : beanFactory.getBeanNamesForType(ConsumerFactory.class, true, false)) {
			List<String> reasons = guards.isEnabled(FactoryNames.of(name)) ? reasons(name) : List.of();
			if (!reasons.isEmpty()) {
				unguarded.put(FactoryNames.of(name), reasons);
			}
		}
		containerFactories().forEach((name, containerFactory) -> {
			ConsumerFactory<?, ?> factory = containerFactory.getConsumerFactory();
			if (factory != null && guards.isEnabled(containerFactories.factoryName(factory, name))
					&& !containerFactories.isGuarded(factory)) {
				unguarded.put(name, List.of("the container factory got its consumer factory after it was "
						+ "initialized: set it where the container factory is created"));
			}
		});
		report(unguarded);
		guards.verified();
	}

	private List<String> reasons(String beanName) {
		if (beanFactory.containsBeanDefinition(ScopedProxyUtils.getTargetBeanName(beanName))) {
			return List.of();
		}
		List<String> reasons = new ArrayList<>();
		String factoryName = FactoryNames.of(beanName);
		if (!beanFactory.containsSingleton(beanName) || beanFactory.isFactoryBean(beanName)) {
			Class<?> type = beanFactory.getType(beanName, false);
			if (type != null && !type.isInterface()) {
				reasons.addAll(GuardProxies.obstacles(type));
				reasons.addAll(Loopholes.of(type));
			}
			return reasons;
		}
		ConsumerFactory<?, ?> factory = beanFactory.getBean(beanName, ConsumerFactory.class);
		FactoryGuard guard = GuardProxies.guard(factory);
		if (guard == null) {
			reasons.add(guards.reason(factoryName) + onlyContainers(factoryName));
		}
		List<String> loopholes = Loopholes.of(AopUtils.getTargetClass(factory));
		if (guard != null) {
			guard.cap().requireUsable(factory);
		}
		if (guard != null && loopholes.isEmpty() && guard.holdsFirstPositions()) {
			guard.tellAboutAutoCommit(factory.getConfigurationProperties(), false);
		}
		reasons.addAll(loopholes);
		return reasons;
	}

	private String onlyContainers(String factoryName) {
		List<String> proxied = containerFactories.proxied(factoryName);
		return proxied.isEmpty() ? ""
				: " (what the listener containers of %s create is guarded, nothing else)".formatted(quoted(proxied));
	}

	private void report(Map<String, List<String>> unguarded) {
		if (unguarded.isEmpty()) {
			return;
		}
		if (guards.isFailOnUnguarded()) {
			throw new UnguardedConsumerFactoryException(unguarded.entrySet()
				.stream()
				.map((entry) -> "    '%s': %s".formatted(entry.getKey(), String.join("; ", entry.getValue())))
				.collect(Collectors.joining("%n".formatted(), "Consumer factories are not guarded:%n%n".formatted(),
						"")),
					null);
		}
		unguarded.forEach((name, reasons) -> guards.guard(name).tolerate(String.join("; ", reasons), null));
	}

	// A container factory's name says something only about a consumer factory that is no
	// bean; which one it has is known only now.
	private void refuseNamesWithoutEffect() {
		List<PropertyMistake> mistakes = new ArrayList<>();
		containerFactories().forEach((name, containerFactory) -> {
			ConsumerFactory<?, ?> factory = containerFactory.getConsumerFactory();
			String factoryName = (factory != null) ? containerFactories.factoryName(factory, name) : name;
			if (guards.configuredNames().contains(name) && !factoryName.equals(name)) {
				ConfigurationProperty first = guards.reader().firstBelow("consumer-factories[" + name + "]");
				mistakes.add(new PropertyMistake(HoldfastProperties.PREFIX + ".consumer-factories." + name, null,
						(first != null) ? first.getOrigin() : null,
						"is a container factory whose consumer factory is a bean of its own", factoryName));
			}
		});
		if (!mistakes.isEmpty()) {
			throw new InvalidHoldfastPropertiesException(mistakes);
		}
	}

	private Map<String, AbstractKafkaListenerContainerFactory<?, ?, ?>> containerFactories() {
		Map<String, AbstractKafkaListenerContainerFactory<?, ?, ?>> result = new TreeMap<>();
		for (String name : beanFactory.getBeanNamesForType(AbstractKafkaListenerContainerFactory.class, false, false)) {
			if (beanFactory.containsSingleton(name)) {
				result.put(name, beanFactory.getBean(name, AbstractKafkaListenerContainerFactory.class));
			}
		}
		return result;
	}

	private static String quoted(List<String> names) {
		return names.stream().map((name) -> "'" + name + "'").collect(Collectors.joining(", "));
	}

}
