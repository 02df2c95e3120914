/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.operations;

import java.security.Principal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import javax.management.MBeanServer;
import javax.management.ObjectName;

import dev.holdfast.kafka.autoconfigure.GuardedFactories;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;
import dev.holdfast.kafka.test.Polling;
import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringSerializer;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.actuate.audit.AuditEventRepository;
import org.springframework.boot.actuate.audit.InMemoryAuditEventRepository;
import org.springframework.boot.actuate.audit.listener.AuditListener;
import org.springframework.boot.actuate.autoconfigure.audit.AuditAutoConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.http.HttpStatus;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.kafka.config.KafkaListenerEndpointRegistry;
import org.springframework.kafka.core.DefaultKafkaConsumerFactory;
import org.springframework.kafka.listener.MessageListenerContainer;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What the endpoint answers: partition 0 is held at position 500 on a log of 20 to 100,
 * partition 1 has nothing to deliver.
 */
@LyingKafka
@Timeout(value = 180, unit = TimeUnit.SECONDS)
@ExtendWith(OutputCaptureExtension.class)
class EndpointTests {

	private static final String ENDPOINT = "/actuator/holdfast";

	private static final String WRITABLE = "management.endpoint.holdfast.access=unrestricted";

	private final KafkaCluster cluster;

	EndpointTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	@Test
	void nothingCanBeResolvedUntilAccessIsGranted() {
		String topic = prepare("read-only");
		try (Shop shop = Shop.open(cluster, topic)) {
			shop.awaitHeld(1);
			Shop.Answer answer = shop.resolve(topic, "earliest");

			assertThat(answer.status()).isEqualTo(405);
			assertThat((Integer) answer.json("$.status")).isEqualTo(405);
			assertStillHeld(shop);
		}
	}

	/**
	 * Spring reads the body before it calls the endpoint.
	 */
	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			application/json                  | action=earliest |              | 400
			application/json                  | []              |              | 400
			application/json                  | {"group": {}}   |              | 400
			application/json                  | mode            | /someFactory | 400
			text/plain                        | {}              |              | 415
			application/x-www-form-urlencoded | action=earliest |              | 415
			""")
	void bodyThatIsNoJsonObjectGetsAMessage(String contentType, String body, String factory, int status) {
		String topic = prepare("no-json-" + (contentType + body).hashCode());
		try (Shop shop = Shop.open(cluster, topic, WRITABLE,
				"management.endpoints.web.exposure.include=holdfast,loggers")) {
			shop.awaitHeld(1);
			Shop.Answer answer = shop.post(ENDPOINT + ((factory != null) ? factory : ""), contentType, body);

			assertThat(answer.status()).as(answer.body()).isEqualTo(status);
			assertThat((Integer) answer.json("$.status")).isEqualTo(status);
			assertThat((String) answer.json("$.message"))
				.isEqualTo("The body has to be a JSON object whose fields are texts, numbers or booleans, and the "
						+ "Content-Type has to be application/json");
			assertStillHeld(shop);
			// Another endpoint's answer is Spring's.
			Shop.Answer other = shop.post("/actuator/loggers/dev.holdfast", contentType, body);
			assertThat(other.status()).isEqualTo(status);
			assertThat(other.body()).doesNotContain("has to be");
		}
	}

	/**
	 * A controller of the application may have a path that looks like the endpoint's.
	 */
	@ParameterizedTest
	@CsvSource({ "'', ''", "/shop, ''", "'', /web", "/shop, /web" })
	void unreadableBodiesOfTheApplicationAreNoConcernOfHoldfast(String context, String servlet) {
		String topic = prepare("bodies-" + (context + servlet).hashCode());
		String path = context + servlet;
		try (Shop shop = Shop.open(cluster, topic, List.of(Orders.class), WRITABLE,
				"management.endpoints.web.base-path=/", "server.servlet.context-path=" + context,
				"spring.mvc.servlet.path=" + (servlet.isEmpty() ? "/" : servlet))) {
			shop.awaitHeld(1);

			assertThat(shop.post(path + "/holdfast", "no json").body()).contains("has to be a JSON object");
			assertThat(shop.post(path + "/holdfast/factory", "no json").body()).contains("has to be a JSON object");
			Shop.Answer own = shop.post(path + "/v1/holdfast", "no json");
			assertThat(own.status()).isEqualTo(400);
			assertThat(own.body()).isEqualTo("not understood");
		}
	}

	@Test
	void whatMakesNoSenseIsRefused() {
		String topic = prepare("bad");
		String order = Shop.order(topic, "earliest");
		Map<String, String> bad = new LinkedHashMap<>();
		for (String name : List.of("group", "topic", "partition", "action", "reason")) {
			bad.put(order.replace("\"%s\"".formatted(name), "\"by\""), "'%s' is missing".formatted(name));
		}
		bad.put(order.replace("\"group\": \"bad\"", "\"group\": \" \""), "'group' is missing");
		for (String partition : List.of("-1", "\"x\"", "2147483648", "1.5")) {
			bad.put(order.replace("\"partition\": 0", "\"partition\": " + partition),
					"'partition' is no number of a partition");
		}
		for (String dryRun : List.of("dryrun", "dry-run", "DryRun")) {
			bad.put(order.replace("\"partition\"", "\"%s\": true, \"partition\"".formatted(dryRun)),
					"'%s' is unknown, and nothing was done; did you mean 'dryRun'?".formatted(dryRun));
		}
		bad.put(order.replace("\"partition\"", "\"force\": true, \"partition\""),
				"'force' is unknown, and nothing was done; known are action, by, dryRun, group, offset, partition, "
						+ "reason, timestamp, topic");
		for (String time : List.of("1969-12-31T23:59:59.999Z", "1026-01-31T12:00:00Z", "+10000-01-01T00:00:00Z")) {
			bad.put(order.replace("earliest\"", "timestamp\", \"timestamp\": \"%s\"".formatted(time)),
					"'timestamp' is %s; allowed are times from 1970-01-01T00:00:00Z to 9999-12-31T23:59:59Z"
						.formatted(time));
		}
		bad.put(order.replace("looked at it", "x".repeat(257)), "'reason' has 257 characters; allowed are at most 256");
		for (String character : List.of("\\u0007", "\\n", "\\u2028", "\\u0085")) {
			bad.put(order.replace("looked at it", "looked" + character + "at it"),
					"'reason' has control characters in it");
		}
		for (String name : List.of("g".repeat(1025), "or\\u0007ders")) {
			bad.put(order.replace("\"group\": \"bad\"", "\"group\": \"%s\"".formatted(name)),
					"'group' is no name of a group");
			bad.put(order.replace("\"topic\": \"bad\"", "\"topic\": \"%s\"".formatted(name)),
					"'topic' is no name of a topic");
		}
		bad.put("{}", "'group' is missing; 'topic' is missing; 'partition' is missing; ");
		try (Shop shop = Shop.open(cluster, topic, WRITABLE)) {
			shop.awaitHeld(1);
			SoftAssertions softly = new SoftAssertions();
			bad.forEach((body, message) -> {
				Shop.Answer answer = shop.post(ENDPOINT, body);
				softly.assertThat(answer.status()).as(body).isEqualTo(400);
				softly.assertThat(answer.body()).as(body).startsWith("{").contains(message);
			});
			for (String body : List.of("nonsense", "[]", order.replace("\"partition\": 0", "\"partition\": {}"))) {
				Shop.Answer answer = shop.post(ENDPOINT, body);
				softly.assertThat(answer.status()).as(body).isEqualTo(400);
				softly.assertThat(answer.body()).as(body).startsWith("{");
			}
			softly.assertAll();
			assertStillHeld(shop);
		}
	}

	@Test
	void aWrongActionIsAnsweredWithTheAllowedOnes() {
		String topic = prepare("actions");
		try (Shop shop = Shop.open(cluster, topic, WRITABLE)) {
			shop.awaitHeld(1);
			Shop.Answer unknown = shop.resolve(topic, "sideways");
			Shop.Answer senseless = shop.resolve(topic, "keep");
			Shop.Answer elsewhere = shop.resolve("elsewhere", "sideways");

			for (Shop.Answer answer : List.of(unknown, senseless)) {
				assertThat(answer.status()).isEqualTo(400);
				assertThat((List<?>) answer.json("$.allowed"))
					.isEqualTo(List.of("divergence", "earliest", "latest", "timestamp", "offset", "fail"));
			}
			assertThat((String) unknown.json("$.message")).isEqualTo("There is no action 'sideways'");
			assertThat((String) senseless.json("$.message"))
				.isEqualTo("'keep' makes no sense for actions-0, which is held for 'above-log-end'");
			assertThat(elsewhere.status()).isEqualTo(400);
			assertThat((List<?>) elsewhere.json("$.allowed")).isEqualTo(List.of("keep", "divergence", "earliest",
					"latest", "timestamp", "latest-known", "offset", "auto-offset-reset", "fail"));
			// Nothing was delivered, so there is no timestamp to go to.
			Shop.Answer nowhere = shop.resolve(topic, "timestamp");
			assertThat(nowhere.status()).isEqualTo(409);
			assertThat((String) nowhere.json("$.message")).startsWith("actions-0 is still held");
			assertStillHeld(shop);
		}
	}

	@Test
	void aConsumerThatIsBusyIsLeftAlone() {
		String topic = prepare("busy");
		try (Shop shop = Shop.open(cluster, topic, WRITABLE)) {
			shop.awaitHeld(1);
			shop.shut();
			cluster.produce(new TopicPartition(topic, 1), 1);
			shop.awaitOffset(0);
			Shop.Answer answer = shop.resolve(topic, "earliest");

			assertThat(answer.status()).isEqualTo(503);
			assertThat((String) answer.json("$.message")).contains("did not begin within", "Nothing was done");
			shop.reopen();
			cluster.produce(new TopicPartition(topic, 1), 1);
			shop.awaitOffset(1);
			// It has polled, and has not carried out what was taken back.
			assertStillHeld(shop);
			assertThat(shop.resolve(topic, "latest").status()).isEqualTo(200);
		}
	}

	@Test
	void toFailIsADecisionToo() {
		String topic = prepare("fail");
		try (Shop shop = Shop.open(cluster, topic, WRITABLE)) {
			shop.awaitHeld(1);
			Shop.Answer answer = shop.resolve(topic, "fail");

			assertThat(answer.status()).as(answer.body()).isEqualTo(200);
			assertThat((String) answer.json("$.decision.action")).isEqualTo("fail");
			MessageListenerContainer container = shop.context()
				.getBean(KafkaListenerEndpointRegistry.class)
				.getListenerContainer("orders");
			await().atMost(Shop.PATIENCE).until(() -> !container.isRunning());
			assertThat(shop.offsets()).isEmpty();
		}
	}

	/** As the meters call it, too. */
	@Test
	void aConsumerWithoutAGroupGoesByTheNameNone() {
		TopicPartition partition = new TopicPartition("no-group", 0);
		cluster.createTopic("no-group", 1);
		cluster.produce(partition, 100);
		try (Shop shop = Shop.open(cluster, "no-group", WRITABLE, "spring.kafka.listener.auto-startup=false")) {
			DefaultKafkaConsumerFactory<?, ?> factory = shop.context().getBean(DefaultKafkaConsumerFactory.class);
			factory.removeConfig("group.id");
			try (Consumer<?, ?> consumer = factory.createConsumer()) {
				consumer.assign(List.of(partition));
				consumer.seek(partition, 500);
				Polling<?, ?> polling = Polling.of(consumer).patience(Shop.PATIENCE);
				polling.until(() -> !shop.context().getBean(GuardedFactories.class).decisions().isEmpty());
				assertThat(shop.get(ENDPOINT + "/none").single("$.consumers[*].partitions[*]")).containsEntry("state",
						"held");
				CompletableFuture<Shop.Answer> answer = CompletableFuture.supplyAsync(() -> shop.post(ENDPOINT,
						Shop.order("no-group", "earliest").replace("\"group\": \"no-group\"", "\"group\": \"none\"")));
				polling.until(answer::isDone);
				assertThat(answer.join().status()).as(answer.join().body()).isEqualTo(200);
				assertThat((Integer) answer.join().json("$.decision.continueAt")).isZero();
			}
		}
	}

	@Test
	void whoResolvesIsRecorded(CapturedOutput output) {
		String topic = prepare("principal");
		try (Shop shop = Shop.open(cluster, topic, List.of(Identified.class), WRITABLE,
				"spring.autoconfigure.exclude=" + AuditAutoConfiguration.class.getName())) {
			shop.awaitHeld(1);
			// The principal counts, not what the order claims.
			Shop.Answer answer = shop.post(ENDPOINT, Shop.order(topic, "earliest").replace("}", ", \"by\": \"bob\"}"));

			assertThat((String) answer.json("$.decision.by")).isEqualTo("alice?of \"sales\"");
			assertThat((String) answer.json("$.decision.reason")).isEqualTo("looked at it");
			assertThat(shop.context().getBean(AuditEventRepository.class).find(null, null, "HOLDFAST_RESOLUTION"))
				.singleElement()
				.satisfies((event) -> {
					assertThat(event.getPrincipal()).isEqualTo("alice?of \"sales\"");
					assertThat(event.getData()).isEqualTo(Map.of("group", topic, "topic", topic, "partition", 0,
							"cause", "above-log-end", "action", "earliest", "reason", "looked at it"));
				});
			assertThat(output.getOut().lines().filter((line) -> line.contains("action=earliest"))).singleElement()
				.asString()
				.contains("WARN", "dev.holdfast.kafka.decisions", "group=principal client=shop-0 topic=principal",
						"by=\"alice?of \\\"sales\\\"\" reason=\"looked at it\"");
		}
	}

	@Test
	void worksThroughJmx() throws Exception {
		String topic = prepare("jmx");
		try (Shop shop = Shop.open(cluster, topic, WRITABLE, "spring.jmx.enabled=true",
				"management.endpoints.jmx.exposure.include=holdfast", "management.endpoints.jmx.domain=shop.jmx")) {
			shop.awaitHeld(1);
			MBeanServer server = shop.context().getBean(MBeanServer.class);
			ObjectName name = new ObjectName("shop.jmx:type=Endpoint,name=Holdfast");
			String[] types = new String[9];
			Arrays.fill(types, String.class.getName());

			assertThat(server.invoke(name, "report", new Object[0], new String[0])).asString()
				.contains("cause=above-log-end");
			assertThat(server.invoke(name, "group", new Object[] { topic }, new String[] { types[0] })).asString()
				.contains("cause=above-log-end");
			assertThat(server.invoke(name, "resolve", order(topic, "sideways", null), types)).asString()
				.contains("status=400", "There is no action 'sideways'");
			assertThat(server.invoke(name, "resolve", order(topic, "latest", "true"), types)).asString()
				.contains("status=200", "dryRun=true", "continueAt=100");
			assertThat(server.invoke(name, "resolve", order(topic, "latest", null), types)).asString()
				.contains("status=200", "continueAt=100", "by=jmx", "reason=because");
		}
	}

	private static Object[] order(String topic, String action, String dryRun) {
		return new Object[] { topic, topic, "0", action, "because", null, null, dryRun, null };
	}

	@Test
	void aGroupCanBeLookedAtAlone() {
		String topic = prepare("group");
		try (Shop shop = Shop.open(cluster, topic)) {
			shop.awaitHeld(1);
			assertThat(shop.get(ENDPOINT + "/group").single("$.consumers[*]")).containsEntry("group", topic)
				.containsEntry("clientId", "shop-0");
			assertThat((List<?>) shop.get(ENDPOINT + "/group").json("$.decisions")).hasSize(1);
			Shop.Answer other = shop.get(ENDPOINT + "/other");
			assertThat(other.status()).isEqualTo(404);
			assertThat((String) other.json("$.message"))
				.isEqualTo("No guarded consumer of this group is in this process, or was");
		}
	}

	@Test
	void tellsNoSecretsKeysOrValues(CapturedOutput output) throws Exception {
		String topic = prepare("secrets");
		try (Shop shop = Shop.open(cluster, topic, WRITABLE,
				"spring.kafka.consumer.properties.ssl.key.password=hunter2",
				"spring.kafka.consumer.properties.sasl.jaas.config=hunter2")) {
			shop.awaitHeld(1);
			try (Producer<String, String> producer = new KafkaProducer<>(
					Map.of("bootstrap.servers", cluster.bootstrapServers()), new StringSerializer(),
					new StringSerializer())) {
				producer.send(new ProducerRecord<>(topic, 0, "hunter2", "hunter2")).get(30, TimeUnit.SECONDS);
			}
			assertThat(shop.resolve(topic, "earliest").status()).isEqualTo(200);
			shop.awaitOffset(100);

			List<String> told = new ArrayList<>(List.of(output.getAll()));
			for (String path : List.of(ENDPOINT, ENDPOINT + "/" + topic, "/actuator/health", "/actuator/prometheus",
					"/actuator/metrics")) {
				told.add(shop.get(path).body());
			}
			assertThat(told).allSatisfy((text) -> assertThat(text).isNotEmpty().doesNotContain("hunter2"));
		}
	}

	private static void assertStillHeld(Shop shop) {
		Shop.Answer report = shop.get(ENDPOINT);
		assertThat(report.status()).isEqualTo(200);
		assertThat(report.single("$.decisions[*]")).containsEntry("action", "hold");
		assertThat(report.single("$.consumers[*].partitions[?(@.state=='held')]")).containsEntry("partition", 0);
	}

	private String prepare(String topic) {
		TopicPartition held = new TopicPartition(topic, 0);
		cluster.createTopic(topic, 2);
		cluster.produce(held, 100);
		cluster.deleteRecords(held, 20);
		cluster.commit(topic, held, new OffsetAndMetadata(500));
		cluster.commit(topic, new TopicPartition(topic, 1), new OffsetAndMetadata(0));
		return topic;
	}

	/** A part of the application, with its own answer to what it cannot read. */
	@RestController
	static class Orders {

		@PostMapping("/v1/holdfast")
		String order(@RequestBody Map<String, String> order) {
			return "ordered";
		}

		@ExceptionHandler(HttpMessageNotReadableException.class)
		@ResponseStatus(HttpStatus.BAD_REQUEST)
		String notUnderstood() {
			return "not understood";
		}

	}

	/** Somebody is logged in, and wherever they come from allows line breaks. */
	static class Identified {

		@Bean
		Filter login() {
			return (request, response, chain) -> chain
				.doFilter(new HttpServletRequestWrapper((HttpServletRequest) request) {

					@Override
					public Principal getUserPrincipal() {
						return () -> "alice\nof \"sales\"";
					}

				}, response);
		}

		@Bean
		AuditEventRepository auditEventRepository() {
			return new InMemoryAuditEventRepository();
		}

		/** Boot's own auto-configuration of it wants Spring Security, too. */
		@Bean
		AuditListener auditListener(AuditEventRepository repository) {
			return new AuditListener(repository);
		}

	}

}
