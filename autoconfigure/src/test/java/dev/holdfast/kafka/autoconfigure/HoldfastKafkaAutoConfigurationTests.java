/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;

import dev.holdfast.kafka.autoconfigure.TestConsumerFactories.Recording;
import dev.holdfast.kafka.offsetguard.OffsetGuard;
import org.aopalliance.intercept.MethodInterceptor;
import org.apache.kafka.clients.consumer.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import org.springframework.aop.framework.Advised;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.aop.framework.autoproxy.BeanNameAutoProxyCreator;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.FactoryBean;
import org.springframework.beans.factory.ObjectFactory;
import org.springframework.beans.factory.config.Scope;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.kafka.autoconfigure.KafkaAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.ScopedProxyMode;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.kafka.core.DefaultKafkaConsumerFactory;
import org.springframework.test.util.AopTestUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Which beans the auto-configuration touches, and that it leaves them what they were.
 */
@Tag("matrix")
@Tag("matrix-short")
class HoldfastKafkaAutoConfigurationTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(KafkaAutoConfiguration.class, HoldfastKafkaAutoConfiguration.class))
		.withPropertyValues("spring.kafka.bootstrap-servers=localhost:1");

	@Test
	void guardsBootsOwnFactory() {
		runner.run((context) -> {
			ConsumerFactory<?, ?> factory = context.getBean(ConsumerFactory.class);
			assertThat(factory).isInstanceOf(DefaultKafkaConsumerFactory.class);
			assertThat(isGuarded(factory)).isTrue();
		});
	}

	@Test
	void staysAwayWithoutSpringKafka() {
		runner.withClassLoader(new FilteredClassLoader("org.springframework.kafka"))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(FactoryGuards.class));
	}

	@Test
	void worksWithoutBootsKafkaModule() {
		new ApplicationContextRunner().withClassLoader(new FilteredClassLoader("org.springframework.boot.kafka"))
			.withConfiguration(AutoConfigurations.of(HoldfastKafkaAutoConfiguration.class))
			.withBean("orders", DefaultKafkaConsumerFactory.class, TestConsumerFactories.configuration())
			.run((context) -> assertThat(isGuarded(context.getBean(DefaultKafkaConsumerFactory.class))).isTrue());
	}

	@Test
	void guardsAFactoryOfTheApplicationsOwnClass() {
		runner.withBean("orders", Recording.class).run((context) -> {
			Recording factory = context.getBean(Recording.class);
			assertThat(isGuarded(factory)).isTrue();
			assertThat(factory.created()).hasSize(1);
		});
	}

	@Test
	void guardsWhatAFactoryBeanMakes() {
		runner.withBean("orders", RecordingFactoryBean.class)
			.run((context) -> assertThat(isGuarded(context.getBean("orders", Recording.class))).isTrue());
	}

	@Test
	void touchesNothingWhenDisabled() {
		Recording factory = new Recording();
		runner.withBean("orders", Recording.class, () -> factory)
			.withPropertyValues("holdfast.kafka.enabled=false", "holdfast.kafka.no-such=thing")
			.run((context) -> {
				assertThat(context).hasNotFailed();
				assertThat(context.getBean("orders")).isSameAs(factory);
				assertThat(context.getBeanDefinitionNames()).noneMatch((name) -> name.startsWith("holdfast"));
			});
	}

	@Test
	void touchesNoFactoryWhenTheGuardIsDisabled() {
		Recording factory = new Recording();
		runner.withBean("orders", Recording.class, () -> factory)
			.withPropertyValues("holdfast.kafka.offset-guard.enabled=false")
			.run((context) -> assertThat(context.getBean("orders")).isSameAs(factory));
	}

	@Test
	void leavesASingleFactoryAlone() {
		Recording orders = new Recording();
		runner.withBean("orders", Recording.class, () -> orders)
			.withBean("audit", Recording.class)
			.withPropertyValues("holdfast.kafka.consumer-factories.orders.enabled=false")
			.run((context) -> {
				assertThat(context.getBean("orders")).isSameAs(orders);
				assertThat(isGuarded(context.getBean("audit", Recording.class))).isTrue();
			});
	}

	@Test
	void guardsASingleFactoryOnly() {
		Recording orders = new Recording();
		runner.withBean("orders", Recording.class, () -> orders)
			.withBean("audit", Recording.class)
			.withPropertyValues("holdfast.kafka.offset-guard.enabled=false",
					"holdfast.kafka.consumer-factories.audit.offset-guard.enabled=true")
			.run((context) -> {
				assertThat(context.getBean("orders")).isSameAs(orders);
				assertThat(isGuarded(context.getBean("audit", Recording.class))).isTrue();
			});
	}

	@Test
	void guardsTheTargetsOfAScopedProxyOnceEach() {
		RefreshScope scope = new RefreshScope();
		runner.withInitializer((context) -> context.getBeanFactory().registerScope("refresh", scope))
			.withUserConfiguration(ScopedFactory.class)
			.withPropertyValues("holdfast.kafka.on-unguarded=fail",
					"holdfast.kafka.consumer-factories.orders.offset-guard.policy.unverifiable=keep")
			.run((context) -> {
				Recording proxy = context.getBean("orders", Recording.class);
				assertThat(isGuarded(proxy)).isTrue();
				assertThat(proxy.created()).hasSize(1);
				Object first = scope.only();
				scope.beans.clear();
				assertThat(isGuarded(proxy)).isTrue();
				assertThat(scope.only()).isNotSameAs(first);
				assertThat(GuardProxies.guard(proxy)).isNull();
				assertThat(guardAdvice(scope.only())).containsExactly("offset guard of 'orders'");
			});
	}

	@Test
	void guardsAFactoryRegisteredAfterTheStart() {
		runner.run((context) -> {
			GenericApplicationContext applicationContext = (GenericApplicationContext) context
				.getSourceApplicationContext();
			applicationContext.registerBean("late", Recording.class);
			assertThat(isGuarded(context.getBean(Recording.class))).isTrue();
		});
	}

	@Test
	void theOriginalCanBeUnwrapped() {
		Recording factory = new Recording();
		runner.withBean("orders", Recording.class, () -> factory).run((context) -> {
			Recording bean = context.getBean(Recording.class);
			assertThat(bean).isNotSameAs(factory);
			assertThat(AopTestUtils.<Recording>getUltimateTargetObject(bean)).isSameAs(factory);
			assertThat(AopUtils.getTargetClass(bean)).isEqualTo(Recording.class);
		});
	}

	@Test
	void theAdviceIsAddedToAnExistingProxyClosestToTheTarget() {
		List<Boolean> seen = new ArrayList<>();
		runner.withBean("orders", Recording.class)
			.withBean(BeanNameAutoProxyCreator.class, () -> proxyCreator("orders"))
			.withBean("observer", MethodInterceptor.class, () -> observer(seen))
			.run((context) -> {
				Recording factory = context.getBean(Recording.class);
				assertThat(((Advised) factory).getAdvisors()).hasSize(2)
					.extracting((advisor) -> advisor.getAdvice().toString())
					.last()
					.isEqualTo("offset guard of 'orders'");
				factory.createConsumer().close();
				factory.createConsumer("group", null, null, null).close();
				assertThat(seen).containsExactly(true, true);
				assertThat(factory.created()).hasSize(2);
			});
	}

	@Test
	void adviceThatComesLaterIsNotSkipped() {
		List<Boolean> seen = new ArrayList<>();
		runner.withBean("orders", Recording.class).run((context) -> {
			Recording factory = context.getBean(Recording.class);
			((Advised) factory).addAdvice(observer(seen));
			assertThat(isGuarded(factory)).isTrue();
			assertThat(seen).containsExactly(false);
		});
	}

	@Test
	void aFrozenProxyGetsAProxyOfItsOwn() {
		runner.withBean("orders", Recording.class, () -> {
			ProxyFactory proxyFactory = new ProxyFactory(new Recording());
			proxyFactory.setProxyTargetClass(true);
			proxyFactory.setFrozen(true);
			return (Recording) proxyFactory.getProxy();
		}).run((context) -> assertThat(isGuarded(context.getBean(Recording.class))).isTrue());
	}

	@Test
	void aProxyOfInterfacesStaysOne() {
		Recording target = new Recording();
		runner.withBean("orders", ConsumerFactory.class,
				() -> (ConsumerFactory<?, ?>) Proxy.newProxyInstance(getClass().getClassLoader(),
						new Class<?>[] { ConsumerFactory.class, Marker.class },
						(proxy, method, arguments) -> method.invoke(target, arguments)))
			.run((context) -> {
				ConsumerFactory<?, ?> factory = context.getBean(ConsumerFactory.class);
				assertThat(factory).isInstanceOf(Marker.class);
				assertThat(isGuarded(factory)).isTrue();
				assertThat(target.created()).hasSize(1);
			});
	}

	@Test
	void oneFactoryUnderTwoNamesIsGuardedOnce() {
		runner.withUserConfiguration(TwoNames.class).run((context) -> {
			assertThat(context.getBean("two")).isSameAs(context.getBean("one"));
			assertThat(guardAdvice(context.getBean("two"))).containsExactly("offset guard of 'one'");
		});
	}

	@Test
	void theBeanDescribesItselfAsItDidBefore() {
		Recording factory = new Recording();
		runner.withBean("orders", Recording.class, () -> factory).run((context) -> {
			Recording bean = context.getBean(Recording.class);
			assertThat(bean).hasToString(factory.toString()).isEqualTo(bean).hasSameHashCodeAs(bean);
			assertThat(guardAdvice(bean)).containsExactly("offset guard of 'orders'");
		});
	}

	@Test
	void everyWayToCreateAConsumerIsGuarded() {
		runner.withBean("orders", Recording.class, () -> {
			Map<String, Object> configuration = TestConsumerFactories.configuration();
			configuration.put("client.id", "client");
			configuration.put("group.id", "group");
			return new Recording(configuration);
		}).run((context) -> {
			Recording factory = context.getBean(Recording.class);
			List<Consumer<String, String>> consumers = List.of(factory.createConsumer(), factory.createConsumer("-a"),
					factory.createConsumer("g", "-b"), factory.createConsumer("g", "p", "-c"),
					factory.createConsumer("g", "p", "-d", new Properties()));
			consumers.forEach((consumer) -> assertThat(OffsetGuard.isGuarded(consumer)).isTrue());
			consumers.forEach(Consumer::close);
			assertThat(factory.created()).extracting((created) -> created.get("group.id"))
				.containsExactly("group", "group", "g", "g", "g");
			assertThat(factory.created()).extracting((created) -> created.get("client.id"))
				.containsExactly("client", "client-a", "client-b", "p-c", "p-d");
		});
	}

	@Test
	void theClientIdStillComesFromTheApplicationsName() {
		runner.withBean("orders", Recording.class).withPropertyValues("spring.application.name=shop").run((context) -> {
			Recording factory = context.getBean(Recording.class);
			factory.createConsumer().close();
			factory.createConsumer("-1").close();
			assertThat(factory.created()).extracting((created) -> created.get("client.id"))
				.containsExactly("shop-consumer", "shop-consumer-1");
		});
	}

	@Test
	void twoFactoriesHaveTheirOwnSettings() {
		runner.withBean("orders", Recording.class)
			.withBean("audit", Recording.class)
			.withPropertyValues("holdfast.kafka.offset-guard.policy.unverifiable=keep",
					"holdfast.kafka.consumer-factories.audit.offset-guard.policy.unverifiable=fail")
			.run((context) -> {
				assertThat(settings(context.getBean("orders"))).contains("unverifiable=keep");
				assertThat(settings(context.getBean("audit"))).contains("unverifiable=fail");
			});
	}

	private static String settings(Object factory) {
		return GuardProxies.guard(factory).settings().policy().actions().toString();
	}

	private static boolean isGuarded(ConsumerFactory<?, ?> factory) {
		try (Consumer<?, ?> consumer = factory.createConsumer("group", null, null, null)) {
			return OffsetGuard.isGuarded(consumer);
		}
	}

	private static List<String> guardAdvice(Object factory) {
		return List.of(((Advised) factory).getAdvisors())
			.stream()
			.map((advisor) -> advisor.getAdvice())
			.filter(OffsetGuardAdvice.class::isInstance)
			.map(Object::toString)
			.toList();
	}

	private static MethodInterceptor observer(List<Boolean> seen) {
		return (invocation) -> {
			Object result = invocation.proceed();
			if (result instanceof Consumer<?, ?> consumer) {
				seen.add(OffsetGuard.isGuarded(consumer));
			}
			return result;
		};
	}

	private static BeanNameAutoProxyCreator proxyCreator(String beanName) {
		BeanNameAutoProxyCreator creator = new BeanNameAutoProxyCreator();
		creator.setBeanNames(beanName);
		creator.setInterceptorNames("observer");
		creator.setProxyTargetClass(true);
		creator.setOrder(0);
		return creator;
	}

	interface Marker {

	}

	static class RecordingFactoryBean implements FactoryBean<Recording> {

		@Override
		public Recording getObject() {
			return new Recording();
		}

		@Override
		public Class<?> getObjectType() {
			return Recording.class;
		}

	}

	@Configuration
	static class TwoNames {

		@Bean
		Recording one() {
			return new Recording();
		}

		@Bean
		Recording two() {
			return one();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class ScopedFactory {

		@Bean
		@org.springframework.context.annotation.Scope(scopeName = "refresh", proxyMode = ScopedProxyMode.TARGET_CLASS)
		Recording orders() {
			return new Recording();
		}

	}

	/** What a refresh scope is to Spring: beans that are thrown away and made again. */
	static final class RefreshScope implements Scope {

		private final Map<String, Object> beans = new HashMap<>();

		Object only() {
			assertThat(beans).hasSize(1);
			return beans.values().iterator().next();
		}

		@Override
		public Object get(String name, ObjectFactory<?> objectFactory) {
			Object bean = beans.get(name);
			if (bean == null) {
				bean = objectFactory.getObject();
				beans.put(name, bean);
			}
			return bean;
		}

		@Override
		public Object remove(String name) {
			return beans.remove(name);
		}

		@Override
		public void registerDestructionCallback(String name, Runnable callback) {
		}

		@Override
		public Object resolveContextualObject(String key) {
			return null;
		}

		@Override
		public String getConversationId() {
			return null;
		}

	}

}
