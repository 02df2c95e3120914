/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;

import dev.holdfast.kafka.offsetguard.internal.consumer.GuardedConsumer;
import dev.holdfast.kafka.offsetguard.policy.OffsetGuardSettings;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerInterceptor;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * How a consumer comes to be guarded, without any broker.
 */
class OffsetGuardTests {

	private static final List<Map<String, ?>> INTERCEPTED = new ArrayList<>();

	private final OffsetGuard guard = new OffsetGuard(OffsetGuardSettings.defaults(), List.of());

	private final AtomicReference<KafkaConsumer<String, String>> client = new AtomicReference<>();

	@BeforeEach
	void forget() {
		INTERCEPTED.clear();
	}

	@ParameterizedTest
	@ValueSource(strings = { "names", "list", "none" })
	void keepsTheApplicationsInterceptors(String form) {
		Map<String, Object> configuration = configuration();
		String name = ApplicationInterceptor.class.getName();
		if (!"none".equals(form)) {
			configuration.put("interceptor.classes", "names".equals(form) ? " " + name + " " : List.of(name));
		}
		Map<String, Object> before = Map.copyOf(configuration);

		try (Consumer<String, String> consumer = guard.createConsumer(configuration, (overrides) -> {
			configuration.putAll(overrides);
			return create(configuration);
		})) {
			assertThat(OffsetGuard.isGuarded(consumer)).isTrue();
			assertThat(INTERCEPTED).hasSize("none".equals(form) ? 0 : 1);
			assertThat(configuration).containsEntry("auto.offset.reset", "none");
			assertThat(before).containsEntry("auto.offset.reset", "earliest");
		}
	}

	@Test
	void doesNotTouchTheApplicationsConfiguration() {
		Map<String, Object> configuration = Map.copyOf(configuration());

		try (Consumer<String, String> consumer = guard.createConsumer(configuration,
				(overrides) -> create(merge(configuration, overrides)))) {
			assertThat(OffsetGuard.isGuarded(consumer)).isTrue();
		}
	}

	@Test
	void guardsOnce() {
		Map<String, Object> configuration = configuration();

		try (Consumer<String, String> outer = guard.createConsumer(configuration, (overrides) -> guard
			.createConsumer(merge(configuration, overrides), (inner) -> create(merge(configuration, inner))))) {
			assertThat(outer).hasToString("GuardedConsumer[" + client.get() + "]");
		}
	}

	@Test
	void guardsAConsumerWhoseConstructionCreatesAnother() {
		Map<String, Object> configuration = configuration();

		try (Consumer<String, String> outer = guard.createConsumer(configuration, (overrides) -> {
			KafkaConsumer<String, String> created = create(merge(configuration, overrides));
			guard.createConsumer(configuration, (inner) -> create(merge(configuration, inner))).close();
			return created;
		})) {
			assertThat(OffsetGuard.isGuarded(outer)).isTrue();
		}
	}

	@Test
	void refusesAClientThatWasCreatedWithoutTheOverrides() {
		Map<String, Object> configuration = configuration();

		assertThatExceptionOfType(UnguardableConsumerException.class)
			.isThrownBy(() -> guard.createConsumer(configuration, (overrides) -> create(configuration)))
			.withMessage("The consumer (org.apache.kafka.clients.consumer.KafkaConsumer)"
					+ " did not report its configuration through interceptor.classes");
		assertThatIllegalStateException().isThrownBy(() -> client.get().assignment())
			.withMessage("This consumer has already been closed.");
	}

	@Test
	void refusesAClientThatResetsByItself() {
		Map<String, Object> configuration = configuration();

		assertThatExceptionOfType(UnguardableConsumerException.class)
			.isThrownBy(() -> guard.createConsumer(configuration, (overrides) -> {
				Map<String, Object> merged = merge(configuration, overrides);
				merged.put("auto.offset.reset", "latest");
				return create(merged);
			}))
			.withMessage("The consumer (org.apache.kafka.clients.consumer.KafkaConsumer)"
					+ " was created with auto.offset.reset=latest, not with the guard's none");
	}

	@Test
	void refusesAConsumerThatIsNoClient() {
		MockConsumer<String, String> mock = new MockConsumer<>("none");

		assertThatExceptionOfType(UnguardableConsumerException.class)
			.isThrownBy(() -> guard.createConsumer(configuration(), (overrides) -> mock));
		assertThat(mock.closed()).isTrue();
	}

	private KafkaConsumer<String, String> create(Map<String, Object> configuration) {
		client.set(new KafkaConsumer<>(configuration, new StringDeserializer(), new StringDeserializer()));
		return client.get();
	}

	private static Map<String, Object> configuration() {
		Map<String, Object> configuration = new HashMap<>();
		configuration.put("bootstrap.servers", "localhost:1");
		configuration.put("group.id", "group");
		configuration.put("auto.offset.reset", "earliest");
		return configuration;
	}

	private static Map<String, Object> merge(Map<String, Object> configuration, Map<String, Object> overrides) {
		Map<String, Object> merged = new HashMap<>(configuration);
		merged.putAll(overrides);
		return merged;
	}

	/**
	 * An application's interceptor.
	 */
	public static final class ApplicationInterceptor implements ConsumerInterceptor<String, String> {

		@Override
		public void configure(Map<String, ?> configuration) {
			INTERCEPTED.add(configuration);
		}

		@Override
		public ConsumerRecords<String, String> onConsume(ConsumerRecords<String, String> records) {
			return records;
		}

		@Override
		public void onCommit(Map<TopicPartition, OffsetAndMetadata> offsets) {
		}

		@Override
		public void close() {
		}

	}

}
