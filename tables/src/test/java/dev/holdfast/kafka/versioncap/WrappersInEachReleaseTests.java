/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.versioncap;

import java.io.Closeable;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;

import dev.holdfast.kafka.offsetguard.OffsetGuard;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.objectweb.asm.ClassWriter;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Guarded and capped consumers are clients with the kafka-clients of each release that
 * they may meet: all of its public methods are theirs, and it is not asked for others.
 */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class WrappersInEachReleaseTests {

	private static final List<String> MET = List.of("3.9.2", "4.0.2", "4.1.2", "4.2.2", "4.3.1", "4.4.0");

	static Stream<Path> jars() {
		return MET.stream()
			.map((release) -> Path.of("target", "kafka-clients", "kafka-clients-%s.jar".formatted(release)));
	}

	@ParameterizedTest
	@MethodSource("jars")
	void haveAllMethodsOfTheClient(Path jar) throws Exception {
		assertThat(jar).matches(Files::exists);
		try (URLClassLoader loader = loader(jar)) {
			Class<?> client = loader.loadClass("org.apache.kafka.clients.consumer.KafkaConsumer");
			try (Closeable guarded = guarded(loader, client); Closeable capped = capped(loader, client)) {
				for (Closeable consumer : List.of(guarded, capped)) {
					assertThat(consumer).isInstanceOf(client);
					for (Method method : methodsOfInstances(client)) {
						assertThat(consumer.getClass().getMethod(method.getName(), method.getParameterTypes()))
							.extracting(Method::getDeclaringClass)
							.isEqualTo(consumer.getClass());
					}
					assertThat(client.getMethod("paused").invoke(consumer)).isEqualTo(Set.of());
					client.getMethod("unsubscribe").invoke(consumer);
				}
			}
		}
	}

	private static List<Method> methodsOfInstances(Class<?> type) {
		return Arrays.stream(type.getMethods())
			.filter((method) -> method.getDeclaringClass() != Object.class)
			.filter((method) -> !Modifier.isStatic(method.getModifiers()))
			.toList();
	}

	private static Closeable guarded(ClassLoader loader, Class<?> client) throws Exception {
		Class<?> settings = loader.loadClass("dev.holdfast.kafka.offsetguard.policy.OffsetGuardSettings");
		Class<?> guard = loader.loadClass(OffsetGuard.class.getName());
		Map<String, Object> configuration = configuration();
		Function<Map<String, Object>, Object> construction = (overrides) -> {
			configuration.putAll(overrides);
			return create(client, configuration);
		};
		return (Closeable) guard.getMethod("createConsumer", Map.class, Function.class)
			.invoke(guard.getConstructor(settings, List.class)
				.newInstance(settings.getMethod("defaults").invoke(null), List.of()), Map.copyOf(configuration),
					construction);
	}

	private static Closeable capped(ClassLoader loader, Class<?> client) throws Exception {
		Class<?> cap = loader.loadClass(ClientCap.class.getName());
		Supplier<Object> construction = () -> create(client, configuration());
		return (Closeable) cap.getMethod("constructConsumer", Supplier.class)
			.invoke(cap.getMethod("none").invoke(null), construction);
	}

	private static Map<String, Object> configuration() {
		String deserializer = "org.apache.kafka.common.serialization.StringDeserializer";
		return new HashMap<>(Map.of("bootstrap.servers", "localhost:1", "group.id", "orders", "key.deserializer",
				deserializer, "value.deserializer", deserializer));
	}

	private static Object create(Class<?> client, Map<String, Object> configuration) {
		ClassLoader before = Thread.currentThread().getContextClassLoader();
		Thread.currentThread().setContextClassLoader(client.getClassLoader());
		try {
			return client.getConstructor(Map.class).newInstance(configuration);
		}
		catch (ReflectiveOperationException ex) {
			throw new IllegalStateException(ex);
		}
		finally {
			Thread.currentThread().setContextClassLoader(before);
		}
	}

	/**
	 * The release's jar and this library, that see nothing else but the JDK and SLF4J.
	 */
	private static URLClassLoader loader(Path jar) throws IOException {
		URL[] urls = { jar.toUri().toURL(), location(OffsetGuard.class), location(ClassWriter.class) };
		return new URLClassLoader(urls, ClassLoader.getPlatformClassLoader()) {

			@Override
			protected Class<?> findClass(String name) throws ClassNotFoundException {
				return name.startsWith("org.slf4j.")
						? Class.forName(name, false, WrappersInEachReleaseTests.class.getClassLoader())
						: super.findClass(name);
			}

		};
	}

	private static URL location(Class<?> type) throws IOException {
		return URI.create(type.getProtectionDomain().getCodeSource().getLocation().toString()).toURL();
	}

}
