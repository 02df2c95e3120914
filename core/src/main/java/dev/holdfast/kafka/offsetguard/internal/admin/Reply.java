/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.admin;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;

import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RetriableException;
import org.jspecify.annotations.Nullable;

/**
 * What became of a question to brokers. No answer yet is a state of its own: it never
 * means that brokers know nothing.
 *
 * @param <T> the type of the answer
 */
public sealed interface Reply<T> {

	/**
	 * Brokers have answered.
	 *
	 * @param value the answer
	 */
	record Answered<T>(T value) implements Reply<T> {
	}

	/**
	 * Brokers will not answer: the application lacks a right, or they lack the API. The
	 * guard goes on without the answer.
	 *
	 * @param reason why, for the log
	 */
	record Refused<T>(String reason) implements Reply<T> {
	}

	/** Brokers have not answered yet. The guard has to ask again. */
	record NotYet<T>() implements Reply<T> {
	}

	/**
	 * Reads a future without waiting.
	 * @param future the future
	 * @param answer what its value says
	 */
	static <V, T> Reply<T> of(KafkaFuture<V> future, Function<V, T> answer) {
		if (!future.isDone()) {
			return new NotYet<>();
		}
		try {
			return new Answered<>(answer.apply(future.get()));
		}
		catch (InterruptedException ex) {
			throw new InterruptException(ex);
		}
		catch (ExecutionException ex) {
			Throwable cause = ex.getCause();
			return isRefusal(cause) ? new Refused<>(String.valueOf(cause)) : new NotYet<>();
		}
	}

	/**
	 * Completes when a future does, whether it succeeds or fails.
	 */
	static CompletableFuture<?> completable(@Nullable KafkaFuture<?> future) {
		CompletableFuture<@Nullable Object> completable = new CompletableFuture<>();
		if (future == null) {
			completable.complete(null);
		}
		else {
			// Failures concern single topics, and the guard looks at each answer by
			// itself.
			future.whenComplete((value, failure) -> completable.complete(null));
		}
		return completable;
	}

	/**
	 * Whether asking again cannot help. A failed login is no refusal: it says nothing
	 * about the question, and applications renew credentials.
	 */
	static boolean isRefusal(@Nullable Throwable failure) {
		return failure instanceof ApiException && !(failure instanceof RetriableException)
				&& !(failure instanceof AuthenticationException);
	}

	default boolean isPending() {
		return this instanceof NotYet;
	}

	/**
	 * The answer.
	 * @param withoutAnswer in its place if brokers refuse to answer
	 * @throws IllegalStateException if brokers have not answered yet
	 */
	default T orIfRefused(T withoutAnswer) {
		if (this instanceof Answered<T> answered) {
			return answered.value();
		}
		if (this instanceof Refused<T>) {
			return withoutAnswer;
		}
		throw new IllegalStateException("Not answered yet");
	}

	/**
	 * The same for another question, without an answer.
	 */
	default <V> Reply<V> withoutAnswer() {
		return (this instanceof Refused<T> refused) ? new Refused<>(refused.reason()) : new NotYet<>();
	}

}
