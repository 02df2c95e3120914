/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure;

import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.kafka.config.AbstractKafkaListenerContainerFactory;

/**
 * Gives listener container factories a proxy of their consumer factory where that is no
 * bean, or a bean that Spring could not advise.
 */
final class ContainerFactoryPostProcessor implements BeanPostProcessor {

	private final ContainerFactories containerFactories;

	ContainerFactoryPostProcessor(ContainerFactories containerFactories) {
		this.containerFactories = containerFactories;
	}

	@Override
	public Object postProcessAfterInitialization(Object bean, String beanName) {
		if (bean instanceof AbstractKafkaListenerContainerFactory<?, ?, ?> containerFactory
				&& ContainerFactories.mayHaveConsumerFactory(containerFactory)) {
			containerFactories.guard(containerFactory, beanName);
		}
		return bean;
	}

}
