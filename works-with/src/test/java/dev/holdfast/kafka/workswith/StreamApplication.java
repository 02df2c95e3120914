/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.workswith;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;

import dev.holdfast.kafka.autoconfigure.GuardedFactories;
import dev.holdfast.kafka.offsetguard.decision.Decision;
import dev.holdfast.kafka.offsetguard.decision.DecisionListener;
import dev.holdfast.kafka.test.KafkaCluster;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.kafka.support.KafkaHeaders;
import org.springframework.messaging.Message;

import static org.awaitility.Awaitility.await;

/**
 * An application of Spring Cloud Stream. It notes the offsets that its functions are
 * given.
 */
final class StreamApplication implements AutoCloseable {

	static final Duration PATIENCE = Duration.ofSeconds(60);

	private final ConfigurableApplicationContext context;

	private final Received received;

	private StreamApplication(ConfigurableApplicationContext context) {
		this.context = context;
		this.received = context.getBean(Received.class);
	}

	/**
	 * Start an application.
	 * @param cluster where its brokers are
	 * @param topic the destination of the binding, its group, and its client id
	 * @param function the binding's function; the binding has its name
	 * @param functions the class that has it
	 * @param properties more of them
	 */
	static StreamApplication run(KafkaCluster cluster, String topic, String function, Class<?> functions,
			String... properties) {
		String binding = "spring.cloud.stream.bindings." + function + "-in-0.";
		Stream<String> fixed = Stream.of("spring.cloud.stream.kafka.binder.brokers=" + cluster.bootstrapServers(),
				"spring.cloud.function.definition=" + function, binding + "destination=" + topic,
				binding + "group=" + topic, "spring.cloud.stream.kafka.binder.auto-create-topics=false",
				"spring.kafka.consumer.client-id=" + topic, "spring.main.banner-mode=off",
				"spring.main.log-startup-info=false", "spring.jmx.enabled=false");
		return new StreamApplication(
				new SpringApplicationBuilder(Received.class, functions).web(WebApplicationType.NONE)
					.properties(Stream.concat(fixed, Stream.of(properties)).toArray(String[]::new))
					.run());
	}

	static String protocol(String protocol) {
		return "spring.cloud.stream.kafka.binder.consumer-properties.group.protocol=" + protocol;
	}

	static String binding(String property) {
		return "spring.cloud.stream.bindings.process-in-0." + property;
	}

	static String kafka(String property) {
		return "spring.cloud.stream.kafka.bindings.process-in-0.consumer." + property;
	}

	static void until(Callable<Boolean> condition) {
		await().atMost(PATIENCE).until(condition);
	}

	String clientId() {
		return context.getEnvironment().getProperty("spring.kafka.consumer.client-id");
	}

	<T> T bean(Class<T> type) {
		return context.getBean(type);
	}

	Received received() {
		return received;
	}

	List<Long> offsets() {
		return new ArrayList<>(received.offsets);
	}

	GuardedFactories guarded() {
		return bean(GuardedFactories.class);
	}

	/** The bindings whose consumers the guard is around. */
	List<String> guardedBindings() {
		return context.getBeanProvider(GuardedFactories.class)
			.stream()
			.flatMap((guarded) -> guarded.factories().stream())
			.map(GuardedFactories.Factory::name)
			.filter((name) -> name.endsWith("-in-0"))
			.toList();
	}

	@Override
	public void close() {
		context.close();
	}

	/**
	 * What an application was given.
	 */
	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Received implements DecisionListener {

		final List<Long> offsets = new CopyOnWriteArrayList<>();

		final List<Decision> decisions = new CopyOnWriteArrayList<>();

		void add(Message<?> message) {
			offsets.add(message.getHeaders().get(KafkaHeaders.OFFSET, Long.class));
		}

		@Override
		public void onDecision(Decision decision) {
			decisions.add(decision);
		}

	}

	/**
	 * One function that notes what it is given.
	 */
	@Configuration(proxyBeanMethods = false)
	static class Process {

		@Bean
		java.util.function.Consumer<Message<byte[]>> process(Received received) {
			return received::add;
		}

	}

}
