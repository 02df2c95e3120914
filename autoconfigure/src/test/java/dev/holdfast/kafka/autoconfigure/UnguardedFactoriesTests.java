/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure;

import java.util.Map;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicBoolean;

import dev.holdfast.kafka.autoconfigure.TestConsumerFactories.Delegating;
import dev.holdfast.kafka.autoconfigure.TestConsumerFactories.Final;
import dev.holdfast.kafka.autoconfigure.TestConsumerFactories.FinalMethod;
import dev.holdfast.kafka.autoconfigure.TestConsumerFactories.IgnoringProperties;
import dev.holdfast.kafka.autoconfigure.TestConsumerFactories.OwnShortMethod;
import dev.holdfast.kafka.autoconfigure.TestConsumerFactories.Recording;
import dev.holdfast.kafka.autoconfigure.TestConsumerFactories.Secretive;
import dev.holdfast.kafka.autoconfigure.properties.InvalidHoldfastPropertiesException;
import dev.holdfast.kafka.offsetguard.OffsetGuard;
import org.aopalliance.intercept.MethodInterceptor;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.aop.framework.ProxyFactory;
import org.springframework.beans.factory.BeanCreationException;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.kafka.autoconfigure.KafkaAutoConfiguration;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.kafka.config.ConcurrentKafkaListenerContainerFactory;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.kafka.core.DefaultKafkaConsumerFactory;
import org.springframework.kafka.mock.MockConsumerFactory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Factories that are no beans, or whose class does not let itself be advised: guarded
 * where that is possible, and reported where it is not.
 */
@ExtendWith(OutputCaptureExtension.class)
class UnguardedFactoriesTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(KafkaAutoConfiguration.class, HoldfastKafkaAutoConfiguration.class))
		.withPropertyValues("spring.kafka.bootstrap-servers=localhost:1");

	private final ApplicationContextRunner strict = runner.withPropertyValues("holdfast.kafka.on-unguarded=fail");

	@Test
	void theInlineFactoryThatBootMakesIsGuarded(CapturedOutput output) {
		runner.withBean("orders", Recording.class).run((context) -> {
			ConsumerFactory<?, ?> inline = containerFactory(context, "kafkaListenerContainerFactory")
				.getConsumerFactory();
			assertThat(inline).isInstanceOf(DefaultKafkaConsumerFactory.class);
			assertThat(isGuarded(inline)).isTrue();
			assertThat(GuardProxies.guard(inline)).hasToString("offset guard of 'kafkaListenerContainerFactory'");
			assertThat(output).doesNotContain("WARN");
		});
	}

	@Test
	void anInlineFactoryGoesByTheNameOfItsContainerFactory() {
		strict.withUserConfiguration(InlineFactory.class)
			.withPropertyValues("holdfast.kafka.consumer-factories.billing.enabled=false",
					"holdfast.kafka.consumer-factories.shipping.offset-guard.policy.unverifiable=keep")
			.run((context) -> {
				assertThat(isGuarded(containerFactory(context, "billing").getConsumerFactory())).isFalse();
				ConsumerFactory<?, ?> shipping = containerFactory(context, "shipping").getConsumerFactory();
				assertThat(isGuarded(shipping)).isTrue();
				assertThat(GuardProxies.guard(shipping).settings().policy().actions().toString())
					.contains("unverifiable=keep");
			});
	}

	@Test
	void aContainerFactorysNameMeansNothingWhenItsConsumerFactoryIsABean() {
		runner.withPropertyValues("holdfast.kafka.consumer-factories.kafkaListenerContainerFactory.enabled=false")
			.run((context) -> assertThat(context.getStartupFailure())
				.isInstanceOf(InvalidHoldfastPropertiesException.class)
				.hasMessage("Invalid properties: [holdfast.kafka.consumer-factories.kafkaListenerContainerFactory "
						+ "(\"holdfast.kafka.consumer-factories.kafkaListenerContainerFactory.enabled\" from property "
						+ "source \"test\"): is a container factory whose consumer factory is a bean of its own; "
						+ "allowed: kafkaConsumerFactory]"));
	}

	@Test
	void theContainersOfAFinalFactoryAreGuardedAndTheRestIsReported(CapturedOutput output) {
		runner.withUserConfiguration(FinalFactory.class).run((context) -> {
			assertThat(isGuarded(context.getBean(Final.class))).isFalse();
			ConsumerFactory<?, ?> inContainer = containerFactory(context, "billing").getConsumerFactory();
			assertThat(isGuarded(inContainer)).isTrue();
			assertThat(GuardProxies.guard(inContainer)).hasToString("offset guard of 'orders'");
			assertThat(output.getOut().lines().filter((line) -> line.startsWith("WARN"))).containsExactly(
					"WARN  dev.holdfast.kafka.autoconfigure.FactoryGuard : Consumers of 'orders' are not guarded: "
							+ "its class dev.holdfast.kafka.autoconfigure.TestConsumerFactories$Final is final (what the "
							+ "listener containers of 'billing' create is guarded, nothing else). Their positions may "
							+ "move silently. 'holdfast.kafka.on-unguarded=fail' makes this an error");
		});
	}

	@Test
	void onUnguardedFailReportsAllFactoriesAtOnce() {
		strict.withBean("orders", Final.class)
			.withBean("audit", FinalMethod.class)
			.withBean("billing", Secretive.class)
			.withBean("shipping", OwnShortMethod.class)
			.withBean("returns", Recording.class)
			.run((context) -> {
				Throwable failure = context.getStartupFailure();
				assertThat(failure).isInstanceOf(UnguardedConsumerFactoryException.class);
				assertThat(new UnguardedConsumerFactoryFailureAnalyzer().analyze(failure)).satisfies((analysis) -> {
					String types = "class " + TestConsumerFactories.class.getName() + "$";
					assertThat(analysis.getDescription()).isEqualToNormalizingNewlines(
							"""
									Consumer factories cannot be wrapped:

									    'audit' is not guarded: its method region() is final
									    'billing' is not guarded: its %1$sSecretive does not tell its configuration: it has no \
									getConfigurationProperties()
									    'orders' is not guarded: its %1$sFinal is final
									    'shipping' is not guarded: its %1$sOwnShortMethod has its own createConsumer(String, String)"""
								.formatted(types));
					assertThat(analysis.getAction()).isEqualTo(
							"""
									Remove the reason. Or take the factory out on purpose with \
									'holdfast.kafka.consumer-factories.<name>.enabled=false', or let unguarded factories go with \
									'holdfast.kafka.on-unguarded=warn'.""");
				});
			});
	}

	@Test
	void whatIsTakenOutOnPurposeIsNotReported(CapturedOutput output) {
		strict.withBean("orders", Final.class)
			.withPropertyValues("holdfast.kafka.consumer-factories.orders.enabled=false")
			.run((context) -> {
				assertThat(context).hasNotFailed();
				assertThat(output).doesNotContain("WARN");
			});
	}

	@Test
	void aLazyFactoryThatIsNeverCreatedIsReported() {
		AtomicBoolean created = new AtomicBoolean();
		strict
			.withInitializer(
					(context) -> context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()))
			.withBean("orders", Final.class, () -> {
				created.set(true);
				return new Final();
			})
			.run((context) -> {
				assertThat(context.getStartupFailure()).hasMessageContaining("'orders' is not guarded: its class ")
					.isInstanceOf(UnguardedConsumerFactoryException.class);
				assertThat(created).isFalse();
			});
	}

	@Test
	void aProxyWithoutATargetIsReported(CapturedOutput output) {
		runner.withBean("orders", ConsumerFactory.class, () -> {
			ProxyFactory proxyFactory = new ProxyFactory(ConsumerFactory.class,
					(MethodInterceptor) (invocation) -> new Recording().createConsumer());
			return (ConsumerFactory<?, ?>) proxyFactory.getProxy();
		}).run((context) -> {
			assertThat(isGuarded(context.getBean(ConsumerFactory.class))).isFalse();
			assertThat(output).contains("Consumers of 'orders' are not guarded: its proxy has no target");
		});
	}

	@Test
	void aSingletonRegisteredByHandIsReported() {
		strict.withInitializer((context) -> context.getBeanFactory().registerSingleton("orders", new Recording()))
			.run((context) -> assertThat(context.getStartupFailure()).hasMessageContaining(
					"'orders' is not guarded: it was not there when beans are post-processed: register it as a bean definition"));
	}

	@Test
	void aConsumerFactorySetTooLateIsReported() {
		strict.withUserConfiguration(LateFactory.class)
			.run((context) -> assertThat(context.getStartupFailure()).hasMessageContaining(
					"'billing' is not guarded: the container factory got its consumer factory after it was initialized: set it where "
							+ "the container factory is created"));
	}

	@Test
	void aFinalFactoryThatIsCreatedAfterTheStartIsReportedThen() {
		strict.run((context) -> {
			GenericApplicationContext applicationContext = (GenericApplicationContext) context
				.getSourceApplicationContext();
			applicationContext.registerBean("late", ConsumerFactory.class, Final::new);
			assertThatExceptionOfType(BeanCreationException.class).isThrownBy(() -> context.getBean("late"))
				.havingCause()
				.isInstanceOf(UnguardedConsumerFactoryException.class)
				.withMessage("Consumers of 'late' are not guarded: its class %s$Final is final",
						TestConsumerFactories.class.getName());
		});
	}

	@Test
	void aConsumerThatCannotBeGuardedIsCreatedAsWithoutHoldfastAndReportedOnce(CapturedOutput output) {
		runner.withBean("orders", IgnoringProperties.class).run((context) -> {
			ConsumerFactory<?, ?> factory = context.getBean(ConsumerFactory.class);
			assertThat(isGuarded(factory)).isFalse();
			assertThat(isGuarded(factory)).isFalse();
			assertThat(output.getOut().lines().filter((line) -> line.startsWith("WARN"))).singleElement()
				.asString()
				.contains("Consumers of 'orders' are not guarded: The consumer "
						+ "(org.apache.kafka.clients.consumer.KafkaConsumer) did not report its configuration");
		});
	}

	@Test
	void aConsumerThatCannotBeGuardedIsRefusedWhenAskedFor() {
		strict.withBean("orders", IgnoringProperties.class).run((context) -> {
			ConsumerFactory<?, ?> factory = context.getBean(ConsumerFactory.class);
			assertThatExceptionOfType(UnguardedConsumerFactoryException.class).isThrownBy(factory::createConsumer)
				.withMessageStartingWith("Consumers of 'orders' are not guarded: ");
		});
	}

	@Test
	void severalAreOneList(CapturedOutput output) {
		runner.withBean("orders", Final.class)
			.withBean("audit", FinalMethod.class)
			.withBean("payments", Recording.class)
			.run((context) -> {
				String name = TestConsumerFactories.class.getName();
				assertThat(output.getOut().lines().dropWhile((line) -> !line.startsWith("WARN")).limit(3))
					.containsExactly(
							"WARN  dev.holdfast.kafka.autoconfigure.GuardVerifier : 2 consumer factories cannot be wrapped; "
									+ "'holdfast.kafka.on-unguarded=fail' makes this an error:",
							"    'audit' is not guarded: its method region() is final",
							"    'orders' is not guarded: its class %s$Final is final".formatted(name));
				assertThat(output.getOut().lines().filter((line) -> line.startsWith("WARN"))).hasSize(1);
				assertThat(context.getBean(GuardedFactories.class).unguarded())
					.extracting(GuardedFactories.Unguarded::name)
					.containsExactly("audit", "orders");
			});
	}

	@Test
	void aFactoryThatDoesNotTellItsConfigurationWorksAsWithoutHoldfast(CapturedOutput output) {
		runner.withBean("orders", Secretive.class).run((context) -> {
			assertThat(isGuarded(context.getBean(ConsumerFactory.class))).isFalse();
			assertThat(output.getOut().lines().filter((line) -> line.startsWith("WARN"))).hasSize(1);
		});
	}

	@Test
	void codeOfItsOwnInAShorterMethodIsNotSkipped(CapturedOutput output) {
		runner.withBean("orders", OwnShortMethod.class).run((context) -> {
			OwnShortMethod factory = context.getBean(OwnShortMethod.class);
			try (Consumer<?, ?> consumer = factory.createConsumer("group", "-1")) {
				assertThat(OffsetGuard.isGuarded(consumer)).isFalse();
			}
			assertThat(factory.created()).singleElement()
				.satisfies((created) -> assertThat(created).containsEntry("client.id", "own-1"));
			assertThat(isGuarded(factory)).isTrue();
			assertThat(output).contains("has its own createConsumer(String, String)");
		});
	}

	@Test
	void aMockConsumerFactoryGoesOnWorking() {
		MockConsumer<String, String> mock = new MockConsumer<>("earliest");
		runner.withBean("orders", MockConsumerFactory.class, () -> new MockConsumerFactory<>(() -> mock))
			.run((context) -> {
				ConsumerFactory<?, ?> factory = context.getBean(ConsumerFactory.class);
				assertThat(factory.createConsumer("group", "prefix", "suffix")).isSameAs(mock);
				assertThat(factory.createConsumer("group", "prefix", "suffix", null)).isSameAs(mock);
				assertThat(mock.closed()).isFalse();
			});
	}

	@Test
	void aDecoratorOfAGuardedFactoryDoesNotGuardTwice() {
		runner.withUserConfiguration(Decorated.class)
			.withPropertyValues("holdfast.kafka.consumer-factories.inner.offset-guard.policy.unverifiable=keep")
			.run((context) -> {
				Recording inner = context.getBean("inner", Recording.class);
				Properties properties = new Properties();
				properties.put("auto.offset.reset", "earliest");
				try (Consumer<?, ?> consumer = context.getBean("outer", Delegating.class)
					.createConsumer("group", null, null, properties)) {
					assertThat(OffsetGuard.isGuarded(consumer)).isTrue();
				}
				assertThat(inner.created()).hasSize(1);
				assertThat(properties).containsExactly(Map.entry("auto.offset.reset", "earliest"));
				assertThat(inner.created().get(0).get("interceptor.classes"))
					.asInstanceOf(InstanceOfAssertFactories.LIST)
					.hasSize(1);
			});
	}

	private static boolean isGuarded(ConsumerFactory<?, ?> factory) {
		try (Consumer<?, ?> consumer = factory.createConsumer("group", null, null, null)) {
			return OffsetGuard.isGuarded(consumer);
		}
	}

	private static ConcurrentKafkaListenerContainerFactory<?, ?> containerFactory(AssertableApplicationContext context,
			String name) {
		return context.getBean(name, ConcurrentKafkaListenerContainerFactory.class);
	}

	private static ConcurrentKafkaListenerContainerFactory<String, String> containerFactory(
			ConsumerFactory<String, String> consumerFactory) {
		ConcurrentKafkaListenerContainerFactory<String, String> factory = new ConcurrentKafkaListenerContainerFactory<>();
		factory.setConsumerFactory(consumerFactory);
		return factory;
	}

	@Configuration(proxyBeanMethods = false)
	static class InlineFactory {

		@Bean
		ConcurrentKafkaListenerContainerFactory<String, String> billing() {
			return containerFactory(new Recording());
		}

		@Bean
		ConcurrentKafkaListenerContainerFactory<String, String> shipping() {
			return containerFactory(new Final());
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class FinalFactory {

		@Bean
		Final orders() {
			return new Final();
		}

		@Bean
		ConcurrentKafkaListenerContainerFactory<String, String> billing(Final orders) {
			return containerFactory(orders);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class LateFactory {

		@Bean
		ConcurrentKafkaListenerContainerFactory<String, String> billing() {
			return new ConcurrentKafkaListenerContainerFactory<>();
		}

		@Bean
		SmartInitializingSingleton late(ConcurrentKafkaListenerContainerFactory<String, String> billing) {
			return () -> billing.setConsumerFactory(new Recording());
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Decorated {

		@Bean
		Recording inner() {
			return new Recording();
		}

		@Bean
		Delegating outer(Recording inner) {
			return new Delegating(inner);
		}

	}

}
