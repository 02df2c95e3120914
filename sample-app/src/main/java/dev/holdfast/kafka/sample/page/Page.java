/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.sample.page;

import java.net.URI;
import java.util.Map;

import dev.holdfast.kafka.sample.service.OrderService;
import dev.holdfast.kafka.sample.show.Show;
import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServletResponse;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.Banner;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.kafka.autoconfigure.KafkaAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.env.MapPropertySource;
import org.springframework.web.servlet.function.RouterFunction;

/**
 * The page, on a random port of the loopback interface.
 */
public final class Page implements AutoCloseable {

	private static final Map<String, Object> SETTINGS = Map.of("server.address", "127.0.0.1", "server.port", "0",
			"server.shutdown", "immediate", "spring.application.name", "demonstration",
			"spring.web.resources.static-locations", "classpath:/page/", "management.endpoints.access.default", "none",
			// Whoever closes the page ends a request that has no other end.
			"logging.level.org.springframework.web.servlet.mvc.support.DefaultHandlerExceptionResolver", "error");

	/** The page needs nothing from anywhere else, and must not get it. */
	private static final String ONLY_FROM_HERE = "default-src 'self'; img-src 'self' data:";

	private final ConfigurableApplicationContext context;

	private Page(ConfigurableApplicationContext context) {
		this.context = context;
	}

	/**
	 * Opens the page of a show.
	 * @param show the show
	 * @return the page
	 */
	public static Page open(Show show) {
		return new Page(new SpringApplicationBuilder(Application.class).properties(OrderService.QUIET_LOGGING)
			.web(WebApplicationType.SERVLET)
			.bannerMode(Banner.Mode.OFF)
			.logStartupInfo(false)
			.initializers((GenericApplicationContext context) -> {
				context.getEnvironment().getPropertySources().addFirst(new MapPropertySource("page", SETTINGS));
				context.registerBean(Show.class, () -> show, (bean) -> bean.setDestroyMethodName(""));
				context.registerBean(Actuator.class);
				context.registerBean(Camera.class);
				context.registerBean(Feed.class);
				context.registerBean(Routes.class);
				context.registerBean("routes", RouterFunction.class, () -> context.getBean(Routes.class).all());
				context.registerBean(Filter.class, Page::headers);
			})
			.run());
	}

	private static Filter headers() {
		return (request, response, chain) -> {
			((HttpServletResponse) response).setHeader("Content-Security-Policy", ONLY_FROM_HERE);
			((HttpServletResponse) response).setHeader("Cache-Control", "no-store");
			chain.doFilter(request, response);
		};
	}

	/**
	 * Where the page is.
	 * @return its address
	 */
	public URI address() {
		return URI.create("http://127.0.0.1:" + context.getEnvironment().getRequiredProperty("local.server.port"));
	}

	@Override
	public void close() {
		context.close();
	}

	/** No component: the order service must not find it. */
	@EnableAutoConfiguration(exclude = KafkaAutoConfiguration.class)
	static class Application {

	}

}
