/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure;

import java.io.Serializable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;

import dev.holdfast.kafka.autoconfigure.TestConsumerFactories.Recording;
import dev.holdfast.kafka.offsetguard.OffsetGuard;
import dev.holdfast.kafka.offsetguard.UnguardableConsumerException;
import dev.holdfast.kafka.offsetguard.policy.OffsetGuardSettings;
import dev.holdfast.kafka.versioncap.ClientCap;
import dev.holdfast.kafka.versioncap.VersionedClient;
import dev.holdfast.kafka.versioncap.rules.KafkaApi;
import dev.holdfast.kafka.versioncap.rules.LearnedCaps;
import dev.holdfast.kafka.versioncap.rules.VersionCap;
import dev.holdfast.kafka.versioncap.rules.VersionCapInstallException;
import org.aopalliance.intercept.MethodInterceptor;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.aop.framework.ProxyFactory;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.kafka.autoconfigure.KafkaAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.cglib.core.AbstractClassGenerator;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.NativeDetector;
import org.springframework.kafka.core.ConsumerFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Applications that know their consumers as clients, whatever is around these; and JVMs
 * in which there is no way to put anything around them.
 */
@Timeout(value = 180, unit = TimeUnit.SECONDS)
@ExtendWith(OutputCaptureExtension.class)
class WrappedConsumersTests {

	private static final String IMAGE_CODE = "org.graalvm.nativeimage.imagecode";

	private static final TopicPartition PARTITION = new TopicPartition("orders", 0);

	@TempDir
	private Path directory;

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(KafkaAutoConfiguration.class, HoldfastKafkaAutoConfiguration.class))
		.withPropertyValues("spring.kafka.bootstrap-servers=localhost:1");

	@Test
	void aFactoryThatPromisesClientsIsGuarded(CapturedOutput output) {
		runner.withPropertyValues("holdfast.kafka.on-unguarded=fail")
			.withBean("orders", PromisingClients.class)
			.run((context) -> {
				try (KafkaConsumer<String, String> consumer = context.getBean(PromisingClients.class)
					.createConsumer("group", null, null, null)) {
					assertThat(OffsetGuard.isGuarded(consumer)).isTrue();
				}
				assertThat(output).doesNotContain("WARN");
			});
	}

	@Test
	void aFactoryThatPromisesMoreIsReported() {
		runner.withPropertyValues("holdfast.kafka.on-unguarded=fail")
			.withBean("orders", PromisingMore.class)
			.run((context) -> assertThat(context.getStartupFailure())
				.isInstanceOf(UnguardedConsumerFactoryException.class)
				.hasMessageContaining("'orders' is not guarded: its method createConsumer promises a Special, which a "
						+ "guarded consumer is not"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "holdfast.kafka.offset-guard.enabled=true",
			"holdfast.kafka.version-cap.max-versions.Fetch=12" })
	void aProxyAroundAConsumerHasItsClass(String property) {
		runner.withPropertyValues(property).withBean("orders", Recording.class).run((context) -> {
			Consumer<?, ?> consumer = context.getBean(Recording.class).createConsumer("group", null);
			List<String> calls = new ArrayList<>();
			ProxyFactory factory = new ProxyFactory(consumer);
			factory.setProxyTargetClass(true);
			factory.addAdvice((MethodInterceptor) (invocation) -> {
				calls.add(invocation.getMethod().getName());
				return invocation.proceed();
			});

			try (KafkaConsumer<?, ?> proxy = (KafkaConsumer<?, ?>) factory.getProxy()) {
				proxy.assign(List.of(PARTITION));
				assertThat(consumer.assignment()).containsExactly(PARTITION);
				assertThat(OffsetGuard.isGuarded(proxy)).isTrue();
			}
			assertThat(calls).containsExactly("assign", "close");
			assertThat(consumer).isNotInstanceOf(Serializable.class);
		});
	}

	@Test
	void theJvmHasNothingToSayAboutIt() throws Exception {
		ForkedJvm.End end = jvm().succeeded();

		assertThat(end.output()).endsWith("guarded" + System.lineSeparator()).doesNotContainIgnoringCase("warn");
	}

	@Test
	void whatRunsInANativeImageIsGuardedByAProxy() throws Exception {
		ForkedJvm.End end = jvm("-Dnative=true").succeeded();

		assertThat(end.output())
			.containsOnlyOnce("A native image makes no classes at run time, so guarded consumers are JDK proxies here. "
					+ "They are of the type Consumer: where code casts them to KafkaConsumer, or takes that as a "
					+ "parameter, it fails")
			.endsWith("guarded, no KafkaConsumer" + System.lineSeparator())
			.doesNotContainIgnoringCase("warn");
	}

	@Test
	void aFactoryThatPromisesClientsIsReportedInANativeImage() {
		enterNativeImage();
		try {
			runner.withPropertyValues("holdfast.kafka.on-unguarded=fail")
				.withBean("orders", PromisingClients.class)
				.run((context) -> assertThat(context.getStartupFailure())
					.isInstanceOf(UnguardedConsumerFactoryException.class)
					.hasMessageContaining("its method createConsumer promises a KafkaConsumer, which a guarded "
							+ "consumer is not"));
		}
		finally {
			System.clearProperty(IMAGE_CODE);
		}
	}

	@Test
	void aCapIsRefusedInANativeImage() throws Exception {
		ForkedJvm.End end = jvm("-Dnative=true", "-Dholdfast.kafka.version-cap.max-versions.Fetch=12").failed();

		assertThat(end.output()).contains("APPLICATION FAILED TO START")
			.contains("The version cap cannot be installed in a native image: it defines a class of kafka-clients anew "
					+ "when the application starts, and a native image defines no classes. Run the application on a "
					+ "JVM, or run it without rules");
	}

	@Test
	void whoToleratesThatHasGuardsThereAndNoCap() throws Exception {
		ForkedJvm.End end = jvm("-Dnative=true", "-Dholdfast.kafka.version-cap.max-versions.Fetch=12",
				"-Dholdfast.kafka.version-cap.on-install-failure=warn")
			.succeeded();

		assertThat(end.output())
			.containsOnlyOnce("All clients speak what they like: The version cap cannot be installed in a native image")
			.endsWith("guarded, no KafkaConsumer" + System.lineSeparator());
	}

	/**
	 * Nor does Spring make proxies of classes there.
	 */
	@Test
	void whatRunsWithoutTheModuleIsNotGuarded() throws Exception {
		ForkedJvm.End end = jvm("--limit-modules", "java.se").succeeded();

		assertThat(end.output()).contains("'kafkaConsumerFactory' are not guarded: ")
			.endsWith("plain" + System.lineSeparator());
	}

	@Test
	void aCapNeedsNoWrapperThere() throws Exception {
		assertThat(withoutTheModule(CappedByHand.class, "max").succeeded().output())
			.contains("plain" + System.lineSeparator());
	}

	@Test
	void aDemandOnBrokersDoes() throws Exception {
		assertThat(withoutTheModule(CappedByHand.class, "min").succeeded().output())
			.contains("cannot be kept from brokers that offer less than it demands (Fetch >= 12): this JVM has no "
					+ "sun.reflect.ReflectionFactory: add the module jdk.unsupported to its image");
	}

	@Test
	void withoutTheModuleTheGuardSaysWhatIsMissing() throws Exception {
		ForkedJvm.End end = withoutTheModule(GuardedByHand.class).succeeded();

		assertThat(end.output()).contains("The consumer (org.apache.kafka.clients.consumer.KafkaConsumer) cannot be "
				+ "wrapped: this JVM has no sun.reflect.ReflectionFactory: add the module jdk.unsupported to its image");
	}

	private ForkedJvm.End withoutTheModule(Class<?> main, String... arguments) throws Exception {
		return new ForkedJvm(directory).classPath(ApplicationFiles.classPath())
			.options("--limit-modules", "java.se")
			.run(main, arguments);
	}

	private ForkedJvm.End jvm(String... options) throws Exception {
		return new ForkedJvm(directory).classPath(ApplicationFiles.classPath())
			.options(options)
			.run(CreatingApplication.class, "--spring.main.banner-mode=off", "--spring.main.log-startup-info=false",
					"--spring.kafka.bootstrap-servers=localhost:1");
	}

	/**
	 * Lets Spring first make up its mind that this is a JVM. It would look for what was
	 * prepared ahead of time, and make no proxies of factories.
	 */
	private static void enterNativeImage() {
		if (NativeDetector.inNativeImage() || AbstractClassGenerator.getCurrent() != null) {
			throw new IllegalStateException("Spring takes this JVM for a native image");
		}
		System.setProperty(IMAGE_CODE, "runtime");
	}

	static class PromisingClients extends Recording {

		@Override
		public KafkaConsumer<String, String> createConsumer(String groupId, String clientIdPrefix,
				String clientIdSuffix, Properties properties) {
			return (KafkaConsumer<String, String>) super.createConsumer(groupId, clientIdPrefix, clientIdSuffix,
					properties);
		}

	}

	static class PromisingMore extends Recording {

		@Override
		public Special createConsumer(String groupId, String clientIdPrefix, String clientIdSuffix,
				Properties properties) {
			return new Special();
		}

	}

	static class Special extends KafkaConsumer<String, String> {

		Special() {
			super(TestConsumerFactories.configuration());
		}

	}

	/** Says what its consumers are. */
	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class CreatingApplication {

		public static void main(String[] arguments) {
			if (Boolean.getBoolean("native")) {
				enterNativeImage();
			}
			try (ConfigurableApplicationContext context = SpringApplication.run(CreatingApplication.class, arguments);
					Consumer<?, ?> consumer = context.getBean(ConsumerFactory.class).createConsumer()) {
				System.out.println((OffsetGuard.isGuarded(consumer) ? "guarded" : "plain")
						+ ((consumer instanceof KafkaConsumer) ? "" : ", no KafkaConsumer"));
			}
		}

	}

	/** Says what becomes of a consumer with a rule. */
	static final class CappedByHand {

		private CappedByHand() {
		}

		public static void main(String[] arguments) {
			Map<KafkaApi, Integer> rule = Map.of(KafkaApi.FETCH, 12);
			VersionCap cap = arguments[0].equals("max") ? VersionCap.of(rule, Map.of()) : VersionCap.of(Map.of(), rule);
			try (Consumer<?, ?> consumer = new ClientCap(cap, LearnedCaps.none())
				.constructConsumer(() -> new KafkaConsumer<>(TestConsumerFactories.configuration()))) {
				System.out.println((consumer instanceof VersionedClient) ? "wrapped" : "plain");
			}
			catch (VersionCapInstallException ex) {
				System.out.println(ex.getMessage());
			}
		}

	}

	/** Says why its consumer cannot be guarded. */
	static final class GuardedByHand {

		private GuardedByHand() {
		}

		public static void main(String[] arguments) {
			Map<String, Object> configuration = TestConsumerFactories.configuration();
			OffsetGuard guard = new OffsetGuard(OffsetGuardSettings.defaults(), List.of());
			try {
				guard.createConsumer(configuration, (overrides) -> {
					configuration.putAll(overrides);
					return new KafkaConsumer<>(configuration);
				});
			}
			catch (UnguardableConsumerException ex) {
				System.out.println(ex.getMessage());
			}
		}

	}

}
