/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure.workswith;

import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import dev.holdfast.kafka.offsetguard.policy.Cause;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.Security;
import dev.holdfast.kafka.test.Users;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.resource.ResourceType;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;

import org.springframework.kafka.core.DefaultKafkaConsumerFactory;

import static dev.holdfast.kafka.autoconfigure.workswith.Application.protocol;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Brokers that demand certificates or passwords, and that the guard's own clients know
 * nothing of but what the application has told Spring Boot.
 */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
@Tag("long")
class WorksWithSecurityTests {

	private static final String USER = "order-service";

	@EachProtocol
	@DisplayName("`spring.kafka.ssl.bundle`: mutual TLS with an SSL bundle of Spring Boot")
	void sslBundle(String protocol) {
		try (KafkaCluster cluster = KafkaCluster.builder()
			.brokers(2)
			.security(Security.mutualTls().user(USER).acls())
			.start()) {
			Orders orders = Orders.consumedTo20Of30(cluster, 1);
			grantRead(cluster.users(), orders);
			orders.lie();
			try (Application application = Application.run(cluster, orders.topic(), RecordListener.class,
					Stream.concat(Stream.of(protocol(protocol)), bundle(cluster.users().configuration(USER)))
						.toArray(String[]::new))) {
				orders.awaitCommitted(Orders.END);

				application.assertDelivered(orders.onEach(Orders.COMMITTED, Orders.END));
				application.assertDecided(Cause.FALSE_TRUNCATION, orders.all());
				assertHelpersWereLetIn(cluster, orders);
			}
		}
	}

	private static Stream<String> bundle(Map<String, Object> client) {
		return Stream.concat(
				Stream.of("spring.kafka.security.protocol=SSL", "spring.kafka.ssl.bundle=kafka",
						"spring.ssl.bundle.jks.kafka.key.password=" + client.get("ssl.key.password")),
				Stream.of("keystore", "truststore")
					.flatMap((store) -> Stream.of("location", "type", "password")
						.map((property) -> "spring.ssl.bundle.jks.kafka.%s.%s=%s".formatted(store, property,
								client.get("ssl.%s.%s".formatted(store, property))))));
	}

	/** Brokers forget the old one; the listener is started anew with the new one. */
	@EachProtocol
	@DisplayName("A rotated password, by `updateConfigs`")
	void rotatedPassword(String protocol) {
		try (KafkaCluster cluster = KafkaCluster.builder()
			.brokers(2)
			.security(Security.saslScram().user(USER, "old").acls())
			.start()) {
			Orders orders = Orders.consumedTo20Of30(cluster, 1);
			grantRead(cluster.users(), orders);
			try (Application application = Application.run(cluster, orders.topic(), RecordListener.class,
					Stream.concat(Stream.of(protocol(protocol)), login(cluster.users().configuration(USER)))
						.toArray(String[]::new))) {
				orders.awaitCommitted(Orders.END);
				cluster.users().password(USER, "new");
				application.container().stop();
				orders.produceOnEach(10);
				orders.lie();
				cluster.wire().forget();

				DefaultKafkaConsumerFactory<?, ?> factory = application.bean(DefaultKafkaConsumerFactory.class);
				factory.updateConfigs(
						Map.of("sasl.jaas.config", cluster.users().configuration(USER).get("sasl.jaas.config")));
				application.container().start();
				orders.awaitCommitted(Orders.END + 10);

				application.assertDelivered(orders.onEach(Orders.COMMITTED, Orders.END + 10));
				application.assertDecided(Cause.FALSE_TRUNCATION, orders.all());
				assertHelpersWereLetIn(cluster, orders);
			}
		}
	}

	private static Stream<String> login(Map<String, Object> client) {
		return Stream.of("security.protocol", "sasl.mechanism", "sasl.jaas.config")
			.map((property) -> "spring.kafka.properties.%s=%s".formatted(property, client.get(property)));
	}

	private static void grantRead(Users users, Orders orders) {
		users.grant(USER, ResourceType.TOPIC, orders.topic(), AclOperation.READ);
		users.grant(USER, ResourceType.GROUP, orders.topic(), AclOperation.READ);
	}

	private static void assertHelpersWereLetIn(KafkaCluster cluster, Orders orders) {
		for (String helper : List.of("holdfast-admin-", "holdfast-inspector-")) {
			assertThat(cluster.wire().count(helper + orders.topic(), ApiKeys.METADATA)).as(helper).isPositive();
		}
	}

}
