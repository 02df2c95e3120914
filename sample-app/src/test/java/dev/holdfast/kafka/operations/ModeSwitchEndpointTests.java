/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.operations;

import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;

import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.actuate.audit.AuditEventRepository;
import org.springframework.boot.actuate.audit.InMemoryAuditEventRepository;
import org.springframework.boot.actuate.audit.listener.AuditListener;
import org.springframework.boot.actuate.autoconfigure.audit.AuditAutoConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An operator switches a consumer factory to mode observe, in the night in which the
 * guard itself is the trouble. The partition is held at position 500 on a log of 100
 * records.
 */
@LyingKafka
@Timeout(value = 180, unit = TimeUnit.SECONDS)
@ExtendWith(OutputCaptureExtension.class)
class ModeSwitchEndpointTests {

	private static final String ENDPOINT = "/actuator/holdfast";

	private static final String FACTORY = ENDPOINT + "/kafkaConsumerFactory";

	private static final String WRITABLE = "management.endpoint.holdfast.access=unrestricted";

	private static final String ELSEWHERE = "Orders about held partitions go to the endpoint itself, without a name in "
			+ "the path";

	private static final String OBSERVE = "{\"mode\": \"observe\", \"reason\": \"INC-1\"}";

	private final KafkaCluster cluster;

	ModeSwitchEndpointTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	@Test
	void heldPartitionReadsOnAsWithKafkaAlone(CapturedOutput output) {
		String topic = prepare("switched");
		try (Shop shop = Shop.open(cluster, topic, List.of(Audited.class), WRITABLE,
				"spring.autoconfigure.exclude=" + AuditAutoConfiguration.class.getName(),
				"spring.kafka.consumer.auto-offset-reset=earliest", "management.endpoint.health.show-details=always")) {
			shop.awaitHeld(1);
			Shop.Answer answer = shop.post(FACTORY, OBSERVE);

			assertThat(answer.status()).as(answer.body()).isEqualTo(200);
			assertSwitched(answer.json("$.switched"));
			shop.awaitOffset(99);
			shop.awaitHeld(0);
			assertThat(shop.offsets()).isEqualTo(LongStream.range(0, 100).boxed().toList());
			assertSwitched(shop.get(ENDPOINT).single("$.switched[*]"));
			assertSwitched(shop.get(ENDPOINT + "/" + topic).single("$.switched[*]"));
			assertSwitched(shop.get("/actuator/health").single("$.components.holdfast.details.switched[*]"));
			assertThat(shop.context().getBean(AuditEventRepository.class).find(null, null, "HOLDFAST_MODE"))
				.singleElement()
				.satisfies((event) -> assertThat(event.getData())
					.isEqualTo(Map.of("factory", "kafkaConsumerFactory", "mode", "observe", "reason", "INC-1")));
			assertThat(output.getOut().lines().filter((line) -> line.contains("to mode 'observe'"))).singleElement()
				.asString()
				.contains("WARN", "anonymous has switched the guard of 'kafkaConsumerFactory'", "INC-1");
			String back = OBSERVE.replace("observe", "enforce").replace("{", "{\"by\": \"bob\", ");
			assertThat(shop.post(FACTORY, back).status()).isEqualTo(200);
			assertThat(shop.get(ENDPOINT).single("$.switched[*]")).containsEntry("mode", "enforce")
				.containsEntry("by", "claimed: bob");
		}
	}

	@Test
	void whatMakesNoSenseIsRefused() {
		String topic = prepare("refused");
		try (Shop shop = Shop.open(cluster, topic, WRITABLE)) {
			shop.awaitHeld(1);

			assertRefused(shop.post(FACTORY, OBSERVE.replace("observe", "off")), 400,
					"'mode' is unknown; allowed are enforce and observe. " + ELSEWHERE);
			assertRefused(shop.post(FACTORY, "{}"), 400,
					"'mode' is missing; allowed are enforce and observe. " + ELSEWHERE);
			assertRefused(shop.post(FACTORY, "{\"mode\": \"observe\"}"), 400, "'reason' is missing");
			assertRefused(shop.post(FACTORY, OBSERVE.replace("{", "{\"dryRun\": true, ")), 400,
					"'dryRun' is unknown, and nothing was done; known are by, factory, mode, reason");
			assertRefused(shop.post(ENDPOINT + "/another", OBSERVE), 404,
					"No consumer factory of this name is guarded in this process");
			shop.awaitHeld(1);
			assertThat((List<?>) shop.get(ENDPOINT).json("$.switched")).isEmpty();
			assertThat(shop.get("/actuator/health").body()).doesNotContain("switched");
		}
	}

	@Test
	void nothingCanBeSwitchedUntilAccessIsGranted() {
		String topic = prepare("read-only-mode");
		try (Shop shop = Shop.open(cluster, topic)) {
			shop.awaitHeld(1);

			assertThat(shop.post(FACTORY, OBSERVE).status()).isEqualTo(405);
			shop.awaitHeld(1);
		}
	}

	private static void assertSwitched(Map<String, Object> switched) {
		assertThat(switched).containsEntry("factory", "kafkaConsumerFactory")
			.containsEntry("mode", "observe")
			.containsEntry("by", "anonymous")
			.containsEntry("reason", "INC-1")
			.containsKey("since");
	}

	private static void assertRefused(Shop.Answer answer, int status, String message) {
		assertThat(answer.status()).as(answer.body()).isEqualTo(status);
		assertThat((String) answer.json("$.message")).isEqualTo(message);
	}

	private String prepare(String topic) {
		TopicPartition partition = new TopicPartition(topic, 0);
		cluster.createTopic(topic, 1);
		cluster.produce(partition, 100);
		cluster.commit(topic, partition, new OffsetAndMetadata(500));
		return topic;
	}

	static class Audited {

		@Bean
		AuditEventRepository auditEvents() {
			return new InMemoryAuditEventRepository();
		}

		@Bean
		AuditListener auditListener(AuditEventRepository events) {
			return new AuditListener(events);
		}

	}

}
