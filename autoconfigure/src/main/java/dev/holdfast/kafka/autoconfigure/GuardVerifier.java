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

import dev.holdfast.kafka.autoconfigure.properties.HoldfastProperties;
import dev.holdfast.kafka.autoconfigure.properties.InvalidHoldfastPropertiesException;
import dev.holdfast.kafka.autoconfigure.properties.PropertyMistake;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.aop.scope.ScopedProxyUtils;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.kafka.config.AbstractKafkaListenerContainerFactory;
import org.springframework.kafka.core.ConsumerFactory;

/**
 * Reports each consumer factory that is not guarded or capped although it should be, once
 * the singletons are up and before listener containers start. It logs a warning or fails
 * the start. Creates no beans.
 */
final class GuardVerifier implements SmartInitializingSingleton {

	private static final Logger logger = LoggerFactory.getLogger(GuardVerifier.class);

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
		Map<String, Finding> findings = new TreeMap<>();
		List<UnusableVersionCapException> unusable = new ArrayList<>();
		for (String name : beanFactory.getBeanNamesForType(ConsumerFactory.class, true, false)) {
			if (guards.isEnabled(FactoryNames.of(name))) {
				Finding finding = find(name, unusable);
				if (!finding.reasons().isEmpty()) {
					findings.put(FactoryNames.of(name), finding);
				}
			}
		}
		containerFactories().forEach((name, containerFactory) -> {
			ConsumerFactory<?, ?> factory = containerFactory.getConsumerFactory();
			String factoryName = (factory != null) ? containerFactories.factoryName(factory, name) : name;
			if (factory == null || !guards.isEnabled(factoryName) || containerFactories.isGuarded(factory)) {
				return;
			}
			if (Mocks.isMock(factory)) {
				findings.put(factoryName, new Finding(true, List.of(Mocks.REASON)));
			}
			else {
				findings.put(name, new Finding(true, List.of("the container factory got its consumer factory after it "
						+ "was initialized: set it where the container factory is created")));
			}
		});
		if (!unusable.isEmpty()) {
			throw UnusableVersionCapException.of(unusable);
		}
		report(findings);
		guards.verified();
	}

	/**
	 * What keeps Holdfast from the consumers of a factory.
	 *
	 * @param untouched whether there is no proxy around the factory, so that not even a
	 * version cap holds
	 * @param reasons why; none if all is well
	 */
	private record Finding(boolean untouched, List<String> reasons) {

		String reason() {
			return String.join("; ", reasons);
		}

	}

	private Finding find(String beanName, List<UnusableVersionCapException> unusable) {
		String factoryName = FactoryNames.of(beanName);
		if (beanFactory.containsBeanDefinition(ScopedProxyUtils.getTargetBeanName(beanName))) {
			return new Finding(false, List.of());
		}
		if (!beanFactory.containsSingleton(beanName) || beanFactory.isFactoryBean(beanName)) {
			Class<?> type = beanFactory.getType(beanName, false);
			return (type != null && !type.isInterface()) ? find(factoryName, type, GuardProxies.obstacles(type))
					: new Finding(false, List.of());
		}
		if (!(beanFactory.getBean(beanName) instanceof ConsumerFactory<?, ?> factory)) {
			return new Finding(false, List.of());
		}
		if (Mocks.isMock(factory)) {
			return new Finding(true, List.of(Mocks.REASON));
		}
		FactoryGuard guard = GuardProxies.guard(factory);
		if (guard != null) {
			try {
				guard.cap().requireUsable(factory);
			}
			catch (UnusableVersionCapException ex) {
				unusable.add(ex);
			}
		}
		Finding finding = find(factoryName, AopUtils.getTargetClass(factory),
				(guard != null) ? List.of() : List.of(guards.reason(factoryName) + onlyContainers(factoryName)));
		if (guard != null && finding.reasons().isEmpty() && guard.isGuarding()) {
			tellAboutAutoCommit(guard, factory);
		}
		return finding;
	}

	private static void tellAboutAutoCommit(FactoryGuard guard, ConsumerFactory<?, ?> factory) {
		try {
			guard.tellAboutAutoCommit(factory.getConfigurationProperties(), false);
		}
		catch (RuntimeException ex) {
			logger.debug("Told when it creates a consumer, if it can do that", ex);
		}
	}

	/**
	 * Loopholes of the guard within a factory do not matter to a cap.
	 */
	private Finding find(String factoryName, Class<?> type, List<String> obstacles) {
		List<String> reasons = new ArrayList<>(obstacles);
		if (guards.guard(factoryName).isGuarding()) {
			reasons.addAll(Loopholes.of(type));
		}
		return new Finding(!obstacles.isEmpty(), reasons);
	}

	private String onlyContainers(String factoryName) {
		List<String> proxied = containerFactories.proxied(factoryName);
		return proxied.isEmpty() ? "" : " (what the listener containers of %s create is %s, nothing else)"
			.formatted(quoted(proxied), guards.guard(factoryName).given());
	}

	private void report(Map<String, Finding> findings) {
		if (findings.isEmpty()) {
			return;
		}
		if (guards.isFailOnUnguarded()) {
			throw new UnguardedConsumerFactoryException(
					"Consumer factories cannot be wrapped:%n%n%s".formatted(list(findings)), null);
		}
		if (findings.size() == 1) {
			findings
				.forEach((name, finding) -> guards.guard(name).tolerate(finding.untouched(), finding.reason(), null));
			return;
		}
		Map<String, Finding> news = new TreeMap<>(findings);
		news.entrySet()
			.removeIf((entry) -> !guards.guard(entry.getKey())
				.note(entry.getValue().untouched(), entry.getValue().reason()));
		if (!news.isEmpty()) {
			logger.warn("{} consumer factories cannot be wrapped; '{}.on-unguarded=fail' makes this an error:{}{}",
					news.size(), HoldfastProperties.PREFIX, System.lineSeparator(), list(news));
		}
	}

	private String list(Map<String, Finding> findings) {
		return findings.entrySet()
			.stream()
			.map((entry) -> "    '%s' is %s: %s".formatted(entry.getKey(),
					guards.guard(entry.getKey()).missing(entry.getValue().untouched()), entry.getValue().reason()))
			.collect(Collectors.joining(System.lineSeparator()));
	}

	// A container factory's name stands for a consumer factory that is no bean. Only now
	// is it known which one the container factory has.
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
			if (beanFactory.containsSingleton(name)
					&& beanFactory
						.getBean(name) instanceof AbstractKafkaListenerContainerFactory<?, ?, ?> containerFactory
					&& ContainerFactories.mayHaveConsumerFactory(containerFactory)) {
				result.put(name, containerFactory);
			}
		}
		return result;
	}

	private static String quoted(List<String> names) {
		return names.stream().map((name) -> "'" + name + "'").collect(Collectors.joining(", "));
	}

}
