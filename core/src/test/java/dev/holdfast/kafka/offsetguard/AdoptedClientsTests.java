/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

import dev.holdfast.kafka.offsetguard.policy.OffsetGuardSettings;
import dev.holdfast.kafka.versioncap.ClientCap;
import dev.holdfast.kafka.versioncap.VersionedClient;
import dev.holdfast.kafka.versioncap.rules.KafkaApi;
import dev.holdfast.kafka.versioncap.rules.LearnedCaps;
import dev.holdfast.kafka.versioncap.rules.VersionCap;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Takes over clients that it has not constructed. No broker is needed for that.
 */
@Timeout(60)
class AdoptedClientsTests {

	private static final VersionCap NO_EPOCHS = VersionCap.of(Map.of(KafkaApi.OFFSET_FOR_LEADER_EPOCH, -1), Map.of());

	private static final VersionCap OLD_FETCHES = VersionCap.of(Map.of(KafkaApi.FETCH, 12), Map.of());

	private final AdoptedClients adopted = new OffsetGuard(OffsetGuardSettings.defaults(), null, List.of(),
			cap(NO_EPOCHS))
		.adoptedClients();

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void aClientThatIsResetIsGuardedAndCapped(String protocol) {
		Map<String, Object> configuration = configuration(protocol);

		AdoptedClients.Adopted<String, String> client = adopted
			.adopt(construct(configuration, adopted.entries(configuration), AdoptedClients.RESET));

		assertThat(client.isReset()).isTrue();
		assertThat(client.configuration().get("client.id")).isEqualTo("orders-0");
		try (Consumer<String, String> guarded = client.guarded(configuration)) {
			assertThat(OffsetGuard.isGuarded(guarded)).isTrue();
			assertThat(((VersionedClient) guarded).clientVersions().cap()).isEqualTo(NO_EPOCHS);
		}
	}

	@Test
	void aClientThatIsNotResetIsCapped() {
		Map<String, Object> configuration = configuration("classic");

		AdoptedClients.Adopted<String, String> client = adopted
			.adopt(construct(configuration, adopted.entries(configuration)));

		assertThat(client.isReset()).isFalse();
		try (Consumer<String, String> capped = client.capped()) {
			assertThat(OffsetGuard.isGuarded(capped)).isFalse();
			assertThat(((VersionedClient) capped).clientVersions().cap()).isEqualTo(NO_EPOCHS);
		}
	}

	@Test
	void aClientThatWasNotAnnouncedCannotBeGuarded() {
		Map<String, Object> configuration = configuration("classic");
		Consumer<String, String> unannounced = construct(configuration, AdoptedClients.RESET);

		AdoptedClients.Adopted<String, String> client = adopted.adopt(unannounced);

		assertThat(client.isReset()).isFalse();
		assertThat(client.configuration()).isEmpty();
		assertThat(client.capped()).isSameAs(unannounced);
		assertThatThrownBy(() -> client.guarded(configuration)).isInstanceOf(UnguardableConsumerException.class);
		assertThatThrownBy(unannounced::listTopics).isInstanceOf(IllegalStateException.class)
			.hasMessageContaining("closed");
	}

	@Test
	void aConstructionThatFailsCapsNoOther() {
		Map<String, Object> configuration = configuration("classic");
		Map<String, Object> failing = new HashMap<>(configuration);
		failing.put("value.deserializer", "no.such.Deserializer");
		assertThatThrownBy(() -> construct(failing, adopted.entries(configuration))).isInstanceOf(KafkaException.class);
		failing.put("value.deserializer", StringDeserializer.class);
		failing.put("security.protocol", "SSL");
		failing.put("ssl.truststore.location", "no-such-file");
		assertThatThrownBy(() -> construct(failing, adopted.entries(configuration))).isInstanceOf(KafkaException.class);

		ClientCap.Construction<Consumer<String, String>> other = cap(OLD_FETCHES)
			.construct(() -> construct(configuration));

		try (Consumer<String, String> client = other.client()) {
			assertThat(other.versions().cap()).isEqualTo(OLD_FETCHES);
		}
	}

	@Test
	void interceptorsOfTheApplicationStay() {
		Object interceptors = adopted.entries(Map.of("interceptor.classes", "a.One, a.Two")).get("interceptor.classes");

		assertThat(interceptors).isEqualTo(List.of("a.One", "a.Two", OffsetGuard.interceptor().getName()));
	}

	private static ClientCap cap(VersionCap cap) {
		return new ClientCap(cap, LearnedCaps.none());
	}

	private static Map<String, Object> configuration(String protocol) {
		return Map.of("bootstrap.servers", "localhost:1", "group.id", "orders", "group.protocol", protocol, "client.id",
				"orders-0", "auto.offset.reset", "earliest", "key.deserializer", StringDeserializer.class,
				"value.deserializer", StringDeserializer.class);
	}

	@SafeVarargs
	private static Consumer<String, String> construct(Map<String, Object> configuration,
			Map<String, Object>... entries) {
		Map<String, Object> merged = new HashMap<>(configuration);
		for (Map<String, Object> each : entries) {
			merged.putAll(each);
		}
		return new KafkaConsumer<>(merged);
	}

}
