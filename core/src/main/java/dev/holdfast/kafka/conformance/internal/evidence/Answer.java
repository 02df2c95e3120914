/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.conformance.internal.evidence;

import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;

import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.jspecify.annotations.Nullable;

/**
 * What became of a question to brokers.
 *
 * @param <T> the type of the answer
 */
public sealed interface Answer<T> {

	/**
	 * Brokers have answered.
	 *
	 * @param value the answer
	 */
	record Given<T>(T value) implements Answer<T> {
	}

	/**
	 * The user lacks a right.
	 *
	 * @param error what the client says
	 */
	record Denied<T>(String error) implements Answer<T> {
	}

	/**
	 * Brokers have answered an error.
	 *
	 * @param error what the client says
	 */
	record Failed<T>(String error) implements Answer<T> {
	}

	/** There was no answer in time that the client could use. */
	record Silent<T>() implements Answer<T> {
	}

	/** Brokers do not offer the API, or not in a version that the client can use. */
	record NotOffered<T>() implements Answer<T> {
	}

	/**
	 * There was no question.
	 *
	 * @param reason why
	 */
	record NotAsked<T>(String reason) implements Answer<T> {
	}

	/** No error of a client is told in more characters. */
	int LONGEST_ERROR = 160;

	/**
	 * What a client's exception says about the answer.
	 */
	static <T> Answer<T> of(Throwable failure) {
		Throwable cause = failure;
		while ((cause instanceof ExecutionException || cause instanceof CompletionException)
				&& cause.getCause() != null) {
			cause = cause.getCause();
		}
		if (cause instanceof AuthorizationException) {
			return new Denied<>(text(cause));
		}
		if (cause instanceof UnsupportedVersionException) {
			return new NotOffered<>();
		}
		return (cause instanceof TimeoutException || cause instanceof java.util.concurrent.TimeoutException)
				? new Silent<>() : new Failed<>(text(cause));
	}

	private static String text(Throwable failure) {
		String message = (failure.getMessage() != null) ? failure.getMessage().replaceAll("\\s+", " ") : "";
		String text = failure.getClass().getSimpleName() + (message.isEmpty() ? "" : ": " + message);
		return (text.length() > LONGEST_ERROR) ? text.substring(0, LONGEST_ERROR - 3) + "..." : text;
	}

	/**
	 * The answer's value.
	 * @return {@code null} if there is none
	 */
	default @Nullable T value() {
		return (this instanceof Given<T> given) ? given.value : null;
	}

	default Optional<T> toOptional() {
		return Optional.ofNullable(value());
	}

	/**
	 * Applies a function to the value, if there is one.
	 */
	@SuppressWarnings("unchecked")
	default <V> Answer<V> map(Function<T, V> function) {
		// No other answer holds a value.
		return (this instanceof Given<T> given) ? new Given<>(function.apply(given.value)) : (Answer<V>) this;
	}

}
