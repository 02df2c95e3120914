/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.security;

import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import javax.management.JMException;
import javax.management.MBeanInfo;
import javax.management.MBeanServer;
import javax.management.ObjectName;

import dev.holdfast.kafka.offsetguard.Consumers;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.Security;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
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
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class BrokerLimitsTests {

	private static final ConfigResource ALL_BROKERS = new ConfigResource(ConfigResource.Type.BROKER, "");

	private static final String LIMIT = "max.connections.per.ip";

	private static final ClientQuotaEntity USER = new ClientQuotaEntity(Map.of(ClientQuotaEntity.USER, "alice"));

	private static final String COUNT = "connection-count";

	private static KafkaCluster cluster;

	@BeforeAll
	static void start() {
		cluster = KafkaCluster.builder().security(Security.saslPlain().user("alice", "alice's")).start();
	}

	@AfterAll
	static void close() {
		cluster.close();
	}

	@AfterEach
	void withoutLimits() throws Exception {
		alter(new AlterConfigOp(new ConfigEntry(LIMIT, ""), AlterConfigOp.OpType.DELETE));
		quota(null);
	}

	/**
	 * The consumer has all connections that its address may have: the admin client of the
	 * guard gets none.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void noConnectionIsLeftForTheGuard(String protocol) throws Exception {
		TopicPartition plainPartition = topic("full-plain-" + protocol);
		try (SecuredRun plain = SecuredRun.of(consumers(protocol, plainPartition), false, plainPartition)) {
			plain.readTo(50);
			assertThat(plain.offsets()).isEqualTo(range(20, 50));
			limit(brokerConnections());
		}
		await().until(() -> cluster.wire().connections() == 0);
		TopicPartition partition = topic("full-guarded-" + protocol);
		Consumers consumers = consumers(protocol, partition);

		try (SecuredRun run = SecuredRun.of(consumers, true, partition)) {
			run.readTo(50);

			assertThat(run.offsets()).isEqualTo(range(20, 50));
			assertThat(run.refusals()).isEmpty();
		}

		assertThat(cluster.committed(partition.topic()).get(partition).offset()).isEqualTo(50);
		assertThat(consumers.decisions).isEmpty();
	}

	/**
	 * A request takes a second more then, and all of them have to share.
	 */
	@Test
	void brokersThrottle() throws Exception {
		Map<SecuredRun, Consumers> runs = new LinkedHashMap<>();
		quota(0.5);
		try {
			for (String protocol : List.of("classic", "consumer")) {
				for (boolean guarded : new boolean[] { false, true }) {
					TopicPartition partition = topic("throttled-%s-%s".formatted(protocol, guarded));
					Consumers consumers = consumers(protocol, partition);
					runs.put(SecuredRun.of(consumers, guarded, partition), consumers);
				}
			}

			SecuredRun.pollUntil(runs.keySet(), () -> runs.keySet().stream().allMatch((each) -> each.hasRead(50)));
			SecuredRun.pollUntil(runs.keySet(),
					() -> runs.keySet().stream().anyMatch((each) -> each.metric("fetch-throttle-time-max") > 0));

			assertThat(runs).allSatisfy((run, consumers) -> {
				assertThat(run.offsets()).isEqualTo(range(20, 50));
				assertThat(run.refusals()).isEmpty();
				assertThat(consumers.decisions).isEmpty();
			});
		}
		finally {
			quota(null);
			runs.keySet().forEach(SecuredRun::close);
		}
	}

	private static Consumers consumers(String protocol, TopicPartition partition) {
		return SecuredRun.consumers(cluster, protocol, partition.topic(), "alice");
	}

	private static void limit(long connections) throws Exception {
		alter(new AlterConfigOp(new ConfigEntry(LIMIT, Long.toString(connections)), AlterConfigOp.OpType.SET));
		ConfigResource broker = new ConfigResource(ConfigResource.Type.BROKER, "0");
		await().until(() -> cluster.admin()
			.describeConfigs(List.of(broker))
			.all()
			.get()
			.get(broker)
			.get(LIMIT)
			.value()
			.equals(Long.toString(connections)));
	}

	private static void alter(AlterConfigOp operation) throws Exception {
		cluster.admin().incrementalAlterConfigs(Map.of(ALL_BROKERS, List.of(operation))).all().get();
	}

	private static void quota(Double percentage) throws Exception {
		ClientQuotaAlteration.Op op = new ClientQuotaAlteration.Op("request_percentage", percentage);
		cluster.admin().alterClientQuotas(List.of(new ClientQuotaAlteration(USER, List.of(op)))).all().get();
	}

	/** On all listeners for clients and brokers. */
	private static long brokerConnections() throws JMException {
		MBeanServer server = ManagementFactory.getPlatformMBeanServer();
		double connections = 0;
		for (ObjectName name : server.queryNames(new ObjectName("kafka.server:type=socket-server-metrics,*"), null)) {
			if (!"CONTROLLER".equals(name.getKeyProperty("listener")) && hasCount(server.getMBeanInfo(name))) {
				connections += (Double) server.getAttribute(name, COUNT);
			}
		}
		return Math.round(connections);
	}

	private static boolean hasCount(MBeanInfo info) {
		return Arrays.stream(info.getAttributes()).anyMatch((each) -> each.getName().equals(COUNT));
	}

	private static TopicPartition topic(String name) {
		TopicPartition partition = new TopicPartition(name, 0);
		cluster.createTopic(name, 1);
		cluster.produce(partition, 50);
		cluster.commit(name, partition, new OffsetAndMetadata(20));
		return partition;
	}

}
