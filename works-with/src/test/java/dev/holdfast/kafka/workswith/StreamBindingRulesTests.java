/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.workswith;

import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import dev.holdfast.kafka.autoconfigure.GuardedFactories;
import dev.holdfast.kafka.offsetguard.policy.OffsetGuardSettings;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerInterceptor;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.kafka.autoconfigure.KafkaConnectionDetails;
import org.springframework.boot.kafka.autoconfigure.KafkaProperties;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.cloud.stream.binder.ExtendedConsumerProperties;
import org.springframework.cloud.stream.binder.kafka.KafkaMessageChannelBinder;
import org.springframework.cloud.stream.binder.kafka.properties.KafkaBinderConfigurationProperties;
import org.springframework.cloud.stream.binder.kafka.properties.KafkaConsumerProperties;
import org.springframework.cloud.stream.binder.kafka.properties.KafkaExtendedBindingProperties;
import org.springframework.cloud.stream.binder.kafka.provisioning.KafkaTopicProvisioner;
import org.springframework.cloud.stream.binder.kafka.utils.BindingUtils;
import org.springframework.cloud.stream.config.ListenerContainerCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.env.Environment;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.kafka.core.DefaultKafkaConsumerFactory;
import org.springframework.kafka.listener.AbstractMessageListenerContainer;

import static dev.holdfast.kafka.workswith.StreamApplication.kafka;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

/**
 * What properties say about the bindings of Spring Cloud Stream, and what Holdfast says
 * of those that it cannot guard.
 */
@LyingKafka(brokers = 2)
@ExtendWith(OutputCaptureExtension.class)
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class StreamBindingRulesTests {

	private static final String RULES = "holdfast.kafka.consumer-factories.process-in-0.";

	private final KafkaCluster cluster;

	StreamBindingRulesTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	@Test
	void aBindingHasRulesOfItsOwn() {
		StreamOrders orders = StreamOrders.consumedTo200Of270(cluster, 1).lie();

		try (StreamApplication application = run(orders, StreamApplication.Process.class,
				RULES + "offset-guard.mode=observe")) {
			orders.awaitCommitted(270);

			assertThat(application.offsets()).isEqualTo(StreamOrders.range(0, 270));
			assertThat(application.guarded().factories()).filteredOn((factory) -> factory.name().endsWith("-in-0"))
				.extracting(GuardedFactories.Factory::name, (factory) -> factory.settings().mode())
				.containsExactly(tuple("process-in-0", OffsetGuardSettings.Mode.OBSERVE));
		}
	}

	@Test
	void aBindingCanBeLeftAlone() {
		StreamOrders orders = StreamOrders.consumedTo200Of270(cluster, 1).lie();

		try (StreamApplication application = run(orders, StreamApplication.Process.class, RULES + "enabled=false")) {
			orders.awaitCommitted(270);

			assertThat(application.offsets()).isEqualTo(StreamOrders.range(0, 270));
			assertThat(application.guarded().unguarded()).isEmpty();
		}
	}

	@Test
	void aNameOfNoBindingFailsTheStart() {
		StreamOrders orders = StreamOrders.empty(cluster, 1);

		assertThatThrownBy(() -> run(orders, StreamApplication.Process.class,
				"holdfast.kafka.consumer-factories.proces-in-0.enabled=false"))
			.rootCause()
			.hasMessageContaining("proces-in-0")
			.hasMessageContaining("process-in-0");
	}

	@Test
	void aCapWithWhichNoConsumerWorksFailsTheStart() {
		StreamOrders orders = StreamOrders.empty(cluster, 1);

		assertThatThrownBy(
				() -> run(orders, StreamApplication.Process.class, RULES + "version-cap.max-versions.fetch=-1"))
			.rootCause()
			.hasMessageContaining("process-in-0")
			.hasMessageContaining("Fetch");
	}

	@Test
	void aFactoryThatTheBinderHidesIsReported(CapturedOutput output) {
		StreamOrders orders = StreamOrders.consumedTo200Of270(cluster, 1).lie();

		try (StreamApplication application = run(orders, HiddenFactory.class)) {
			orders.awaitCommitted(270);

			assertThat(application.offsets()).isEqualTo(StreamOrders.range(0, 270));
			assertThat(application.guarded().unguarded()).extracting(GuardedFactories.Unguarded::name)
				.containsExactly("process-in-0");
			assertThat(output).contains("Consumers of 'process-in-0' are not guarded");
		}
	}

	@Test
	void aFactoryThatTheBinderHidesFailsTheStart() {
		StreamOrders orders = StreamOrders.consumedTo200Of270(cluster, 1).lie();

		assertThatThrownBy(() -> run(orders, HiddenFactory.class, "holdfast.kafka.on-unguarded=fail")).rootCause()
			.hasMessageContaining("Consumers of 'process-in-0' are not guarded");
	}

	@Test
	void aBinderThatIsABeanOfTheApplicationIsGuarded() {
		StreamOrders orders = StreamOrders.consumedTo200Of270(cluster, 1).lie();

		try (StreamApplication application = run(orders, OwnBinder.class, "holdfast.kafka.on-unguarded=fail")) {
			orders.awaitCommitted(270);

			assertThat(application.offsets()).isEqualTo(StreamOrders.range(200, 270));
		}
	}

	@Test
	void interceptorsOfTheApplicationStay() {
		StreamOrders orders = StreamOrders.consumedTo200Of270(cluster, 1).lie();

		try (StreamApplication application = run(orders, StreamApplication.Process.class,
				kafka("configuration.interceptor.classes=" + Counting.class.getName()))) {
			orders.awaitCommitted(270);

			assertThat(application.offsets()).isEqualTo(StreamOrders.range(200, 270));
			assertThat(Counting.records).isEqualTo(70);
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void aResetOfTheContainersOwnHolds(boolean guarded) {
		StreamOrders orders = StreamOrders.withoutCommits(cluster, 1);

		try (StreamApplication application = run(orders, OwnReset.class, "holdfast.kafka.enabled=" + guarded)) {
			orders.awaitCommitted(270);
			cluster.produce(orders.partition(0), 1);
			orders.awaitCommitted(271);

			assertThat(application.offsets()).isEqualTo(List.of(270L));
		}
	}

	@Test
	void interceptorsThatReplaceTheGuardsAreReported(CapturedOutput output) {
		StreamOrders orders = StreamOrders.consumedTo200Of270(cluster, 1).lie();

		try (StreamApplication application = run(orders, ReplacedInterceptors.class,
				"spring.cloud.stream.binding-retry-interval=1")) {
			orders.awaitCommitted(270);

			assertThat(application.offsets()).isEqualTo(StreamOrders.range(0, 270));
			assertThat(output).contains("Consumers of 'process-in-0' are not guarded");
		}
	}

	private StreamApplication run(StreamOrders orders, Class<?> functions, String... properties) {
		return StreamApplication.run(cluster, orders.topic(), "process", functions, properties);
	}

	/** An interceptor of the application's. */
	public static final class Counting implements ConsumerInterceptor<Object, Object> {

		static volatile int records;

		@Override
		public ConsumerRecords<Object, Object> onConsume(ConsumerRecords<Object, Object> consumed) {
			records += consumed.count();
			return consumed;
		}

		@Override
		public void onCommit(Map<TopicPartition, OffsetAndMetadata> offsets) {
		}

		@Override
		public void configure(Map<String, ?> configuration) {
		}

		@Override
		public void close() {
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import(StreamApplication.Process.class)
	static class ReplacedInterceptors {

		@Bean
		ListenerContainerCustomizer<AbstractMessageListenerContainer<?, ?>> replacesInterceptors() {
			return (container, destination, group) -> container.getContainerProperties()
				.getKafkaConsumerProperties()
				.put(ConsumerConfig.INTERCEPTOR_CLASSES_CONFIG, Counting.class.getName());
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import(StreamApplication.Process.class)
	static class OwnReset {

		@Bean
		ListenerContainerCustomizer<AbstractMessageListenerContainer<?, ?>> resetsToTheEnd() {
			return (container, destination, group) -> container.getContainerProperties()
				.getKafkaConsumerProperties()
				.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "latest");
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import(StreamApplication.Process.class)
	static class Provisioning {

		@Bean
		KafkaBinderConfigurationProperties binderProperties(KafkaProperties properties,
				ObjectProvider<KafkaConnectionDetails> details, Environment environment) {
			KafkaBinderConfigurationProperties binder = new KafkaBinderConfigurationProperties(properties, details);
			binder.setBrokers(environment.getProperty("spring.cloud.stream.kafka.binder.brokers"));
			return binder;
		}

		@Bean
		KafkaExtendedBindingProperties bindingProperties() {
			return new KafkaExtendedBindingProperties();
		}

		@Bean
		KafkaTopicProvisioner provisioner(KafkaBinderConfigurationProperties binder, KafkaProperties properties) {
			return new KafkaTopicProvisioner(binder, properties, List.of());
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import(Provisioning.class)
	static class OwnBinder {

		@Bean
		KafkaMessageChannelBinder kafkaBinder(KafkaBinderConfigurationProperties properties,
				KafkaTopicProvisioner provisioner, KafkaExtendedBindingProperties bindings) {
			KafkaMessageChannelBinder binder = new KafkaMessageChannelBinder(properties, provisioner);
			binder.setExtendedBindingProperties(bindings);
			return binder;
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import(Provisioning.class)
	static class HiddenFactory {

		@Bean
		KafkaMessageChannelBinder kafkaBinder(KafkaBinderConfigurationProperties properties,
				KafkaTopicProvisioner provisioner, KafkaExtendedBindingProperties bindings) {
			KafkaMessageChannelBinder binder = new KafkaMessageChannelBinder(properties, provisioner) {

				@Override
				protected ConsumerFactory<?, ?> createKafkaConsumerFactory(boolean anonymous, String group,
						ExtendedConsumerProperties<KafkaConsumerProperties> consumerProperties, String beanName,
						String destination) {
					return new DefaultKafkaConsumerFactory<>(
							BindingUtils.createConsumerConfigs(anonymous, group, consumerProperties, properties));
				}

			};
			binder.setExtendedBindingProperties(bindings);
			return binder;
		}

	}

}
