/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.holdfast.kafka.autoconfigure.actuate;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.MappingMatch;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.endpoint.EndpointId;
import org.springframework.boot.actuate.endpoint.web.PathMappedEndpoints;
import org.springframework.core.Ordered;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.web.HttpMediaTypeNotSupportedException;
import org.springframework.web.servlet.HandlerExceptionResolver;
import org.springframework.web.servlet.ModelAndView;

/**
 * Tells what a body for the endpoint {@code holdfast} has to be. Spring MVC reads it
 * before it calls the endpoint, and says nothing but "Bad Request". All other requests
 * are answered as without this.
 */
final class UnreadableBodies implements HandlerExceptionResolver, Ordered {

	private static final EndpointId ENDPOINT = EndpointId.of("holdfast");

	private static final String ANSWER = """
			{"status":%d,"message":"The body has to be a JSON object whose fields are texts, numbers or booleans, \
			and the Content-Type has to be application/json"}""";

	private final ObjectProvider<PathMappedEndpoints> endpoints;

	UnreadableBodies(ObjectProvider<PathMappedEndpoints> endpoints) {
		this.endpoints = endpoints;
	}

	@Override
	public int getOrder() {
		return HIGHEST_PRECEDENCE;
	}

	@Override
	public @Nullable ModelAndView resolveException(HttpServletRequest request, HttpServletResponse response,
			@Nullable Object handler, Exception exception) {
		HttpStatus status = status(exception);
		if (status == null || response.isCommitted() || !isOurs(request)) {
			return null;
		}
		try {
			response.setStatus(status.value());
			response.setContentType(MediaType.APPLICATION_JSON_VALUE);
			response.getOutputStream().write(ANSWER.formatted(status.value()).getBytes(StandardCharsets.UTF_8));
		}
		catch (IOException ex) {
			// The client has gone; nobody reads an answer.
		}
		return new ModelAndView();
	}

	private static @Nullable HttpStatus status(Exception exception) {
		if (exception instanceof HttpMessageNotReadableException) {
			return HttpStatus.BAD_REQUEST;
		}
		return (exception instanceof HttpMediaTypeNotSupportedException) ? HttpStatus.UNSUPPORTED_MEDIA_TYPE : null;
	}

	private boolean isOurs(HttpServletRequest request) {
		PathMappedEndpoints mapped = endpoints.getIfAvailable();
		String path = (mapped != null) ? mapped.getPath(ENDPOINT) : null;
		String requested = withinApplication(request);
		return path != null && (requested.equals(path) || requested.startsWith(path + "/"));
	}

	/**
	 * The path below the context and, if the servlet has a path of its own, below that.
	 */
	private static String withinApplication(HttpServletRequest request) {
		String path = request.getRequestURI().substring(request.getContextPath().length());
		boolean isServletPrefix = request.getHttpServletMapping().getMappingMatch() == MappingMatch.PATH;
		String prefix = isServletPrefix ? request.getServletPath() : "";
		return path.startsWith(prefix) ? path.substring(prefix.length()) : path;
	}

}
