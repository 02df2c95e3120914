/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.versioncap;

import java.io.IOException;
import java.io.InputStream;
import java.lang.ref.WeakReference;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Stream;

import dev.holdfast.kafka.versioncap.internal.HookedApiVersions;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The hook of the version cap fits the kafka-clients of each release: the JVM verifies
 * the class with it, and what a client gets there is what the filter answers.
 */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class HookInEachReleaseTests {

	static Stream<Path> jars() throws IOException {
		try (Stream<Path> files = Files.list(Path.of("target", "kafka-clients"))) {
			return files.sorted().toList().stream();
		}
	}

	@ParameterizedTest
	@MethodSource("jars")
	void fits(Path jar) throws Exception {
		Filter filter = new Filter();
		Function<Object, Object> binder = (client) -> filter;
		try (Loader loader = new Loader(jar)) {
			Class<?> hooked = loader.loadClass(HookedApiVersions.CLASS_NAME);
			Class<?> versions = loader.loadClass("org.apache.kafka.clients.NodeApiVersions");
			Object offered = versions.getMethod("create").invoke(null);
			Object unbound = hooked.getConstructor().newInstance();
			hooked.getField(HookedApiVersions.BINDERS_FIELD).set(null, List.of(new WeakReference<>(binder)));
			Object bound = hooked.getConstructor().newInstance();

			for (Object client : List.of(unbound, bound)) {
				hooked.getMethod("update", String.class, versions).invoke(client, "1", offered);
			}

			assertThat(hooked.getMethod("get", String.class).invoke(unbound, "1")).isSameAs(offered);
			assertThat(hooked.getMethod("get", String.class).invoke(bound, "1")).isNull();
			hooked.getMethod("remove", String.class).invoke(bound, "1");
			assertThat(filter.seen).containsExactly("update", offered, "get", offered, "update", null);
		}
	}

	/**
	 * Hides all that there is.
	 */
	private static final class Filter implements BiFunction<Object, Object, Object>, BiConsumer<Object, Object> {

		private final List<Object> seen = new ArrayList<>();

		@Override
		public Object apply(Object node, Object offered) {
			seen.add("get");
			seen.add(offered);
			return null;
		}

		@Override
		public void accept(Object node, Object offered) {
			seen.add("update");
			seen.add(offered);
		}

	}

	/**
	 * A jar with the hook in it, that sees nothing else but the JDK and SLF4J.
	 */
	private static final class Loader extends URLClassLoader {

		Loader(Path jar) throws IOException {
			super(new URL[] { jar.toUri().toURL() }, getPlatformClassLoader());
		}

		@Override
		protected Class<?> findClass(String name) throws ClassNotFoundException {
			if (name.startsWith("org.slf4j.")) {
				return Class.forName(name, false, Loader.class.getClassLoader());
			}
			if (!name.equals(HookedApiVersions.CLASS_NAME)) {
				return super.findClass(name);
			}
			try (InputStream stream = getResourceAsStream(name.replace('.', '/') + ".class")) {
				byte[] hooked = HookedApiVersions.of(stream.readAllBytes());
				return defineClass(name, hooked, 0, hooked.length);
			}
			catch (IOException ex) {
				throw new ClassNotFoundException(name, ex);
			}
		}

	}

}
