/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

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

import org.apache.kafka.clients.consumer.CloseOptions;
import dev.holdfast.kafka.versioncap.ClientCap;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.SubscriptionPattern;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

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

	static Stream<Method> methods() {
		return Arrays.stream(Consumer.class.getMethods()).filter((method) -> !Modifier.isStatic(method.getModifiers()));
	}

	@ParameterizedTest
	@MethodSource("methods")
	void everyMethodReachesTheDelegate(Method method) throws Exception {
		Object[] arguments = Arrays.stream(method.getParameterTypes()).map(this::argument).toArray();

		method.invoke(guarded, arguments);

		assertThat(calls).contains(expectedCall(method));
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
		assertThat(calls).isEmpty();
	}

	@Test
	void exceptionsOfTheDelegateAreNotWrapped() {
		assertThatIllegalStateException().isThrownBy(() -> guarded.partitionsFor("forbidden"))
			.withMessage("not this topic");
	}

	@Test
	void knowsAGuardedConsumer() {
		assertThat(OffsetGuard.isGuarded(guarded)).isTrue();
		assertThat(OffsetGuard.isGuarded(delegate)).isFalse();
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
				new Class<?>[] { Consumer.class }, (proxy, method, arguments) -> {
					switch (method.getName()) {
						case "toString":
							return "the delegate";
						case "equals":
							return proxy == arguments[0];
						case "partitionsFor":
							if ("forbidden".equals(arguments[0])) {
								throw new IllegalStateException("not this topic");
							}
							break;
						case "close":
							if (refusal != null) {
								throw refusal;
							}
							break;
						default:
							break;
					}
					calls.add(call(method.getName(), method.getParameterTypes()));
					return result(method.getReturnType());
				});
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
