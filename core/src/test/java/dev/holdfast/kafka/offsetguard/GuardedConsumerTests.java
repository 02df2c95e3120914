/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import java.io.Serializable;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.ConcurrentModificationException;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import dev.holdfast.kafka.offsetguard.internal.client.AutoOffsetReset;
import dev.holdfast.kafka.offsetguard.internal.client.ClientConfiguration;
import dev.holdfast.kafka.offsetguard.internal.consumer.GuardContext;
import dev.holdfast.kafka.offsetguard.internal.consumer.GuardedConsumer;
import dev.holdfast.kafka.offsetguard.internal.consumer.PositionGuard;
import dev.holdfast.kafka.offsetguard.policy.OffsetGuardSettings;
import dev.holdfast.kafka.versioncap.ClientCap;
import dev.holdfast.kafka.versioncap.VersionedClient;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.SubscriptionPattern;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static java.lang.reflect.Modifier.PRIVATE;
import static java.lang.reflect.Modifier.STATIC;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.mockito.Mockito.atLeastOnce;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.spy;
import static org.mockito.Mockito.verify;

/**
 * That nothing is lost between the application and its client. The delegate records its
 * calls: what it would do with them is not the question here.
 */
class GuardedConsumerTests {

	private static final TopicPartition PARTITION = new TopicPartition("orders", 0);

	private final List<String> calls = new ArrayList<>();

	private @Nullable RuntimeException refusal;

	private final Consumer<String, String> delegate = recordingDelegate();

	private final Consumer<String, String> guarded = guard(delegate);

	private final KafkaConsumer<String, String> client = recordingClient();

	private final Consumer<String, String> guardedClient = guard(client);

	static Stream<Method> methods() {
		return methods(Consumer.class);
	}

	static Stream<Method> clientMethods() {
		return methods(KafkaConsumer.class);
	}

	private static Stream<Method> methods(Class<?> type) {
		return Arrays.stream(type.getMethods())
			.filter((method) -> method.getDeclaringClass() != Object.class)
			.filter((method) -> !Modifier.isStatic(method.getModifiers()));
	}

	@ParameterizedTest
	@MethodSource("methods")
	void everyMethodReachesTheDelegate(Method method) throws Exception {
		method.invoke(guarded, arguments(method));

		assertThat(calls).contains(expectedCall(method));
	}

	@ParameterizedTest
	@MethodSource("clientMethods")
	void everyMethodReachesTheClient(Method method) throws Exception {
		method.invoke(guardedClient, arguments(method));

		assertThat(calls).contains(expectedCall(method));
	}

	@ParameterizedTest
	@MethodSource("clientMethods")
	void whateverIsWokenUpIsTheLastThatIs(Method method) {
		GuardContext context = GuardContext.of(OffsetGuardSettings.defaults(), null, List.of(), ClientCap.none());
		PositionGuard<String, String> positionGuard = spy(positionGuard(client, context));
		Consumer<String, String> consumer = GuardedConsumer.wrap(client, positionGuard);
		refusal = new WakeupException();

		assertThatExceptionOfType(InvocationTargetException.class)
			.isThrownBy(() -> method.invoke(consumer, arguments(method)))
			.havingCause()
			.isSameAs(refusal);

		verify(positionGuard, atLeastOnce()).forgetWakeup();
	}

	private Object[] arguments(Method method) {
		return Arrays.stream(method.getParameterTypes()).map(this::argument).toArray();
	}

	/**
	 * A method with a slip in its name or types would never be called.
	 */
	@Test
	void whatItTakesAreMethodsThatConsumersHave() {
		List<String> taken = Arrays.stream(GuardedConsumer.class.getDeclaredMethods())
			.filter((method) -> !method.isSynthetic() && (method.getModifiers() & (STATIC | PRIVATE)) == 0)
			.map(GuardedConsumerTests::erased)
			.toList();
		List<String> own = List.of("void onWakeup[]", "ConsumerRecords poll[long]",
				"OffsetAndMetadata committed[TopicPartition]", "OffsetAndMetadata committed[TopicPartition, Duration]");
		List<String> ofConsumers = Stream.of(KafkaConsumer.class, VersionedClient.class)
			.flatMap((type) -> Arrays.stream(type.getMethods()))
			.map(GuardedConsumerTests::erased)
			.toList();

		assertThat(taken).containsAll(own);
		assertThat(ofConsumers).containsAll(taken.stream().filter((method) -> !own.contains(method)).toList());
	}

	private static String erased(Method method) {
		return method.getReturnType().getSimpleName() + " " + call(method.getName(), method.getParameterTypes());
	}

	/**
	 * The one form in which the guard passes on what has several.
	 */
	private static String expectedCall(Method method) {
		Class<?>[] types = method.getParameterTypes();
		if (method.getName().equals("subscribe")) {
			types = new Class<?>[] { types[0], ConsumerRebalanceListener.class };
		}
		if (method.getName().equals("seek")) {
			types = new Class<?>[] { TopicPartition.class, OffsetAndMetadata.class };
		}
		if (method.getName().equals("position")) {
			types = new Class<?>[] { TopicPartition.class, Duration.class };
		}
		if (method.getName().equals("commitAsync") && types.length == 1) {
			// The test's arguments are null: without a callback.
			types = new Class<?>[0];
		}
		return call(method.getName(), types);
	}

	@Test
	void equalsHashCodeAndToStringAreItsOwn() {
		Consumer<String, String> other = guard(delegate);

		assertThat(guarded).isEqualTo(guarded).isNotEqualTo(other).isNotEqualTo(delegate);
		assertThat(guarded.hashCode()).isEqualTo(System.identityHashCode(guarded));
		assertThat(guarded).hasToString("GuardedConsumer[the delegate]");
		assertThat(guardedClient).isEqualTo(guardedClient).isNotEqualTo(guard(client)).isNotEqualTo(client);
		assertThat(guardedClient.hashCode()).isEqualTo(System.identityHashCode(guardedClient));
		assertThat(guardedClient).hasToString("GuardedConsumer[the delegate]");
		assertThat(calls).isEmpty();
	}

	@Test
	void isWhatTheClientIs() {
		assertThat(guardedClient).isInstanceOf(KafkaConsumer.class).isInstanceOf(VersionedClient.class);
		assertThat(guarded).isNotInstanceOf(KafkaConsumer.class).isInstanceOf(VersionedClient.class);
		assertThat(List.of(guarded, guardedClient)).noneMatch((consumer) -> consumer instanceof Serializable);
	}

	@Test
	void exceptionsOfTheDelegateAreNotWrapped() {
		assertThatIllegalStateException().isThrownBy(() -> guarded.partitionsFor("forbidden"))
			.withMessage("not this topic");
	}

	@Test
	void knowsAGuardedConsumer() {
		assertThat(OffsetGuard.isGuarded(guarded)).isTrue();
		assertThat(OffsetGuard.isGuarded(guardedClient)).isTrue();
		assertThat(OffsetGuard.isGuarded(delegate)).isFalse();
		assertThat(OffsetGuard.isGuarded(client)).isFalse();
	}

	/**
	 * Clients refuse any thread but the one that is inside, and go on.
	 */
	@Test
	void clientThatRefusesToCloseStaysGuarded() {
		GuardContext context = GuardContext.of(OffsetGuardSettings.defaults(), null, List.of(), ClientCap.none());
		PositionGuard<String, String> positionGuard = positionGuard(delegate, context);
		context.consumers().add(positionGuard);
		Consumer<String, String> consumer = GuardedConsumer.wrap(delegate, positionGuard);

		refusal = new ConcurrentModificationException("another thread is inside");
		assertThatExceptionOfType(ConcurrentModificationException.class).isThrownBy(consumer::close);
		assertThat(context.consumers()).containsExactly(positionGuard);

		refusal = new KafkaException("closed in spite of this");
		assertThatExceptionOfType(KafkaException.class).isThrownBy(consumer::close);
		assertThat(context.consumers()).isEmpty();
	}

	private static Consumer<String, String> guard(Consumer<String, String> delegate) {
		return GuardedConsumer.wrap(delegate, positionGuard(delegate,
				GuardContext.of(OffsetGuardSettings.defaults(), null, List.of(), ClientCap.none())));
	}

	private static PositionGuard<String, String> positionGuard(Consumer<String, String> delegate,
			GuardContext context) {
		ClientConfiguration configuration = new ClientConfiguration(Map.of(), "group", "client",
				AutoOffsetReset.parse("latest"), false, false, false, Duration.ofMinutes(5));
		return new PositionGuard<>(delegate, configuration, context, () -> null, Consumers.unknownVersions());
	}

	@SuppressWarnings("unchecked")
	private Consumer<String, String> recordingDelegate() {
		return (Consumer<String, String>) Proxy.newProxyInstance(getClass().getClassLoader(),
				new Class<?>[] { Consumer.class }, this::answer);
	}

	@SuppressWarnings("unchecked")
	private KafkaConsumer<String, String> recordingClient() {
		return mock(KafkaConsumer.class, (call) -> answer(call.getMock(), call.getMethod(), call.getArguments()));
	}

	private @Nullable Object answer(Object delegate, Method method, Object[] arguments) {
		switch (method.getName()) {
			case "toString":
				return "the delegate";
			case "equals":
				return delegate == arguments[0];
			case "partitionsFor":
				if ("forbidden".equals(arguments[0])) {
					throw new IllegalStateException("not this topic");
				}
				break;
			default:
				break;
		}
		calls.add(call(method.getName(), method.getParameterTypes()));
		if (refusal != null) {
			throw refusal;
		}
		return result(method.getReturnType());
	}

	private static String call(String name, Class<?>[] types) {
		return name + Arrays.stream(types).map(Class::getSimpleName).toList();
	}

	private static Object result(Class<?> type) {
		if (type == ConsumerRecords.class) {
			return ConsumerRecords.empty();
		}
		if (type == Map.class) {
			return Map.of();
		}
		if (type == Set.class) {
			return Set.of();
		}
		if (type == OptionalLong.class) {
			return OptionalLong.empty();
		}
		return (type == long.class) ? 0L : null;
	}

	private Object argument(Class<?> type) {
		if (type == TopicPartition.class) {
			return PARTITION;
		}
		if (type == Collection.class || type == Set.class) {
			return Set.of();
		}
		if (type == Map.class) {
			return Map.of();
		}
		if (type == Duration.class) {
			return Duration.ofMillis(1);
		}
		if (type == long.class) {
			return 1L;
		}
		if (type == String.class) {
			return "orders";
		}
		if (type == OffsetAndMetadata.class) {
			return new OffsetAndMetadata(1);
		}
		if (type == Pattern.class) {
			return Pattern.compile("orders");
		}
		if (type == SubscriptionPattern.class) {
			return new SubscriptionPattern("orders");
		}
		if (type == CloseOptions.class) {
			return CloseOptions.timeout(Duration.ZERO);
		}
		return null;
	}

}
