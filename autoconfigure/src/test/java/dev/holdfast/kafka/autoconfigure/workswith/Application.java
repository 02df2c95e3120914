/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure.workswith;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;

import dev.holdfast.kafka.offsetguard.decision.Decision;
import dev.holdfast.kafka.offsetguard.policy.Cause;
import dev.holdfast.kafka.test.KafkaCluster;
import org.apache.kafka.common.TopicPartition;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.kafka.config.KafkaListenerEndpointRegistry;
import org.springframework.kafka.listener.MessageListenerContainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A running Boot application with listeners of a test's own.
 */
final class Application implements AutoCloseable {

	static final Duration PATIENCE = Duration.ofSeconds(30);

	private final ConfigurableApplicationContext context;

	private final Received received;

	private Application(ConfigurableApplicationContext context) {
		this.context = context;
		this.received = context.getBean(Received.class);
	}

	/**
	 * Start an application.
	 * @param cluster where its brokers are
	 * @param topic what its listeners know as {@code ${topic}}, and its client id
	 * @param listeners the class that has them
	 * @param properties more of them
	 */
	static Application run(KafkaCluster cluster, String topic, Class<?> listeners, String... properties) {
		Stream<String> fixed = Stream.of("spring.kafka.bootstrap-servers=" + cluster.bootstrapServers(),
				"spring.kafka.consumer.client-id=" + topic, "topic=" + topic,
				"spring.kafka.consumer.auto-offset-reset=earliest", "spring.main.banner-mode=off",
				"spring.main.log-startup-info=false", "spring.kafka.listener.poll-timeout=100ms");
		// A member of a classic group learns of rebalances by that; others must not set
		// it.
		Stream<String> quick = List.of(properties).contains(protocol("consumer")) ? Stream.of()
				: Stream.of("spring.kafka.consumer.heartbeat-interval=100ms");
		return new Application(new SpringApplicationBuilder(Received.class, listeners).web(WebApplicationType.NONE)
			.properties(Stream.of(fixed, quick, Stream.of(properties)).flatMap((part) -> part).toArray(String[]::new))
			.run());
	}

	static String protocol(String protocol) {
		return "spring.kafka.consumer.properties.group.protocol=" + protocol;
	}

	<T> T bean(Class<T> type) {
		return context.getBean(type);
	}

	MessageListenerContainer container() {
		return bean(KafkaListenerEndpointRegistry.class).getListenerContainers().iterator().next();
	}

	Received received() {
		return received;
	}

	/**
	 * Wait for as many records as these, and check that it is these.
	 */
	void assertDelivered(Map<TopicPartition, List<Long>> expected) {
		int count = expected.values().stream().mapToInt(List::size).sum();
		await("delivery of %s, not %s".formatted(expected, received.offsets())).atMost(PATIENCE)
			.until(() -> received.records().size() >= count);
		assertThat(received.offsets()).isEqualTo(expected);
	}

	/**
	 * Check that there were decisions about each of these partitions: one for each
	 * consumer that it was assigned to once.
	 */
	void assertDecided(Cause cause, Collection<TopicPartition> partitions) {
		assertDecidedAbout(cause, partitions);
		assertThat(received.decisions).extracting(Decision::clientId, Decision::partition).doesNotHaveDuplicates();
	}

	/**
	 * Check that there were decisions about each of these partitions, however often they
	 * were assigned to one consumer.
	 */
	void assertDecidedAbout(Cause cause, Collection<TopicPartition> partitions) {
		assertThat(received.decisions).extracting(Decision::partition).hasSameElementsAs(partitions);
		assertThat(received.decisions).extracting(Decision::cause).containsOnly(cause);
	}

	List<Decision> awaitDecisions(int count) {
		until(() -> received.decisions.size() >= count);
		return new ArrayList<>(received.decisions);
	}

	static void until(Callable<Boolean> condition) {
		await().atMost(PATIENCE).until(condition);
	}

	@Override
	public void close() {
		context.close();
	}

}
