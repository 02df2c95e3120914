/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.versioncap;

import java.lang.ref.WeakReference;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Stream;

import dev.holdfast.kafka.versioncap.internal.HookedApiVersions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the hook does in kafka-clients, in a class loader of the tests' own. That it does
 * anything at all means that the JVM has verified it.
 */
@Timeout(value = 30, unit = TimeUnit.SECONDS)
class HookTests {

	private static final ClassLoader LOADER = new KafkaClientsLoader(HookedApiVersions::of);

	private final Binding binding = new Binding();

	@AfterEach
	void unbind() throws Exception {
		bindersField().set(null, null);
	}

	@ParameterizedTest
	@ValueSource(strings = { "the vendor's", "no binder", "no binder any more", "a binder that is gone",
			"binders without a binding" })
	void unboundClientIsLeftAlone(String situation) throws Exception {
		ClassLoader loader = situation.equals("the vendor's") ? new KafkaClientsLoader((original) -> original) : LOADER;
		switch (situation) {
			case "a binder that is gone" -> bindBy((Function<Object, Object>) null);
			case "no binder any more" -> bindBy();
			case "binders without a binding" -> bindBy((client) -> null, (client) -> null);
			default -> {
			}
		}
		ApiVersions client = new ApiVersions(loader);
		Object one = client.offer();
		Object two = client.offer();

		assertThat(client.get("1")).isNull();
		client.update("1", one);
		client.update("2", two);
		assertThat(client.get("1")).isSameAs(one);
		assertThat(client.get("2")).isSameAs(two);
		client.update("1", two);
		assertThat(client.get("1")).isSameAs(two);
		client.remove("1");
		assertThat(client.get("1")).isNull();
		assertThat(client.get("2")).isSameAs(two);
	}

	@Test
	void clientIsBoundOnceWhenItIsConstructed() throws Exception {
		List<Object> bound = new ArrayList<>();
		Function<Object, Object> binder = (client) -> {
			bound.add(client);
			return binding;
		};
		ApiVersions before = new ApiVersions(LOADER);
		bindBy(binder);

		ApiVersions client = new ApiVersions(LOADER);
		client.get("1");
		before.get("1");

		assertThat(bound).singleElement().isSameAs(client.instance);
		assertThat(binding.calls).containsExactly("get 1 null");
	}

	@Test
	void theFirstBindingCounts() throws Exception {
		Binding other = new Binding();
		bindBy(null, (client) -> null, (client) -> binding, (client) -> other);

		new ApiVersions(LOADER).get("1");

		assertThat(binding.calls).containsExactly("get 1 null");
		assertThat(other.calls).isEmpty();
	}

	@Test
	void eachAnswerIsTheFiltersAndItIsAskedOnce() throws Exception {
		ApiVersions client = bound();
		Object offered = client.offer();
		Object visible = client.offer();
		binding.names.putAll(Map.of(offered, "offered", visible, "visible"));
		client.update("1", offered);
		binding.calls.clear();

		binding.answer = visible;
		assertThat(client.get("1")).isSameAs(visible);
		binding.answer = null;
		assertThat(client.get("1")).isNull();
		binding.answer = visible;
		assertThat(client.get("2")).isSameAs(visible);

		assertThat(binding.calls).containsExactly("get 1 offered", "get 1 offered", "get 2 null");
	}

	@Test
	void filterIsToldWhatComesAndGoes() throws Exception {
		ApiVersions client = bound();
		Object offered = client.offer();
		binding.names.put(offered, "offered");

		client.update("1", offered);
		client.remove("1");
		client.remove("2");

		assertThat(binding.calls).containsExactly("update 1 offered", "update 1 null", "update 2 null");
	}

	private ApiVersions bound() throws Exception {
		bindBy((client) -> binding);
		return new ApiVersions(LOADER);
	}

	@SafeVarargs
	@SuppressWarnings("varargs")
	private static void bindBy(Function<Object, Object>... binders) throws Exception {
		bindersField().set(null, Stream.of(binders).map(WeakReference::new).toList());
	}

	private static Field bindersField() throws Exception {
		return LOADER.loadClass(HookedApiVersions.CLASS_NAME).getField(HookedApiVersions.BINDERS_FIELD);
	}

	/**
	 * The class in another class loader.
	 */
	private static final class ApiVersions {

		private final Class<?> versions;

		private final Object instance;

		ApiVersions(ClassLoader loader) throws Exception {
			versions = loader.loadClass("org.apache.kafka.clients.NodeApiVersions");
			instance = loader.loadClass(HookedApiVersions.CLASS_NAME).getConstructor().newInstance();
		}

		Object offer() throws Exception {
			return versions.getMethod("create").invoke(null);
		}

		Object get(String node) throws Exception {
			return call("get", new Class<?>[] { String.class }, node);
		}

		void update(String node, Object offered) throws Exception {
			call("update", new Class<?>[] { String.class, versions }, node, offered);
		}

		void remove(String node) throws Exception {
			call("remove", new Class<?>[] { String.class }, node);
		}

		private Object call(String name, Class<?>[] types, Object... arguments) throws Exception {
			try {
				return instance.getClass().getMethod(name, types).invoke(instance, arguments);
			}
			catch (InvocationTargetException ex) {
				throw new AssertionError(ex.getCause());
			}
		}

	}

	private static final class Binding implements BiFunction<Object, Object, Object>, BiConsumer<Object, Object> {

		private final List<String> calls = new ArrayList<>();

		private final Map<Object, String> names = new IdentityHashMap<>();

		private Object answer;

		@Override
		public Object apply(Object node, Object offered) {
			calls.add("get %s %s".formatted(node, names.get(offered)));
			return answer;
		}

		@Override
		public void accept(Object node, Object offered) {
			calls.add("update %s %s".formatted(node, names.get(offered)));
		}

	}

}
