/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.sample.page;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import dev.holdfast.kafka.sample.trial.Participant;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * The endpoint of an order service, over HTTP, as operators use it.
 */
final class Actuator {

	/** The endpoint itself answers within 20 seconds. */
	private static final Duration PATIENCE = Duration.ofSeconds(30);

	private final HttpClient client = HttpClient.newHttpClient();

	private final JsonMapper json;

	Actuator(JsonMapper json) {
		this.json = json;
	}

	/**
	 * What the endpoint says of the partitions that are held.
	 * @param participant whose endpoint
	 * @return each of them, empty if the endpoint does not answer
	 */
	List<Map<String, Object>> held(Participant participant) {
		try {
			HttpResponse<String> response = send(request(participant, "/" + participant.group()).GET());
			if (response.statusCode() != 200) {
				return List.of();
			}
			Report report = json.readValue(response.body(), Report.class);
			return report.consumers()
				.stream()
				.flatMap((consumer) -> consumer.partitions().stream())
				.filter((partition) -> "held".equals(partition.get("state")))
				.toList();
		}
		catch (IOException ex) {
			return List.of();
		}
	}

	/**
	 * Resolves a held partition.
	 * @param participant whose endpoint
	 * @param answer what to do
	 * @return what the endpoint answered
	 * @throws IOException if it did not
	 */
	HttpResponse<String> resolve(Participant participant, Answer answer) throws IOException {
		Map<String, Object> order = new HashMap<>();
		order.put("group", participant.group());
		order.put("topic", participant.topic());
		order.put("partition", answer.partition());
		order.put("action", answer.action());
		order.put("reason", "chosen on the page of the demonstration");
		order.put("by", "the page");
		if (answer.offset() != null) {
			order.put("offset", Objects.requireNonNull(answer.offset()));
		}
		return send(request(participant, "").header("Content-Type", "application/json")
			.POST(HttpRequest.BodyPublishers.ofString(json.writeValueAsString(order))));
	}

	private static HttpRequest.Builder request(Participant participant, String path) {
		URI uri = URI.create("http://127.0.0.1:%d/actuator/holdfast%s".formatted(participant.service().port(), path));
		return HttpRequest.newBuilder(uri).timeout(PATIENCE).header("Accept", "application/json");
	}

	private HttpResponse<String> send(HttpRequest.Builder request) throws IOException {
		try {
			return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IOException(ex);
		}
	}

	/**
	 * What somebody chooses for a held partition.
	 *
	 * @param partition its number
	 * @param action one of its resolutions
	 * @param offset where it reads on, for the action {@code offset}
	 */
	record Answer(int partition, String action, @Nullable Long offset) {

	}

	private record Report(List<Consumer> consumers) {

	}

	private record Consumer(List<Map<String, Object>> partitions) {

	}

}
