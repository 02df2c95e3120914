/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure;

import java.util.Map;

import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.cloud.stream.binder.DefaultBinderFactory;
import org.springframework.cloud.stream.binder.PollableMessageSource;
import org.springframework.cloud.stream.binder.kafka.KafkaMessageChannelBinder;
import org.springframework.cloud.stream.binder.kafka.config.ClientFactoryCustomizer;
import org.springframework.cloud.stream.binder.kafka.support.ConsumerConfigCustomizer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.kafka.core.DefaultKafkaConsumerFactory;

/**
 * Guards the consumers of Spring Cloud Stream's Kafka binders. Most binders are in a
 * context of their own, where no post-processor of the application's sees what they make;
 * some are beans of the application.
 */
final class StreamBinders implements DefaultBinderFactory.Listener, BeanPostProcessor {

	private final FactoryGuards guards;

	private final StreamBindings bindings;

	private final ListableBeanFactory beanFactory;

	StreamBinders(FactoryGuards guards, StreamBindings bindings, ListableBeanFactory beanFactory) {
		this.guards = guards;
		this.bindings = bindings;
		this.beanFactory = beanFactory;
	}

	/**
	 * The binder factory calls it before the binder has bound anything.
	 */
	@Override
	public void afterBinderContextInitialized(String binderName, ConfigurableApplicationContext binderContext) {
		binderContext.getBeansOfType(KafkaMessageChannelBinder.class).values().forEach(this::guard);
	}

	@Override
	public Object postProcessAfterInitialization(Object bean, String beanName) {
		if (bean instanceof KafkaMessageChannelBinder binder && !Mocks.isMock(bean)) {
			guard(binder);
		}
		return bean;
	}

	private void guard(KafkaMessageChannelBinder binder) {
		BindingFactories factories = new BindingFactories(binder);
		binder.addConsumerConfigCustomizer(factories);
		binder.addClientFactoryCustomizer(factories);
	}

	private boolean isPolled(String bindingName) {
		return beanFactory.containsBean(bindingName)
				&& beanFactory.isTypeMatch(bindingName, PollableMessageSource.class);
	}

	/**
	 * The consumer factories that a binder makes. For each the binder calls first the one
	 * method and then the other, on one thread.
	 */
	private final class BindingFactories implements ConsumerConfigCustomizer, ClientFactoryCustomizer {

		private final KafkaMessageChannelBinder binder;

		private final ThreadLocal<@Nullable String> latest = new ThreadLocal<>();

		BindingFactories(KafkaMessageChannelBinder binder) {
			this.binder = binder;
		}

		@Override
		public void configure(Map<String, Object> configuration, @Nullable String bindingName, String destination) {
			String name = (bindingName != null) ? bindingName : destination;
			latest.set(name);
			if (guards.isEnabled(name) && isPolled(name)) {
				// What a polled source would do itself, but with a factory of its own.
				configuration.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 1);
			}
			bindings.see(name);
			bindings.see(destination);
		}

		@Override
		public void configure(ConsumerFactory<?, ?> factory) {
			String name = latest.get();
			latest.remove();
			if (name == null || !guards.isEnabled(name)) {
				return;
			}
			guards.advisor(name);
			FactoryGuard guard = guards.guard(name);
			bindings.attempt(() -> {
				if (factory instanceof DefaultKafkaConsumerFactory<?, ?> known) {
					StreamBinding.guard(guard, bindings, known,
							bindings.isKeepingReset(name) || (!isPolled(name) && isReadAfterwards(known, name)));
				}
				else {
					guard.tolerate(true, "the binder has made a factory of %s".formatted(factory.getClass()), null);
				}
			});
		}

		private boolean isReadAfterwards(DefaultKafkaConsumerFactory<?, ?> factory, String bindingName) {
			Object reset = factory.getConfigurationProperties().get(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG);
			return ((reset == null || "latest".equals(reset)) && !factory.isAutoCommit())
					|| binder.getExtendedConsumerProperties(bindingName).isResetOffsets();
		}

	}

}
