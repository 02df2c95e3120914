/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure;

import java.util.Objects;
import java.util.Set;

import dev.holdfast.kafka.autoconfigure.properties.HoldfastPropertiesReader;
import dev.holdfast.kafka.offsetguard.OffsetGuard;
import dev.holdfast.kafka.offsetguard.decision.DecisionListener;
import dev.holdfast.kafka.offsetguard.policy.OffsetResetPolicy;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ImportRuntimeHints;
import org.springframework.context.annotation.Role;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.kafka.core.ConsumerFactory;

/**
 * {@link EnableAutoConfiguration Auto-configuration} that guards the consumers of each
 * {@link ConsumerFactory}. It needs no bean from the application, and provides
 * {@link GuardedFactories} to look at. {@link DecisionListener} beans hear of each
 * decision, in their order. An {@link OffsetResetPolicy} bean decides in place of the
 * configured policy. Holdfast publishes an {@link OffsetDecisionEvent} for each decision.
 */
@AutoConfiguration(afterName = "org.springframework.boot.kafka.autoconfigure.KafkaAutoConfiguration")
@ConditionalOnClass({ ConsumerFactory.class, OffsetGuard.class })
@ConditionalOnProperty(name = "holdfast.kafka.enabled", matchIfMissing = true)
@ImportRuntimeHints(HoldfastRuntimeHints.class)
public final class HoldfastKafkaAutoConfiguration {

	/**
	 * Spring creates it.
	 */
	public HoldfastKafkaAutoConfiguration() {
	}

	@Bean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	static FactoryGuards holdfastFactoryGuards(ConfigurableEnvironment environment,
			ConfigurableListableBeanFactory beanFactory, ObjectProvider<DecisionListener> listeners,
			ObjectProvider<OffsetResetPolicy> ownPolicy, ApplicationEventPublisher events) {
		ClassLoader loader = Objects.requireNonNull(beanFactory.getBeanClassLoader(), "No class loader");
		Set<String> factoryNames = FactoryNames.all(beanFactory);
		factoryNames.addAll(StreamBindingNames.all(environment, beanFactory, loader));
		return new FactoryGuards(new HoldfastPropertiesReader(environment, factoryNames, loader), loader,
				() -> listeners.orderedStream().toList(), ownPolicy::getIfAvailable, events);
	}

	@Bean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	static ContainerFactories holdfastContainerFactories(FactoryGuards guards,
			ConfigurableListableBeanFactory beanFactory) {
		return new ContainerFactories(guards, beanFactory);
	}

	@Bean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	static ConsumerFactoryPostProcessor holdfastConsumerFactoryPostProcessor(FactoryGuards guards) {
		return new ConsumerFactoryPostProcessor(guards);
	}

	@Bean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	static ContainerFactoryPostProcessor holdfastContainerFactoryPostProcessor(ContainerFactories containerFactories) {
		return new ContainerFactoryPostProcessor(containerFactories);
	}

	@Bean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	GuardVerifier holdfastGuardVerifier(FactoryGuards guards, ContainerFactories containerFactories,
			ConfigurableListableBeanFactory beanFactory) {
		return new GuardVerifier(guards, containerFactories, beanFactory);
	}

	@Bean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	OtherClients holdfastOtherClients(ConfigurableListableBeanFactory beanFactory) {
		return new OtherClients(beanFactory,
				Objects.requireNonNull(beanFactory.getBeanClassLoader(), "No class loader"));
	}

	@Bean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	FactoryConformance holdfastBrokerConformance(FactoryGuards guards, ConfigurableListableBeanFactory beanFactory) {
		return new FactoryConformance(guards, beanFactory, guards.conformance().timeout());
	}

	@Bean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	ConformanceAtStart holdfastConformanceAtStart(FactoryConformance conformance, FactoryGuards guards) {
		return new ConformanceAtStart(conformance, guards.conformance().onStartup());
	}

}
