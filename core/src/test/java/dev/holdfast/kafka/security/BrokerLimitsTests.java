/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.security;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

import dev.holdfast.kafka.offsetguard.Consumers;
import dev.holdfast.kafka.offsetguard.policy.Cause;
import dev.holdfast.kafka.offsetguard.policy.OffsetGuardSettings;
import dev.holdfast.kafka.test.Fault;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.Security;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.quota.ClientQuotaAlteration;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static dev.holdfast.kafka.offsetguard.Consumers.range;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Brokers that limit what a client may have: connections, and their time.
 */
@Timeout(value = 300, unit = TimeUnit.SECONDS)
class BrokerLimitsTests {

	private static final ConfigResource ALL_BROKERS = new ConfigResource(ConfigResource.Type.BROKER, "");

	private static final String LIMIT = "max.connections.per.ip";

	/** Each user on its own. */
	private static final ClientQuotaEntity USERS = new ClientQuotaEntity(
			Collections.singletonMap(ClientQuotaEntity.USER, null));

	private static final List<String> PROTOCOLS = List.of("classic", "consumer");

	private static final ConfigResource BROKER = new ConfigResource(ConfigResource.Type.BROKER, "0");

	private static final Duration PATIENCE = Duration.ofSeconds(30);

	private static KafkaCluster cluster;

	private final List<Member> members = new ArrayList<>();

	@BeforeAll
	static void start() {
		Security security = Security.saslPlain();
		for (String protocol : PROTOCOLS) {
			security = security.user(user(protocol, false), "secret").user(user(protocol, true), "secret");
		}
		cluster = KafkaCluster.builder().security(security).start();
	}

	@AfterAll
	static void close() {
		cluster.close();
	}

	@AfterEach
	void withoutLimits() throws Exception {
		members.forEach((each) -> each.run.close());
		cluster.wire().honest();
		withoutLimit();
		quota(null);
	}

	private record Member(TopicPartition partition, boolean guarded, Consumers consumers, SecuredRun run) {
	}

	/**
	 * The consumers keep their connections. Those of the guard's admin client are broken,
	 * and brokers take no new ones.
	 */
	@Test
	void noConnectionIsLeftForTheAdminClient() throws Exception {
		join("admin");
		readTo(50);
		members.forEach((each) -> cluster.produce(each.partition, 30));
		limitConnections();
		Fault.Handle broken = cluster.wire()
			.inject(Fault.reset(ApiKeys.DESCRIBE_TOPIC_PARTITIONS, 0).forClient("holdfast-admin-"));
		pollUntil(() -> broken.hits() >= 2);
		cluster.wire().forget();

		readTo(80);
		pollUntil(() -> members.stream()
			.filter(Member::guarded)
			.allMatch((each) -> admins(each, ApiKeys.API_VERSIONS) >= 3));

		assertThat(members).hasSize(4).allSatisfy((each) -> {
			assertThat(each.run.offsets()).isEqualTo(range(20, 80));
			assertThat(each.run.refusals()).isEmpty();
			assertThat(each.consumers.decisions).isEmpty();
		});
		broken.close();
		withoutLimit();
		assertThat(members)
			.allSatisfy((each) -> assertThat(cluster.committed(each.partition.topic()).get(each.partition).offset())
				.isEqualTo(80));
		pollUntil(() -> members.stream()
			.filter(Member::guarded)
			.allMatch((each) -> admins(each, ApiKeys.DESCRIBE_TOPIC_PARTITIONS) > 0));
	}

	/**
	 * The admin client takes the last connection, and the consumer can open no more.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void onlyTheConsumersOwnConnectionsFit(String protocol) throws Exception {
		Member plain = member("plain-fits", protocol, false);
		members.add(plain);
		int limit = 1;
		while (!plain.run.hasRead(50)) {
			limitConnections(limit++);
			plain.run.poll(Duration.ofSeconds(3));
		}
		plain.run.close();
		members.clear();
		Member guarded = member("guarded-fits", protocol, true);
		members.add(guarded);

		readTo(50);

		assertThat(guarded.run.offsets()).isEqualTo(plain.run.offsets()).isEqualTo(range(20, 50));
		assertThat(guarded.consumers.decisions).isEmpty();
	}

	private static long admins(Member member, ApiKeys api) {
		return cluster.wire().count("holdfast-admin-" + member.partition.topic(), api);
	}

	/**
	 * What the guard cannot look into moves nothing, and is decided later.
	 */
	@Test
	void noConnectionIsLeftForTheInspector() throws Exception {
		join("inspector");
		readTo(50);
		for (Member each : members) {
			cluster.wire().inject(Fault.offsetOutOfRange().forClient(each.partition.topic()).times(1));
			cluster.produce(each.partition, 30);
		}
		limitConnections();

		pollUntil(() -> members.stream()
			.allMatch((each) -> each.guarded ? !each.consumers.decisions.isEmpty() : each.run.hasRead(80)));
		assertThat(members).filteredOn(Member::guarded).allSatisfy((each) -> {
			assertThat(each.consumers.causes()).containsExactly(Cause.UNVERIFIABLE);
			assertThat(each.run.offsets()).isEqualTo(range(20, 50));
		});
		withoutLimit();
		readTo(80);

		assertThat(members).hasSize(4).allSatisfy((each) -> {
			assertThat(each.run.refusals()).isEmpty();
			assertThat(each.run.offsets()).isEqualTo(each.guarded ? range(20, 80)
					: Stream.concat(range(20, 50).stream(), range(0, 80).stream()).toList());
		});
	}

	/**
	 * A request takes up to a second more then.
	 */
	@Test
	void brokersThrottle() throws Exception {
		quota(0.5);
		join("throttled");

		readTo(50);
		// Less than any consumer needs that only polls.
		quota(0.02);
		pollUntil(() -> members.stream().anyMatch((each) -> each.run.metric("fetch-throttle-time-max") > 0));

		assertThat(members).hasSize(4).allSatisfy((each) -> {
			assertThat(each.run.offsets()).isEqualTo(range(20, 50));
			assertThat(each.run.refusals()).isEmpty();
			assertThat(each.consumers.decisions).isEmpty();
		});
	}

	private static String user(String protocol, boolean guarded) {
		return protocol + "-" + guarded;
	}

	private void readTo(long offset) {
		pollUntil(() -> members.stream().allMatch((each) -> each.run.hasRead(offset)));
		members.forEach((each) -> each.run.commit());
	}

	private void pollUntil(BooleanSupplier condition) {
		SecuredRun.pollUntil(members.stream().map(Member::run).toList(), condition);
	}

	private void join(String name) {
		for (String protocol : PROTOCOLS) {
			for (boolean guarded : new boolean[] { false, true }) {
				members.add(member(name, protocol, guarded));
			}
		}
	}

	/**
	 * Connections that are open stay open.
	 */
	private static Member member(String name, String protocol, boolean guarded) {
		TopicPartition partition = topic("%s-%s-%s".formatted(name, protocol, guarded));
		Consumers consumers = SecuredRun.consumers(cluster, protocol, partition.topic(), user(protocol, guarded))
			.timing(new OffsetGuardSettings.Timing(Duration.ofSeconds(2), Duration.ofMillis(500),
					Duration.ofMillis(500)));
		return new Member(partition, guarded, consumers, SecuredRun.of(consumers, guarded, partition));
	}

	private static void limitConnections() throws Exception {
		limitConnections(1);
	}

	private static void limitConnections(int limit) throws Exception {
		alter(new AlterConfigOp(new ConfigEntry(LIMIT, Integer.toString(limit)), AlterConfigOp.OpType.SET),
				Integer.toString(limit));
	}

	private static void withoutLimit() throws Exception {
		alter(new AlterConfigOp(new ConfigEntry(LIMIT, ""), AlterConfigOp.OpType.DELETE),
				Integer.toString(Integer.MAX_VALUE));
	}

	private static void alter(AlterConfigOp operation, String expected) throws Exception {
		cluster.admin().incrementalAlterConfigs(Map.of(ALL_BROKERS, List.of(operation))).all().get();
		await().atMost(PATIENCE)
			.until(() -> cluster.admin()
				.describeConfigs(List.of(BROKER))
				.all()
				.get()
				.get(BROKER)
				.get(LIMIT)
				.value()
				.equals(expected));
	}

	private static void quota(Double percentage) throws Exception {
		ClientQuotaAlteration.Op op = new ClientQuotaAlteration.Op("request_percentage", percentage);
		cluster.admin().alterClientQuotas(List.of(new ClientQuotaAlteration(USERS, List.of(op)))).all().get();
	}

	private static TopicPartition topic(String name) {
		TopicPartition partition = new TopicPartition(name, 0);
		cluster.createTopic(name, 1);
		cluster.produce(partition, 50);
		cluster.commit(name, partition, new OffsetAndMetadata(20));
		return partition;
	}

}
