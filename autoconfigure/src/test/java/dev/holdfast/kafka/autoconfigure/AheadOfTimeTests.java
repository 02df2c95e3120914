/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import dev.holdfast.kafka.autoconfigure.TestConsumerFactories.Recording;
import dev.holdfast.kafka.autoconfigure.actuate.HoldfastActuatorAutoConfiguration;
import dev.holdfast.kafka.autoconfigure.actuate.HoldfastMetricsAutoConfiguration;
import dev.holdfast.kafka.autoconfigure.properties.HoldfastProperties;
import dev.holdfast.kafka.offsetguard.OffsetGuard;
import dev.holdfast.kafka.offsetguard.policy.OffsetGuardSettings;
import dev.holdfast.kafka.versioncap.ClientCap;
import dev.holdfast.kafka.versioncap.VersionedClient;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.apache.kafka.clients.ClientDnsLookup;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import org.springframework.aop.framework.ProxyFactory;
import org.springframework.aot.generate.GeneratedFiles.Kind;
import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.TypeReference;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.aot.test.generate.TestGenerationContext;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.kafka.autoconfigure.KafkaAutoConfiguration;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.aot.ApplicationContextAotGenerator;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.test.tools.CompileWithForkedClassLoader;
import org.springframework.core.test.tools.TestCompiler;
import org.springframework.javapoet.ClassName;
import org.springframework.kafka.config.StreamsBuilderFactoryBean;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.kafka.core.DefaultKafkaConsumerFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An application that was processed ahead of time. The class loader is forked since what
 * is generated has to see package-private classes, and for new proxy classes in each
 * test.
 */
@CompileWithForkedClassLoader
@Tag("long")
class AheadOfTimeTests {

	@Test
	void aProcessedApplicationIsGuarded() {
		process(KafkaAutoConfiguration.class, (context) -> {
			ConsumerFactory<?, ?> factory = context.getBean(ConsumerFactory.class);
			assertThat(factory).isInstanceOf(DefaultKafkaConsumerFactory.class);
			assertThat(GuardProxies.guard(factory).settings().policy().actions().toString())
				.contains("unverifiable=keep");
			try (var consumer = factory.createConsumer("group", null, null, null)) {
				assertThat(OffsetGuard.isGuarded(consumer)).isTrue();
			}
		});
	}

	@Test
	void aProcessedFactoryOfTheApplicationsOwnIsGuarded() {
		process(OwnFactory.class, (context) -> {
			Recording factory = context.getBean(Recording.class);
			factory.createConsumer().close();
			assertThat(factory.created()).extracting((created) -> created.get("auto.offset.reset"))
				.containsExactly("none");
		});
	}

	@Test
	void theClassOfTheProxyIsForeseen() {
		TestGenerationContext generation = new TestGenerationContext();
		generate(generation, KafkaAutoConfiguration.class);
		generation.writeGeneratedContent();
		assertThat(generation.getGeneratedFiles().getGeneratedFiles(Kind.CLASS).keySet()).anyMatch((name) -> name
			.startsWith(DefaultKafkaConsumerFactory.class.getName().replace('.', '/') + "$$SpringCGLIB$$"));
	}

	@Test
	void thePropertiesCanBeBoundInANativeImage() {
		TestGenerationContext generation = new TestGenerationContext();
		generate(generation, KafkaAutoConfiguration.class);
		assertThat(Stream.of(HoldfastProperties.class, HoldfastProperties.OffsetGuard.class,
				HoldfastProperties.Topic.class, HoldfastProperties.ConsumerFactory.class,
				HoldfastProperties.ConsumerFactory.OffsetGuard.class))
			.allMatch((type) -> RuntimeHintsPredicates.reflection()
				.onType(TypeReference.of(type))
				.withMemberCategory(MemberCategory.INVOKE_DECLARED_CONSTRUCTORS)
				.test(generation.getRuntimeHints())
					|| RuntimeHintsPredicates.reflection()
						.onConstructorInvocation(type.getDeclaredConstructors()[0])
						.test(generation.getRuntimeHints()));
	}

	@Test
	void whatTheClientMakesByItsNameIsForeseen() {
		TestGenerationContext generation = new TestGenerationContext();
		generate(generation, KafkaAutoConfiguration.class);
		assertThat(RuntimeHintsPredicates.reflection()
			.onConstructorInvocation(OffsetGuard.interceptor().getConstructors()[0]))
			.accepts(generation.getRuntimeHints());
	}

	@Test
	void theProxiesOfConsumersAreForeseen() {
		TestGenerationContext generation = new TestGenerationContext();
		generate(generation, KafkaAutoConfiguration.class);
		System.setProperty("org.graalvm.nativeimage.imagecode", "runtime");
		try (Consumer<?, ?> guarded = consumer(new OffsetGuard(OffsetGuardSettings.defaults(), List.of()));
				Consumer<?, ?> capped = ClientCap.none().constructConsumer(AheadOfTimeTests::client)) {
			for (Object proxy : List.of(guarded, capped, LateConsumer.of(capped, () -> null))) {
				assertThat(Proxy.isProxyClass(proxy.getClass())).isTrue();
				assertThat(RuntimeHintsPredicates.proxies().forInterfaces(proxy.getClass().getInterfaces()))
					.accepts(generation.getRuntimeHints());
			}
		}
		finally {
			System.clearProperty("org.graalvm.nativeimage.imagecode");
		}
	}

	/** A proxy looks each method up, and calls it. */
	@Test
	void theMethodsOfConsumersAreForeseen() throws Exception {
		TestGenerationContext generation = new TestGenerationContext();
		generate(generation, KafkaAutoConfiguration.class);
		Stream<Method> ofInterfaces = Stream.of(Consumer.class, VersionedClient.class, ConsumerFactory.class)
			.flatMap((type) -> Stream.of(type.getMethods()));
		Stream<Method> intercepting = Stream
			.of(Class.forName("dev.holdfast.kafka.offsetguard.internal.consumer.GuardedConsumer"),
					Class.forName("dev.holdfast.kafka.versioncap.CappedConsumer"))
			.flatMap((type) -> Stream.of(type.getDeclaredMethods()))
			.filter((method) -> !method.isSynthetic());
		assertThat(Stream.concat(ofInterfaces, intercepting)).hasSizeGreaterThan(100)
			.allMatch((method) -> RuntimeHintsPredicates.reflection()
				.onMethodInvocation(method)
				.test(generation.getRuntimeHints()));
	}

	@Test
	void whatIsLookedIntoByItsNameIsForeseen() throws Exception {
		TestGenerationContext generation = new TestGenerationContext();
		generate(generation, OwnFactory.class);
		assertThat(RuntimeHintsPredicates.reflection()
			.onFieldAccess(Class.forName("dev.holdfast.kafka.offsetguard.internal.partition.PartitionState")
				.getDeclaredField("position")))
			.accepts(generation.getRuntimeHints());
		assertThat(Stream.of(DefaultKafkaConsumerFactory.class, Recording.class, StreamsBuilderFactoryBean.class,
				ClientDnsLookup.class))
			.allMatch((type) -> RuntimeHintsPredicates.reflection().onType(type).test(generation.getRuntimeHints()));
	}

	@Test
	void theProxyOfAFactoryThatIsNoBeanIsForeseen() {
		TestGenerationContext generation = new TestGenerationContext();
		generate(generation, KafkaAutoConfiguration.class);
		ProxyFactory ofInterfaces = new ProxyFactory(new Recording());
		assertThat(RuntimeHintsPredicates.proxies().forInterfaces(ofInterfaces.getProxy().getClass().getInterfaces()))
			.accepts(generation.getRuntimeHints());
	}

	private static Consumer<?, ?> consumer(OffsetGuard guard) {
		return guard.createConsumer(TestConsumerFactories.configuration(), (overrides) -> {
			Map<String, Object> configuration = TestConsumerFactories.configuration();
			configuration.putAll(overrides);
			return new KafkaConsumer<>(configuration);
		});
	}

	private static Consumer<Object, Object> client() {
		return new KafkaConsumer<>(TestConsumerFactories.configuration());
	}

	@Test
	void whatIsReadFromTheClassPathIsForeseen() {
		TestGenerationContext generation = new TestGenerationContext();
		generate(generation, KafkaAutoConfiguration.class);
		assertThat(Stream.of("dev/holdfast/kafka/versioncap/rules/releases.csv",
				"dev/holdfast/kafka/versioncap/rules/consumer-floors.csv",
				"META-INF/holdfast/profiles/alibaba-cloud.properties"))
			.allMatch((resource) -> RuntimeHintsPredicates.resource()
				.forResource(resource)
				.test(generation.getRuntimeHints()));
	}

	@Test
	void aProcessedApplicationHasWhatOperatorsLookAt() {
		process(Operated.class, (context) -> {
			assertThat(context.getBeanDefinitionNames()).contains("holdfastDecisionMeters", "holdfastHealthIndicator",
					"holdfastEndpoint", "holdfastEndpointWebExtension");
			assertThat(context.getBean(GuardedFactories.class).factories()).extracting(GuardedFactories.Factory::name)
				.containsExactly("orders");
		});
	}

	private static ClassName generate(TestGenerationContext generation, Class<?> configuration) {
		AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext();
		TestPropertyValues.of("management.endpoints.web.exposure.include=holdfast").applyTo(context);
		context.register(configuration, HoldfastKafkaAutoConfiguration.class);
		return new ApplicationContextAotGenerator().processAheadOfTime(context, generation);
	}

	@SuppressWarnings("unchecked")
	private static void process(Class<?> configuration,
			java.util.function.Consumer<GenericApplicationContext> assertions) {
		TestGenerationContext generation = new TestGenerationContext();
		ClassName initializer = generate(generation, configuration);
		generation.writeGeneratedContent();
		TestCompiler.forSystem().with(generation).compile((compiled) -> {
			GenericApplicationContext context = new GenericApplicationContext();
			context.setClassLoader(compiled.getClassLoader());
			TestPropertyValues
				.of("spring.kafka.bootstrap-servers=localhost:1",
						"holdfast.kafka.offset-guard.policy.unverifiable=keep")
				.applyTo(context);
			compiled.getInstance(ApplicationContextInitializer.class, initializer.toString()).initialize(context);
			try (context) {
				context.refresh();
				assertions.accept(context);
			}
		});
	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ HoldfastMetricsAutoConfiguration.class, HoldfastActuatorAutoConfiguration.class })
	static class Operated extends OwnFactory {

		@Bean
		SimpleMeterRegistry one() {
			return new SimpleMeterRegistry();
		}

		@Bean
		SimpleMeterRegistry other() {
			return new SimpleMeterRegistry();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnFactory {

		@Bean
		Recording orders() {
			return new Recording();
		}

	}

}
