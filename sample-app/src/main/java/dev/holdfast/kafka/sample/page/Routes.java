/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.sample.page;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

import dev.holdfast.kafka.sample.service.Listener;
import dev.holdfast.kafka.sample.show.Mishap;
import dev.holdfast.kafka.sample.show.Show;
import dev.holdfast.kafka.sample.show.Show.Scene;
import dev.holdfast.kafka.sample.tour.Step;
import dev.holdfast.kafka.sample.tour.TourRow;
import jakarta.servlet.ServletException;

import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.servlet.function.RequestPredicates;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.RouterFunctions;
import org.springframework.web.servlet.function.ServerRequest;
import org.springframework.web.servlet.function.ServerResponse;

/**
 * What the page asks for. Each change is a JSON request, which other sites cannot make a
 * browser send.
 */
final class Routes {

	private static final Set<Integer> RATES = Set.of(5, 20, 100);

	private final Show show;

	private final Feed feed;

	private final Actuator actuator;

	Routes(Show show, Feed feed, Actuator actuator) {
		this.show = show;
		this.feed = feed;
		this.actuator = actuator;
	}

	RouterFunction<ServerResponse> all() {
		return RouterFunctions.route()
			.GET("/api/live", (request) -> ServerResponse.sse(feed::add, Duration.ZERO))
			.GET("/api/menu", (request) -> ServerResponse.ok().body(menu()))
			.nest(RequestPredicates.contentType(MediaType.APPLICATION_JSON),
					(json) -> json.POST("/api/trial", this::begin)
						.POST("/api/producer", this::producer)
						.POST("/api/tour/{step}", (request) -> started(show.play(step(request))))
						.POST("/api/mishap/{mishap}", (request) -> started(show.happen(mishap(request))))
						.POST("/api/resolve", this::resolve))
			.onError(IllegalArgumentException.class,
					(failure, request) -> message(HttpStatus.BAD_REQUEST, String.valueOf(failure.getMessage())))
			.build();
	}

	private static Map<String, Object> menu() {
		return Map.of("tour",
				Arrays.stream(Step.values()).map((step) -> Map.of("id", step.name(), "title", step.title())).toList(),
				"mishaps",
				Arrays.stream(Mishap.values())
					.map((mishap) -> Map.of("id", mishap.id(), "title", mishap.title(), "explanation",
							mishap.explanation(), "lasts", mishap.lasts()))
					.toList(),
				"headings", TourRow.HEADINGS, "rates", RATES.stream().sorted().toList());
	}

	private ServerResponse begin(ServerRequest request) throws ServletException, IOException {
		String reset = request.body(Beginning.class).autoOffsetReset();
		if (!List.of("earliest", "latest").contains(reset)) {
			throw new IllegalArgumentException("auto.offset.reset is neither earliest nor latest");
		}
		return started(show.begin(reset));
	}

	private ServerResponse producer(ServerRequest request) throws ServletException, IOException {
		Production production = request.body(Production.class);
		if (!RATES.contains(production.rate())) {
			throw new IllegalArgumentException("The rate is none of " + RATES);
		}
		show.rate(production.rate());
		show.pause(production.paused());
		return ServerResponse.noContent().build();
	}

	private ServerResponse resolve(ServerRequest request) throws ServletException, IOException {
		Actuator.Answer answer = request.body(Actuator.Answer.class);
		Scene scene = show.scene();
		if (scene == null) {
			return message(HttpStatus.CONFLICT, "No listener is running");
		}
		HttpResponse<String> response = actuator.resolve(scene.trial().participant(Listener.GUARDED), answer);
		return ServerResponse.status(response.statusCode())
			.contentType(MediaType.APPLICATION_JSON)
			.body(response.body());
	}

	private static ServerResponse started(boolean yes) {
		return yes ? ServerResponse.accepted().build()
				: message(HttpStatus.CONFLICT, "Something else happens right now");
	}

	private static ServerResponse message(HttpStatus status, String text) {
		return ServerResponse.status(status).body(Map.of("message", text));
	}

	private static Step step(ServerRequest request) {
		return Step.valueOf(request.pathVariable("step"));
	}

	private static Mishap mishap(ServerRequest request) {
		return Mishap.valueOf(request.pathVariable("mishap").toUpperCase(Locale.ROOT).replace('-', '_'));
	}

	private record Beginning(String autoOffsetReset) {

	}

	private record Production(boolean paused, int rate) {

	}

}
