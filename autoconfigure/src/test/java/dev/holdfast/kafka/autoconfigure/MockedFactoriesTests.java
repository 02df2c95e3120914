/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.function.Consumer;
import java.util.function.Supplier;

import dev.holdfast.kafka.autoconfigure.TestConsumerFactories.Recording;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.mockito.invocation.Invocation;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.kafka.autoconfigure.KafkaAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.kafka.config.ConcurrentKafkaListenerContainerFactory;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.kafka.core.DefaultKafkaConsumerFactory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.mockingDetails;
import static org.mockito.Mockito.spy;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.verifyNoInteractions;
import static org.mockito.Mockito.when;

/**
 * Tests of applications whose factories or consumers are mocks see what they see without
 * Holdfast: every call, and no other one.
 */
@Timeout(60)
@ExtendWith(OutputCaptureExtension.class)
class MockedFactoriesTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(KafkaAutoConfiguration.class, HoldfastKafkaAutoConfiguration.class))
		.withPropertyValues("spring.kafka.bootstrap-servers=localhost:1");

	private final org.apache.kafka.clients.consumer.Consumer<String, String> consumer = mock();

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	@SuppressWarnings("unchecked")
	void aStubbedMockOfTheClass(boolean guarded, CapturedOutput output) {
		run(guarded, DefaultKafkaConsumerFactory.class, () -> stubbed(mock(DefaultKafkaConsumerFactory.class)),
				(factory) -> assertStubbed(factory));
		assertReported(guarded, output);
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	@SuppressWarnings("unchecked")
	void aStubbedMockOfTheInterface(boolean guarded, CapturedOutput output) {
		run(guarded, ConsumerFactory.class, () -> stubbed(mock(ConsumerFactory.class)),
				(factory) -> assertStubbed(factory));
		assertReported(guarded, output);
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void aMockThatIsStubbedLater(boolean guarded) {
		run(guarded, Recording.class, () -> mock(Recording.class), (factory) -> {
			when(factory.createConsumer("orders", null, "-1", null)).thenReturn(consumer);
			assertThat(factory.createConsumer("orders", null, "-1", null)).isSameAs(consumer);
			assertThat(factory.createConsumer("audit", null, "-1", null)).isNull();
		});
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void aSpyOfTheApplicationsOwn(boolean guarded, CapturedOutput output) {
		Properties properties = new Properties();
		properties.put("client.id", "mine");
		run(guarded, Recording.class, () -> spy(new Recording()), (factory) -> {
			factory.createConsumer("orders", "client", "-1", properties).close();
			verify(factory).createConsumer("orders", "client", "-1", properties);
			assertThat(factory.created()).hasSize(1);
		});
		assertReported(guarded, output);
	}

	@Test
	void nothingElseIsCalled() {
		assertThat(callsAtStart(true)).isEqualTo(callsAtStart(false));
	}

	private List<String> callsAtStart(boolean guarded) {
		ConsumerFactory<?, ?> factory = mock(DefaultKafkaConsumerFactory.class);
		run(guarded, ConsumerFactory.class, () -> factory, (bean) -> bean.createConsumer("orders", "-1"));
		return mockingDetails(factory).getInvocations()
			.stream()
			.map(Invocation::getMethod)
			.map(Object::toString)
			.toList();
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	@SuppressWarnings("unchecked")
	void aMockInsideAContainerFactory(boolean guarded, CapturedOutput output) {
		ConsumerFactory<String, String> factory = mock();
		runner(guarded).withBean("billing", ConcurrentKafkaListenerContainerFactory.class, () -> {
			ConcurrentKafkaListenerContainerFactory<String, String> billing = new ConcurrentKafkaListenerContainerFactory<>();
			billing.setConsumerFactory(factory);
			return billing;
		}).run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(context.getBean("billing", ConcurrentKafkaListenerContainerFactory.class).getConsumerFactory())
				.isSameAs(factory);
			verifyNoInteractions(factory);
		});
		assertThat(warnings(output)).isEqualTo(guarded ? List
			.of("WARN  dev.holdfast.kafka.autoconfigure.FactoryGuard : Consumers of 'billing' are not "
					+ "guarded: it is a mock. Their positions may move silently. 'holdfast.kafka.on-unguarded=fail' "
					+ "makes this an error")
				: List.of());
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void aMockedContainerFactory(boolean guarded, CapturedOutput output) {
		ConcurrentKafkaListenerContainerFactory<?, ?> billing = mock();
		runner(guarded).withBean("billing", Object.class, () -> billing).run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(mockingDetails(billing).getInvocations()).extracting((call) -> call.getMethod().getName())
				.doesNotContain("getConsumerFactory");
		});
		assertThat(warnings(output)).isEmpty();
	}

	@Test
	void aMockFailsTheStartWhereWhatIsNotGuardedDoes() {
		runner(true).withBean("orders", ConsumerFactory.class, () -> mock(ConsumerFactory.class))
			.withPropertyValues("holdfast.kafka.on-unguarded=fail")
			.run((context) -> assertThat(context.getStartupFailure())
				.isInstanceOf(UnguardedConsumerFactoryException.class)
				.hasMessageEndingWith("'orders' is not guarded: it is a mock"));
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void aMockedConsumerOfARealFactory(boolean guarded, CapturedOutput output) {
		MockedConsumers factory = new MockedConsumers(consumer);
		run(guarded, ConsumerFactory.class, () -> factory, (bean) -> {
			assertThat(bean.createConsumer()).isSameAs(consumer);
			verifyNoInteractions(consumer);
			assertThat(factory.created()).hasSize(1);
		});
		assertThat(warnings(output)).hasSize(guarded ? 1 : 0)
			.allMatch((line) -> line.contains("Consumers of 'orders' are not guarded: a mock has no brokers to ask"));
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void aDoubleThatTellsNothingOfItsConfiguration(boolean guarded) {
		for (Supplier<Map<String, Object>> configuration : List.<Supplier<Map<String, Object>>>of(() -> null, () -> {
			throw new IllegalStateException("not expected");
		})) {
			run(guarded, ConsumerFactory.class, () -> new HandMade(consumer, configuration), (factory) -> {
				assertThat(factory.createConsumer("orders", "-1")).isSameAs(consumer);
				assertThat(factory.createConsumer("orders", null, "-1", null)).isNull();
				verifyNoInteractions(consumer);
			});
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void aDoubleThatCreatesNothing(boolean guarded) {
		run(guarded, ConsumerFactory.class, () -> new HandMade(consumer, HashMap::new),
				(factory) -> assertThat(factory.createConsumer("orders", null, "-1", null)).isNull());
	}

	private <F extends ConsumerFactory<String, String>> F stubbed(F factory) {
		when(factory.createConsumer()).thenReturn(consumer);
		when(factory.createConsumer("orders", "-1")).thenReturn(consumer);
		when(factory.createConsumer("orders", null, "-1", null)).thenReturn(consumer);
		return factory;
	}

	private void assertStubbed(ConsumerFactory<?, ?> factory) {
		assertThat(factory.createConsumer()).isSameAs(consumer);
		assertThat(factory.createConsumer("orders", "-1")).isSameAs(consumer);
		assertThat(factory.createConsumer("orders", null, "-1", null)).isSameAs(consumer);
		assertThat(factory.createConsumer("orders", "client", "-1")).isNull();
		verify(factory).createConsumer("orders", "-1");
		verify(factory).createConsumer("orders", null, "-1", null);
		verifyNoInteractions(consumer);
	}

	private <F extends ConsumerFactory<?, ?>> void run(boolean guarded, Class<F> type, Supplier<F> bean,
			Consumer<F> assertions) {
		runner(guarded).withBean("orders", type, bean).run((context) -> {
			assertThat(context).hasNotFailed();
			assertions.accept(context.getBean("orders", type));
		});
	}

	private ApplicationContextRunner runner(boolean guarded) {
		return runner.withPropertyValues("holdfast.kafka.enabled=" + guarded);
	}

	private static void assertReported(boolean guarded, CapturedOutput output) {
		assertThat(warnings(output)).isEqualTo(guarded ? List
			.of("WARN  dev.holdfast.kafka.autoconfigure.FactoryGuard : Consumers of 'orders' are not "
					+ "guarded: it is a mock. Their positions may move silently. 'holdfast.kafka.on-unguarded=fail' "
					+ "makes this an error")
				: List.of());
	}

	private static List<String> warnings(CapturedOutput output) {
		return output.getOut().lines().filter((line) -> line.startsWith("WARN")).toList();
	}

	/** What a test makes that does not want a client. */
	static class MockedConsumers extends Recording {

		private final org.apache.kafka.clients.consumer.Consumer<String, String> consumer;

		MockedConsumers(org.apache.kafka.clients.consumer.Consumer<String, String> consumer) {
			this.consumer = consumer;
		}

		@Override
		protected org.apache.kafka.clients.consumer.Consumer<String, String> createRawConsumer(
				Map<String, Object> configuration) {
			created().add(configuration);
			return consumer;
		}

	}

	/** Expects to be called in one way. */
	static class HandMade implements ConsumerFactory<String, String> {

		private final org.apache.kafka.clients.consumer.Consumer<String, String> consumer;

		private final Supplier<Map<String, Object>> configuration;

		HandMade(org.apache.kafka.clients.consumer.Consumer<String, String> consumer,
				Supplier<Map<String, Object>> configuration) {
			this.consumer = consumer;
			this.configuration = configuration;
		}

		@Override
		public org.apache.kafka.clients.consumer.Consumer<String, String> createConsumer(String groupId,
				String clientIdSuffix) {
			return consumer;
		}

		@Override
		public org.apache.kafka.clients.consumer.Consumer<String, String> createConsumer(String groupId,
				String clientIdPrefix, String clientIdSuffix, Properties properties) {
			return null;
		}

		@Override
		public boolean isAutoCommit() {
			return false;
		}

		@Override
		public Map<String, Object> getConfigurationProperties() {
			return configuration.get();
		}

	}

}
