/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.operations;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;

import com.jayway.jsonpath.JsonPath;
import dev.holdfast.kafka.autoconfigure.GuardedFactories;
import dev.holdfast.kafka.test.KafkaCluster;
import org.apache.kafka.clients.consumer.ConsumerRecord;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.kafka.annotation.KafkaListener;

import static org.awaitility.Awaitility.await;

/**
 * A web application with a listener and the sample's configuration, as its operators see
 * it: over HTTP. Knows nothing of Actuator.
 */
final class Shop implements AutoCloseable {

	static final Duration PATIENCE = Duration.ofSeconds(30);

	private static final HttpClient CLIENT = HttpClient.newHttpClient();

	private final ConfigurableApplicationContext context;

	private final int port;

	private Shop(ConfigurableApplicationContext context) {
		this.context = context;
		this.port = port(context);
	}

	/**
	 * Opens a shop. Its group is named like the topic.
	 */
	static Shop open(KafkaCluster cluster, String topic, String... properties) {
		return open(cluster, topic, List.of(), properties);
	}

	static Shop open(KafkaCluster cluster, String topic, List<Class<?>> more, String... properties) {
		List<Class<?>> sources = new ArrayList<>(more);
		sources.add(Application.class);
		Map<String, String> args = new LinkedHashMap<>();
		Stream
			.concat(Stream.of("server.port=0", "orders.topic=" + topic,
					"spring.kafka.bootstrap-servers=" + cluster.bootstrapServers(),
					"spring.kafka.consumer.group-id=" + topic, "spring.kafka.consumer.client-id=shop",
					"spring.kafka.listener.poll-timeout=100ms", "spring.main.banner-mode=off"), Stream.of(properties))
			.map((property) -> property.split("=", 2))
			.forEach((property) -> args.put(property[0], property[1]));
		return new Shop(new SpringApplicationBuilder(sources.toArray(Class<?>[]::new)).run(args.entrySet()
			.stream()
			.map((arg) -> "--%s=%s".formatted(arg.getKey(), arg.getValue()))
			.toArray(String[]::new)));
	}

	static int port(ConfigurableApplicationContext context) {
		return Integer.parseInt(context.getEnvironment().getRequiredProperty("local.server.port"));
	}

	ConfigurableApplicationContext context() {
		return context;
	}

	Application application() {
		return context.getBean(Application.class);
	}

	List<Long> offsets() {
		return application().offsets;
	}

	/** Waits until a partition is held or released. */
	void awaitHeld(int count) {
		await().atMost(PATIENCE)
			.until(() -> context.getBean(GuardedFactories.class)
				.factories()
				.stream()
				.mapToInt((factory) -> (factory.guard() != null) ? factory.guard().held().size() : 0)
				.sum() == count);
	}

	void awaitOffset(long offset) {
		await().atMost(PATIENCE).until(() -> offsets().contains(offset));
	}

	Answer get(String path) {
		return send(port, path, "", null);
	}

	Answer post(String path, String body) {
		return post(path, "application/json", body);
	}

	Answer post(String path, String contentType, String body) {
		return send(port, path, contentType, body);
	}

	/** An order to resolve partition 0. */
	Answer resolve(String topic, String action) {
		return post("/actuator/holdfast", order(topic, action));
	}

	static String order(String topic, String action) {
		return """
				{"group": "%1$s", "topic": "%1$s", "partition": 0, "action": "%2$s", "reason": "looked at it"}
				""".formatted(topic, action);
	}

	static Answer get(ConfigurableApplicationContext context, String path) {
		return send(port(context), path, "", null);
	}

	/** Shuts the door: the next record stays with the listener. */
	void shut() {
		application().open = new CountDownLatch(1);
	}

	void reopen() {
		application().open.countDown();
	}

	private static Answer send(int port, String path, String contentType, String body) {
		HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
			.timeout(Duration.ofSeconds(60))
			.header("Accept", path.endsWith("prometheus") ? "text/plain" : "application/json");
		if (body != null) {
			request.header("Content-Type", contentType).POST(HttpRequest.BodyPublishers.ofString(body));
		}
		try {
			HttpResponse<String> response = CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofString());
			return new Answer(response.statusCode(), response.body());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@Override
	public void close() {
		reopen();
		context.close();
	}

	/**
	 * What came back.
	 *
	 * @param status the HTTP status
	 * @param body the body
	 */
	record Answer(int status, String body) {

		<T> T json(String path) {
			return JsonPath.read(body, path);
		}

		/** The only element that the path finds. */
		Map<String, Object> single(String path) {
			List<Map<String, Object>> found = json(path);
			if (found.size() != 1) {
				throw new AssertionError("%s finds %d elements in %s".formatted(path, found.size(), body));
			}
			return found.get(0);
		}

	}

	@EnableAutoConfiguration
	static class Application {

		final List<Long> offsets = new CopyOnWriteArrayList<>();

		/** The listener waits at the door of a closed shop. */
		volatile CountDownLatch open = new CountDownLatch(0);

		@KafkaListener(id = "orders", idIsGroup = false, topics = "${orders.topic}")
		void onOrder(ConsumerRecord<?, ?> order) throws InterruptedException {
			offsets.add(order.offset());
			open.await();
		}

	}

}
