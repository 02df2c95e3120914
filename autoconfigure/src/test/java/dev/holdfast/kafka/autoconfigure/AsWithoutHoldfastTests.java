/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure;

import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

import dev.holdfast.kafka.autoconfigure.TestConsumerFactories.Final;
import dev.holdfast.kafka.autoconfigure.TestConsumerFactories.Recording;
import dev.holdfast.kafka.autoconfigure.actuate.HoldfastActuatorAutoConfiguration;
import dev.holdfast.kafka.autoconfigure.actuate.HoldfastMetricsAutoConfiguration;
import dev.holdfast.kafka.offsetguard.OffsetGuard;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.apache.kafka.clients.consumer.Consumer;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.aop.framework.autoproxy.BeanNameAutoProxyCreator;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.FactoryBean;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.kafka.autoconfigure.KafkaAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.context.annotation.Scope;
import org.springframework.kafka.config.ConcurrentKafkaListenerContainerFactory;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.kafka.core.DefaultKafkaConsumerFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What starts and goes on without Holdfast does so with it, whatever the beans are like.
 */
@Timeout(60)
@ExtendWith(OutputCaptureExtension.class)
class AsWithoutHoldfastTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(KafkaAutoConfiguration.class, HoldfastKafkaAutoConfiguration.class,
				HoldfastMetricsAutoConfiguration.class, HoldfastActuatorAutoConfiguration.class))
		.withPropertyValues("spring.kafka.bootstrap-servers=localhost:1",
				"management.endpoints.web.exposure.include=holdfast");

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void nothingIsWarnedOf(boolean guarded, CapturedOutput output) {
		runner(guarded).withUserConfiguration(OfAllKinds.class)
			.withBean(SimpleMeterRegistry.class)
			.run((context) -> assertThat(context).hasNotFailed());
		runner(guarded).withUserConfiguration(OfAllKinds.class)
			.withBean(SimpleMeterRegistry.class)
			.withInitializer(
					(context) -> context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()))
			.run((context) -> assertThat(context).hasNotFailed());
		assertThat(output.getOut().lines().filter((line) -> line.startsWith("WARN"))).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void beansThatAreNull(boolean guarded) {
		runner(guarded).withUserConfiguration(Nulls.class).run((context) -> assertThat(context).hasNotFailed());
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void aFactoryInACircle(boolean guarded) {
		AtomicInteger constructed = new AtomicInteger();
		runner(guarded).withAllowCircularReferences(true).withBean("orders", Circular.class, () -> {
			constructed.incrementAndGet();
			return new Circular();
		}).withBean(Audit.class).run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(constructed).hasValue(1);
			Circular factory = context.getBean(Circular.class);
			assertThat(context.getBean(Audit.class).factory).isSameAs(factory);
			assertThat(isGuarded(factory)).isEqualTo(guarded);
			assertThat(factory.created()).hasSize(1);
		});
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void factoriesThatReferToEachOther(boolean guarded) {
		runner(guarded).withAllowCircularReferences(true)
			.withBean("one", Referring.class, () -> new Referring("two"))
			.withBean("two", Referring.class, () -> new Referring("one"))
			.run((context) -> {
				assertThat(context).hasNotFailed();
				Referring one = context.getBean("one", Referring.class);
				assertThat(context.getBean("two", Referring.class).other()).isSameAs(one);
				assertThat(isGuarded(one)).isEqualTo(guarded);
				assertThat(isGuarded(one.other())).isEqualTo(guarded);
			});
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void aFactoryInACircleThatSomethingElseWraps(boolean guarded) {
		runner(guarded).withAllowCircularReferences(true)
			.withBean("orders", Circular.class)
			.withBean(Audit.class)
			.withBean("observer", MethodInterceptor.class, () -> MethodInvocation::proceed)
			.withBean(BeanNameAutoProxyCreator.class, () -> {
				BeanNameAutoProxyCreator creator = new BeanNameAutoProxyCreator();
				creator.setBeanNames("orders");
				creator.setInterceptorNames("observer");
				creator.setProxyTargetClass(true);
				return creator;
			})
			.run((context) -> {
				assertThat(context).hasNotFailed();
				Circular factory = context.getBean(Circular.class);
				assertThat(context.getBean(Audit.class).factory).isSameAs(factory);
				assertThat(isGuarded(factory)).isEqualTo(guarded);
				assertThat(factory.created()).hasSize(1);
			});
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void aFactoryBeanIsNotAskedBeforeItsTime(boolean guarded) {
		new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(HoldfastKafkaAutoConfiguration.class))
			.withPropertyValues("holdfast.kafka.enabled=" + guarded)
			.withUserConfiguration(Waiting.class)
			.run((context) -> {
				assertThat(context).hasNotFailed();
				assertThat(context.getBean(Reluctant.class).asked).isZero();
			});
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void aConsumerThatARegistryNeeds(boolean guarded) {
		runner(guarded).withBean("orders", Recording.class)
			.withBean(ConsumingRegistry.class)
			.run((context) -> assertThat(context).hasNotFailed());
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void aFirstConsumerWhenAllIsOver(boolean guarded) {
		LastWords lastWords = new LastWords();
		runner(guarded).withBean("orders", Recording.class)
			.withBean("registry", SimpleMeterRegistry.class)
			.withBean("lastWords", LastWords.class, () -> lastWords, (definition) -> definition.setLazyInit(false))
			.withInitializer(
					(context) -> context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()))
			.run((context) -> {
				lastWords.factory = context.getBean(Recording.class);
				context.close();
				assertThat(lastWords.failure).isNull();
			});
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void aFactoryThatIsNotReadyToTellItsConfiguration(boolean guarded) {
		runner(guarded).withBean("orders", NotReady.class)
			.withPropertyValues("holdfast.kafka.version-cap.max-versions.OffsetForLeaderEpoch=-1")
			.run((context) -> assertThat(context).hasNotFailed());
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void contextsInEachOther(boolean guarded, CapturedOutput output) {
		runner(guarded).withBean("outer", Recording.class)
			.run((parent) -> runner(guarded).withParent(parent).withBean("inner", Recording.class).run((context) -> {
				assertThat(context).hasNotFailed();
				assertThat(isGuarded(context.getBean("inner", Recording.class))).isEqualTo(guarded);
				assertThat(isGuarded(context.getBean("outer", Recording.class))).isEqualTo(guarded);
				if (guarded) {
					assertThat(context.getBean(GuardedFactories.class).factories())
						.extracting(GuardedFactories.Factory::name)
						.contains("inner")
						.doesNotContain("outer");
				}
			}));
		assertThat(output.getOut().lines().filter((line) -> line.startsWith("WARN"))).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void aPostProcessorThatCreatesConsumers(boolean guarded) {
		runner(guarded).withBean("orders", Recording.class)
			.withBean(SimpleMeterRegistry.class)
			.withUserConfiguration(EarlyConsumer.class)
			.run((context) -> assertThat(context).hasNotFailed());
	}

	private ApplicationContextRunner runner(boolean guarded) {
		return runner.withPropertyValues("holdfast.kafka.enabled=" + guarded);
	}

	private static boolean isGuarded(ConsumerFactory<?, ?> factory) {
		try (Consumer<?, ?> consumer = factory.createConsumer("group", null, null, null)) {
			return OffsetGuard.isGuarded(consumer);
		}
	}

	@Configuration(proxyBeanMethods = false)
	static class OfAllKinds {

		@Bean
		Recording orders() {
			return new Recording();
		}

		@Bean
		@Lazy
		Recording lazy() {
			return new Recording();
		}

		@Bean
		@Scope(BeanDefinition.SCOPE_PROTOTYPE)
		ConsumerFactory<String, String> prototype() {
			return new Recording();
		}

		@Bean
		static FactoryBean<DefaultKafkaConsumerFactory<String, String>> factoryBean() {
			return new Reluctant();
		}

		@Bean
		ConcurrentKafkaListenerContainerFactory<String, String> inline() {
			return containerFactory(new Recording());
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Nulls {

		@Bean
		ConsumerFactory<?, ?> orders() {
			return null;
		}

		@Bean
		ConcurrentKafkaListenerContainerFactory<?, ?> billing() {
			return null;
		}

		@Bean
		ConcurrentKafkaListenerContainerFactory<String, String> shipping() {
			return containerFactory(new Final());
		}

	}

	static class Circular extends Recording {

		@Autowired
		void setAudit(Audit audit) {
			addListener(audit);
		}

	}

	static class Referring extends Recording {

		private final String otherName;

		private Referring other;

		Referring(String otherName) {
			this.otherName = otherName;
		}

		@Autowired
		void setOther(Map<String, Referring> all) {
			this.other = all.get(otherName);
		}

		Referring other() {
			return other;
		}

	}

	static class Audit implements ConsumerFactory.Listener<String, String> {

		@Autowired
		private ConsumerFactory<String, String> factory;

	}

	@Configuration(proxyBeanMethods = false)
	static class Waiting {

		@Bean
		static Reluctant orders() {
			return new Reluctant();
		}

		@Bean
		ConcurrentKafkaListenerContainerFactory<String, String> billing() {
			return containerFactory(new Final());
		}

	}

	static class Reluctant implements FactoryBean<DefaultKafkaConsumerFactory<String, String>> {

		private int asked;

		@Override
		public DefaultKafkaConsumerFactory<String, String> getObject() {
			this.asked++;
			return new Recording();
		}

		@Override
		public Class<?> getObjectType() {
			return DefaultKafkaConsumerFactory.class;
		}

	}

	/** Reads its limits from a topic, say. */
	static class ConsumingRegistry extends SimpleMeterRegistry {

		ConsumingRegistry(Recording factory) {
			factory.createConsumer("limits", "-1").close();
		}

	}

	static class LastWords implements DisposableBean {

		private Recording factory;

		private Exception failure;

		@Override
		public void destroy() {
			try {
				factory.createConsumer("group", "-1").close();
			}
			catch (Exception ex) {
				this.failure = ex;
			}
		}

	}

	static class NotReady extends Recording {

		@Override
		public Map<String, Object> getConfigurationProperties() {
			throw new IllegalStateException("No credentials yet");
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class EarlyConsumer {

		@Bean
		static BeanPostProcessor early(Recording factory) {
			factory.createConsumer("group", "-1").close();
			return new BeanPostProcessor() {
			};
		}

	}

	private static ConcurrentKafkaListenerContainerFactory<String, String> containerFactory(
			ConsumerFactory<String, String> consumerFactory) {
		ConcurrentKafkaListenerContainerFactory<String, String> factory = new ConcurrentKafkaListenerContainerFactory<>();
		factory.setConsumerFactory(consumerFactory);
		return factory;
	}

}
