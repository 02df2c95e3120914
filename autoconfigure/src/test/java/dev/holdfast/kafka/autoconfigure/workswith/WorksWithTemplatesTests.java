/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure.workswith;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

import dev.holdfast.kafka.offsetguard.decision.Decision;
import dev.holdfast.kafka.offsetguard.policy.Cause;
import dev.holdfast.kafka.test.Fault;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.kafka.config.ConcurrentKafkaListenerContainerFactory;
import org.springframework.kafka.config.KafkaListenerEndpointRegistry;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.kafka.core.DefaultKafkaConsumerFactory;
import org.springframework.kafka.core.KafkaTemplate;
import org.springframework.kafka.core.ProducerFactory;
import org.springframework.kafka.listener.ContainerProperties;
import org.springframework.kafka.listener.KafkaMessageListenerContainer;
import org.springframework.kafka.requestreply.ReplyingKafkaTemplate;
import org.springframework.messaging.handler.annotation.SendTo;

import static dev.holdfast.kafka.autoconfigure.workswith.Application.protocol;
import static dev.holdfast.kafka.autoconfigure.workswith.Orders.range;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Consumers that Spring creates for more than a listener.
 */
@LyingKafka(brokers = 2)
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class WorksWithTemplatesTests {

	private final KafkaCluster cluster;

	WorksWithTemplatesTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	/**
	 * It polls once only. With the consumer protocol, kafka-clients 4.2 often returns
	 * nothing from that poll, guarded or not.
	 */
	@Test
	@DisplayName("`KafkaTemplate.receive` (`classic`)")
	void receive() {
		Orders orders = Orders.create(cluster, 1);
		orders.produceOnEach(30);
		cluster.deleteRecords(orders.partition(0), 10);
		try (Application application = Application.run(cluster, orders.topic(), NoListener.class,
				protocol("classic"))) {
			KafkaTemplate<Object, Object> template = application.bean(NoListener.class).template();
			cluster.wire().inject(Fault.offsetOutOfRange().forClient(orders.topic()).times(1));

			assertThat(template.receive(orders.topic(), 0, 15)).isNotNull()
				.extracting(ConsumerRecord::offset)
				.isEqualTo(15L);
			// Spring has no record with that offset to give, and gives no other one.
			assertThat(template.receive(orders.topic(), 0, 5)).isNull();
			assertThat(application.received().decisions).extracting(Decision::cause)
				.containsExactly(Cause.SPURIOUS_OUT_OF_RANGE, Cause.BELOW_LOG_START);
		}
	}

	@EachProtocol
	@DisplayName("`ReplyingKafkaTemplate`")
	void replyingTemplate(String protocol) throws Exception {
		Orders requests = Orders.create(cluster, 1);
		Orders replies = new Orders(cluster, requests.topic() + "-replies", 1).created(Map.of());
		try (Application application = Application.run(cluster, requests.topic(), Replying.class, protocol(protocol))) {
			@SuppressWarnings("unchecked")
			ReplyingKafkaTemplate<Object, Object, Object> template = application.bean(ReplyingKafkaTemplate.class);
			assertThat(template.waitForAssignment(Duration.ofSeconds(30))).isTrue();
			assertThat(ask(template, requests, "a")).isEqualTo("re: a");
			requests.lie();
			replies.lie();
			requests.moveLeaders();
			replies.moveLeaders();

			assertThat(ask(template, requests, "b")).isEqualTo("re: b");
			assertThat(ask(template, requests, "c")).isEqualTo("re: c");
			application.assertDelivered(requests.onEach(0, 3));
			assertThat(cluster.logEnd(replies.partition(0))).isEqualTo(3);
			assertThat(application.received().decisions)
				.filteredOn((decision) -> decision.cause() == Cause.FALSE_TRUNCATION)
				.extracting(Decision::partition)
				.containsExactlyInAnyOrder(requests.partition(0), replies.partition(0));
		}
	}

	private static Object ask(ReplyingKafkaTemplate<Object, Object, Object> template, Orders requests, String question)
			throws Exception {
		return template
			.sendAndReceive(new ProducerRecord<>(requests.topic(), 0, null, question), Duration.ofSeconds(30))
			.get()
			.value();
	}

	/** The leaders of the retry topic move while a record waits there. */
	@EachProtocol
	@DisplayName("`@RetryableTopic`")
	void retryableTopic(String protocol) {
		Orders orders = Orders.consumedTo20Of30(cluster, 2);
		Orders retries = Orders.consumedTo20Of30(new Orders(cluster, orders.topic() + "-retry", 2).created(Map.of()));
		retries.all().forEach((partition) -> retries.commit(partition, 30));
		orders.lie();
		retries.lie();
		try (Application application = Application.run(cluster, orders.topic(), RetryingListener.class,
				protocol(protocol))) {
			orders.awaitCommitted(30);
			retries.moveLeaders();
			retries.awaitCommitted(31);

			Map<TopicPartition, List<Long>> expected = new HashMap<>(orders.onEach(20, 30));
			expected.putAll(retries.onEach(30, 31));
			application.assertDelivered(expected);
			assertThat(application.received().decisions)
				.filteredOn((decision) -> !decision.partition().topic().endsWith("-dlt"))
				.extracting(Decision::cause)
				.containsOnly(Cause.FALSE_TRUNCATION);
		}
	}

	/**
	 * The other cluster has a topic of the same name, and no commit of the group: that
	 * there is one here means nothing there.
	 */
	@EachProtocol
	@DisplayName("Two clusters in one application")
	void twoClusters(String protocol) {
		Orders orders = Orders.consumedTo20Of30(cluster, 1);
		orders.lie();
		try (KafkaCluster other = KafkaCluster.start();
				Application application = Application.run(cluster, orders.topic(), TwoClusters.class,
						protocol(protocol), "other=" + other.bootstrapServers())) {
			other.createTopic(orders.topic(), 1);
			other.produce(orders.partition(0), 50);
			orders.awaitCommitted(30);
			application.bean(KafkaListenerEndpointRegistry.class).getListenerContainer("other").start();
			List<Long> there = application.bean(TwoClusters.class).there;
			Application.until(() -> there.size() >= 50);

			assertThat(there).isEqualTo(range(0, 50));
			application.assertDelivered(orders.onEach(20, 30));
			assertThat(application.received().decisions).extracting(Decision::cause)
				.containsExactly(Cause.FALSE_TRUNCATION, Cause.NO_COMMITTED_OFFSET);
		}
	}

	record NoListener(KafkaTemplate<Object, Object> template, ConsumerFactory<Object, Object> consumerFactory) {

		NoListener {
			template.setConsumerFactory(consumerFactory);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Replying {

		private final Received received;

		Replying(Received received) {
			this.received = received;
		}

		@Bean
		static ReplyingKafkaTemplate<Object, Object, Object> template(ProducerFactory<Object, Object> producerFactory,
				ConsumerFactory<Object, Object> consumerFactory, @Value("${topic}-replies") String topic) {
			ContainerProperties properties = new ContainerProperties(topic);
			properties.setGroupId(topic);
			properties.setPollTimeout(100);
			return new ReplyingKafkaTemplate<>(producerFactory,
					new KafkaMessageListenerContainer<>(consumerFactory, properties));
		}

		@KafkaListener(topics = "${topic}", groupId = "${topic}")
		@SendTo
		String answer(ConsumerRecord<String, String> request) {
			received.add(request);
			return "re: " + request.value();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class TwoClusters {

		private final List<Long> there = new CopyOnWriteArrayList<>();

		private final Received received;

		TwoClusters(Received received) {
			this.received = received;
		}

		@Bean
		static ConcurrentKafkaListenerContainerFactory<String, String> otherContainers(
				ConsumerFactory<?, ?> consumerFactory, @Value("${other}") String bootstrapServers) {
			Map<String, Object> configuration = new HashMap<>(consumerFactory.getConfigurationProperties());
			configuration.put("bootstrap.servers", bootstrapServers);
			configuration.put("key.deserializer", StringDeserializer.class);
			configuration.put("value.deserializer", StringDeserializer.class);
			ConcurrentKafkaListenerContainerFactory<String, String> factory = new ConcurrentKafkaListenerContainerFactory<>();
			factory.setConsumerFactory(new DefaultKafkaConsumerFactory<>(configuration));
			return factory;
		}

		@KafkaListener(topics = "${topic}", groupId = "${topic}")
		void onOrder(ConsumerRecord<?, ?> order) {
			received.add(order);
		}

		@KafkaListener(id = "other", idIsGroup = false, containerFactory = "otherContainers", autoStartup = "false",
				topics = "${topic}", groupId = "${topic}")
		void onOrderThere(ConsumerRecord<?, ?> order) {
			there.add(order.offset());
		}

	}

}
