/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.operations;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.json.JSONException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.skyscreamer.jsonassert.JSONAssert;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.context.annotation.Bean;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.kafka.core.DefaultKafkaConsumerFactory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The examples in docs/endpoint are what the endpoint answers, but for times, addresses
 * and most of the APIs that brokers speak.
 */
@LyingKafka
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class EndpointExamplesTests {

	private static final Path EXAMPLES = Path.of(System.getProperty("basedir", ""), "..", "docs", "endpoint");

	private static final String ENDPOINT = "/actuator/holdfast";

	private static final JsonMapper MAPPER = JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

	private final List<String> compared = new ArrayList<>();

	private final KafkaCluster cluster;

	EndpointExamplesTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	@Test
	void examplesAreWhatIsAnswered() throws IOException, JSONException {
		TopicPartition held = new TopicPartition("orders", 0);
		TopicPartition read = new TopicPartition("orders", 1);
		cluster.createTopic("orders", 2);
		cluster.produce(held, 100);
		cluster.deleteRecords(held, 20);
		cluster.commit("orders", held, new OffsetAndMetadata(500));
		cluster.commit("orders", read, new OffsetAndMetadata(0));
		try (Shop shop = Shop.open(cluster, "orders", List.of(Final.class),
				"management.endpoint.holdfast.access=unrestricted",
				"holdfast.kafka.version-cap.max-versions.OffsetForLeaderEpoch=-1")) {
			shop.awaitHeld(1);
			await().atMost(Shop.PATIENCE).until(() -> shop.get(ENDPOINT).body().contains("\"reading\""));
			compare("report", 200, shop.get(ENDPOINT));
			compare("unknown-group", 404, shop.get(ENDPOINT + "/billing"));
			compare("mistakes", 400, shop.post(ENDPOINT, "{\"group\": \"orders\", \"partition\": \"first\"}"));
			compare("not-allowed", 400, shop.resolve("orders", "keep"));
			compare("not-here", 404, shop.resolve("payments", "earliest"));
			compare("still-held", 409, shop.resolve("orders", "timestamp"));
			compare("dry-run", 200, shop.post(ENDPOINT, order("earliest", "\"dryRun\": true")));
			compare("outside", 400, shop.post(ENDPOINT, order("offset", "\"offset\": 500")));
			shop.shut();
			cluster.produce(read, 1);
			shop.awaitOffset(0);
			compare("busy", 503, shop.resolve("orders", "earliest"));
			shop.reopen();
			compare("resolved", 200, shop.resolve("orders", "earliest"));
			compare("not-held", 409, shop.resolve("orders", "latest"));
			await().atMost(Shop.PATIENCE)
				.until(() -> shop.get(ENDPOINT)
					.<List<?>>json("$.consumers[*].partitions[?(@.lag == 0 && @.lastCommit > 0)]")
					.size() == 2);
			compare("group", 200, shop.get(ENDPOINT + "/orders"));
		}
		assertThat(compared).containsExactlyInAnyOrderElementsOf(examples());
	}

	private static String order(String action, String more) {
		return Shop.order("orders", action).replace("}", ", " + more + "}");
	}

	private static List<String> examples() throws IOException {
		try (Stream<Path> files = Files.list(EXAMPLES)) {
			return files.map((file) -> file.getFileName().toString().replace(".json", "")).toList();
		}
	}

	private void compare(String name, int status, Shop.Answer answer) throws IOException, JSONException {
		compared.add(name);
		assertThat(answer.status()).as(answer.body()).isEqualTo(status);
		String normalized = MAPPER.writeValueAsString(normalize(MAPPER.readValue(answer.body(), Object.class)));
		JSONAssert.assertEquals(name + " is " + normalized, Files.readString(EXAMPLES.resolve(name + ".json")),
				normalized, true);
	}

	private static Object normalize(Object value) {
		if (value instanceof List<?> list) {
			return list.stream().map(EndpointExamplesTests::normalize).toList();
		}
		if (value instanceof Map<?, ?> map) {
			Map<Object, Object> result = new LinkedHashMap<>();
			map.forEach((key, each) -> result.put(key, switch (key.toString()) {
				case "at", "since", "heldSince" -> "2026-01-31T12:00:00.000Z";
				case "brokers" -> brokers((List<?>) each);
				default -> normalize(each);
			}));
			return result;
		}
		return value;
	}

	/** How many connections there are is a matter of time. */
	private static Object brokers(List<?> brokers) {
		assertThat(brokers).isNotEmpty().doesNotHaveDuplicates();
		Map<Object, Object> broker = new LinkedHashMap<>((Map<?, ?>) brokers.get(0));
		assertThat((String) broker.put("node", "1")).isNotEmpty();
		assertThat((String) broker.put("connection", "broker 1")).isNotEmpty();
		Map<Object, Object> speaks = new LinkedHashMap<>((Map<?, ?>) broker.get("speaks"));
		assertThat(speaks).hasSizeGreaterThan(20);
		speaks.keySet().retainAll(List.of("Fetch", "Metadata", "OffsetForLeaderEpoch"));
		broker.put("speaks", speaks);
		return List.of(broker);
	}

	/** One that cannot be guarded. */
	static class Final {

		@Bean
		ConsumerFactory<String, String> billing() {
			return new FinalFactory();
		}

	}

	static final class FinalFactory extends DefaultKafkaConsumerFactory<String, String> {

		FinalFactory() {
			super(Map.of());
		}

	}

}
