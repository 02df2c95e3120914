/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure;

import dev.holdfast.kafka.offsetguard.OffsetGuard;

import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.cloud.stream.binder.kafka.KafkaMessageChannelBinder;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Role;
import org.springframework.kafka.core.ConsumerFactory;

/**
 * {@link EnableAutoConfiguration Auto-configuration} that guards the consumers of Spring
 * Cloud Stream's Kafka binder. A binding's consumers have the binding's name in the
 * properties, as others have that of their {@link ConsumerFactory}.
 */
@AutoConfiguration(after = HoldfastKafkaAutoConfiguration.class)
@ConditionalOnClass({ KafkaMessageChannelBinder.class, ConsumerFactory.class, OffsetGuard.class })
@ConditionalOnBean(FactoryGuards.class)
public final class HoldfastStreamAutoConfiguration {

	/**
	 * Spring creates it.
	 */
	public HoldfastStreamAutoConfiguration() {
	}

	@Bean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	static StreamBindings holdfastStreamBindings(FactoryGuards guards) {
		return new StreamBindings(guards);
	}

	@Bean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	static StreamBinders holdfastStreamBinders(FactoryGuards guards, StreamBindings bindings,
			ConfigurableListableBeanFactory beanFactory) {
		return new StreamBinders(guards, bindings, beanFactory);
	}

}
