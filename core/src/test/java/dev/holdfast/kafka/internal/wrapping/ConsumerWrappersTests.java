/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.internal.wrapping;

import java.io.Serializable;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;

import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.doReturn;
import static org.mockito.Mockito.spy;
import static org.mockito.Mockito.verify;

/**
 * That a wrapper is a consumer like any other, and where there is none.
 */
class ConsumerWrappersTests {

	private static final TopicPartition PARTITION = new TopicPartition("orders", 0);

	private final ConsumerWrappers wrappers = Polls.WRAPPERS;

	private final KafkaConsumer<String, String> client = new KafkaConsumer<>(
			Map.of("bootstrap.servers", "localhost:1", "client.id", "orders"), new StringDeserializer(),
			new StringDeserializer());

	private final Polls<String, String> polls = new Polls<>(client);

	@AfterEach
	void close() {
		client.close();
	}

	/**
	 * What it inherits would run on fields that nobody has filled.
	 */
	@Test
	void inheritsNoMethodOfTheClient() {
		Class<?> wrapper = wrappers.wrap(client, polls).getClass();

		assertThat(wrapper.getSuperclass()).isEqualTo(KafkaConsumer.class);
		assertThat(wrapper.getMethods()).filteredOn(ConsumerWrappersTests::isOfInstances)
			.extracting(Method::getDeclaringClass)
			.containsOnly(wrapper);
		assertThat(inherited(wrapper)).filteredOn((method) -> Modifier.isProtected(method.getModifiers())).isEmpty();
	}

	private static Stream<Method> inherited(Class<?> wrapper) {
		return Stream.<Class<?>>iterate(wrapper.getSuperclass(), (type) -> type != Object.class, Class::getSuperclass)
			.flatMap((type) -> Arrays.stream(type.getDeclaredMethods()))
			.filter(ConsumerWrappersTests::isOfInstances);
	}

	private static boolean isOfInstances(Method method) {
		return method.getDeclaringClass() != Object.class && !Modifier.isStatic(method.getModifiers());
	}

	@Test
	void offersNothingOfItsOwn() {
		Class<?> wrapper = wrappers.wrap(client, polls).getClass();

		assertThat(wrapper.getFields()).isEmpty();
		assertThat(wrapper.getConstructors()).isEmpty();
		assertThat(wrapper.getDeclaredMethods()).extracting(Method::getName)
			.isSubsetOf(Stream.of(KafkaConsumer.class.getMethods()).map(Method::getName).toList())
			.doesNotContain("equals", "hashCode", "finalize", "clone");
		assertThat(Modifier.toString(wrapper.getModifiers())).isEqualTo("public");
		assertThat(Serializable.class.isAssignableFrom(wrapper)).isFalse();
	}

	@Test
	void passesCallsOnOrHandsThemOver() {
		KafkaConsumer<?, ?> wrapper = (KafkaConsumer<?, ?>) wrappers.wrap(client, polls);

		wrapper.assign(List.of(PARTITION));
		wrapper.seek(PARTITION, 5);

		assertThat(client.assignment()).containsExactly(PARTITION);
		assertThat(wrapper.position(PARTITION)).isEqualTo(5);
		assertThat(wrapper.metrics()).isEqualTo(client.metrics());
		assertThat(wrapper.poll(Duration.ofMillis(1))).isEmpty();
		assertThat(polls.timeout).isEqualTo(Duration.ofMillis(1));
		assertThatIllegalArgumentException().isThrownBy(() -> wrapper.seek(PARTITION, -1))
			.withMessage("seek offset must not be a negative number");
	}

	@Test
	void tellsOfEachWakeup() {
		Consumer<String, String> wrapper = wrappers.wrap(client, polls);
		wrapper.wakeup();

		assertThatExceptionOfType(WakeupException.class).isThrownBy(() -> wrapper.listTopics(Duration.ofSeconds(30)));

		assertThat(polls.wakeups).isEqualTo(1);
	}

	@Test
	void isAMereConsumerAroundOneThatIsNoClient() {
		MockConsumer<String, String> mock = new MockConsumer<>("earliest");

		Consumer<String, String> wrapper = wrappers.wrap(mock, new Polls<>(mock));
		wrapper.subscribe(List.of("orders"));

		assertThat(wrapper).isNotInstanceOfAny(KafkaConsumer.class, MockConsumer.class, Serializable.class);
		assertThat(wrapper).hasToString("Polls[" + mock + "]");
		assertThat(mock.subscription()).containsExactly("orders");
	}

	@Test
	void makesEachClassOnce() {
		assertThat(wrappers.wrap(client, polls).getClass()).isSameAs(wrappers.wrap(client, polls).getClass());
	}

	@Test
	void letsItselfBeSpiedOn() {
		Consumer<String, String> wrapper = wrappers.wrap(client, polls);

		Consumer<String, String> spy = spy(wrapper);
		doReturn(ConsumerRecords.empty()).when(spy).poll(any());
		spy.assign(List.of(PARTITION));

		assertThat(spy.poll(Duration.ZERO)).isSameAs(ConsumerRecords.empty());
		verify(spy).assign(List.of(PARTITION));
		assertThat(client.assignment()).containsExactly(PARTITION);
		assertThat(spy).isInstanceOf(KafkaConsumer.class);
		assertThat(wrappers.isWrapper(spy)).isTrue();
	}

	@ParameterizedTest
	@ValueSource(strings = { "buildtime", "runtime" })
	void isAProxyInANativeImage(String code) {
		Consumer<String, String> wrapper = inNativeImage(code, () -> wrappers.wrap(client, polls));

		wrapper.assign(List.of(PARTITION));
		wrapper.seek(PARTITION, 5);

		assertThat(wrapper).isNotInstanceOf(KafkaConsumer.class);
		assertThat(client.assignment()).containsExactly(PARTITION);
		assertThat(wrapper.position(PARTITION)).isEqualTo(5);
		assertThat(wrapper.poll(Duration.ofMillis(1))).isEmpty();
		assertThat(polls.timeout).isEqualTo(Duration.ofMillis(1));
		assertThat(wrapper).hasToString("Polls[" + client + "]");
		assertThatIllegalArgumentException().isThrownBy(() -> wrapper.seek(PARTITION, -1))
			.withMessage("seek offset must not be a negative number");
	}

	@Test
	void theProxyIsEqualToItselfOnly() {
		Consumer<String, String> wrapper = inNativeImage("runtime", () -> wrappers.wrap(client, polls));
		Consumer<String, String> other = inNativeImage("runtime", () -> wrappers.wrap(client, polls));

		assertThat(wrapper).isEqualTo(wrapper).isNotEqualTo(other).isNotEqualTo(client);
		assertThat(Set.of(wrapper, other)).contains(wrapper);
		assertThat(wrappers.isWrapper(wrapper)).isTrue();
		assertThat(Untouched.WRAPPERS.isWrapper(wrapper)).isFalse();
		assertThat(inNativeImage("runtime", () -> Untouched.WRAPPERS.isWrapper(wrapper))).isFalse();
		assertThat(wrappers.isWrapper(client)).isFalse();
	}

	@Test
	void theProxyTellsOfEachWakeup() {
		Consumer<String, String> wrapper = inNativeImage("runtime", () -> wrappers.wrap(client, polls));
		wrapper.wakeup();

		assertThatExceptionOfType(WakeupException.class).isThrownBy(() -> wrapper.listTopics(Duration.ofSeconds(30)));

		assertThat(polls.wakeups).isEqualTo(1);
	}

	@Test
	void theProxyRefusesWhereAnOverloadIsOverlooked() {
		assertThatExceptionOfType(UnwrappableConsumerException.class)
			.isThrownBy(() -> inNativeImage("runtime", () -> Forgetful.WRAPPERS.wrap(client, new Forgetful())))
			.withMessageStartingWith("these kafka-clients have methods that are not known here: seek(");
	}

	private static <T> T inNativeImage(String code, Supplier<T> action) {
		System.setProperty("org.graalvm.nativeimage.imagecode", code);
		try {
			return action.get();
		}
		finally {
			System.clearProperty("org.graalvm.nativeimage.imagecode");
		}
	}

	@Test
	void refusesWhereAnOverloadIsOverlooked() {
		assertThatExceptionOfType(UnwrappableConsumerException.class)
			.isThrownBy(() -> Forgetful.WRAPPERS.wrap(client, new Forgetful()))
			.withMessage("these kafka-clients have methods that are not known here: "
					+ "seek(org.apache.kafka.common.TopicPartition, "
					+ "org.apache.kafka.clients.consumer.OffsetAndMetadata)");
	}

	@Test
	void refusesWhatCannotBeOverridden() {
		assertThatExceptionOfType(UnwrappableConsumerException.class)
			.isThrownBy(() -> WrapperType.define(MethodHandles.lookup(), WithFinalMethod.class, List.of()))
			.withMessage("the class %s of these kafka-clients has final methods: metrics()"
				.formatted(WithFinalMethod.class.getName()));
	}

	@Test
	void saysWhyTheJvmRefuses() {
		MethodHandles.Lookup elsewhere = MethodHandles.lookup().dropLookupMode(MethodHandles.Lookup.PACKAGE);

		assertThatExceptionOfType(UnwrappableConsumerException.class)
			.isThrownBy(() -> new ConsumerWrappers(elsewhere).wrap(client, new Untouched()))
			.withMessageStartingWith("this JVM makes no class around it (java.lang.IllegalAccessException: ");
	}

	/** Takes polls, and answers them without asking anybody. */
	static final class Polls<K, V> implements Interception {

		private static final ConsumerWrappers WRAPPERS = new ConsumerWrappers(MethodHandles.lookup());

		private final Consumer<K, V> client;

		private @Nullable Duration timeout;

		private int wakeups;

		Polls(Consumer<K, V> client) {
			this.client = client;
		}

		ConsumerRecords<K, V> poll(Duration timeout) {
			this.timeout = timeout;
			return ConsumerRecords.empty();
		}

		@Override
		public void onWakeup() {
			wakeups++;
		}

		@Override
		public String toString() {
			return "Polls[" + client + "]";
		}

	}

	static final class Untouched implements Interception {

		private static final ConsumerWrappers WRAPPERS = new ConsumerWrappers(MethodHandles.lookup());

	}

	static final class Forgetful implements Interception {

		private static final ConsumerWrappers WRAPPERS = new ConsumerWrappers(MethodHandles.lookup());

		void seek(TopicPartition partition, long offset) {
		}

	}

	public static class WithFinalMethod {

		public final void metrics() {
		}

	}

}
