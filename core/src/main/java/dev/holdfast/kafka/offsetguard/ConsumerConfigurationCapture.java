/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

import org.apache.kafka.clients.consumer.ConsumerInterceptor;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Learns the configuration with which a client is really constructed: a
 * {@code KafkaConsumer} hands it, merged and complete, to each interceptor, on the thread
 * that calls the constructor. Public only because the client instantiates it by its name;
 * not meant for applications. It lets every record and commit through untouched.
 */
public final class ConsumerConfigurationCapture implements ConsumerInterceptor<Object, Object> {

	private static final ThreadLocal<@Nullable Scope> CURRENT = new ThreadLocal<>();

	@Override
	public void configure(Map<String, ?> configuration) {
		Scope scope = CURRENT.get();
		if (scope != null) {
			scope.configuration = configuration;
		}
	}

	/**
	 * Starts to capture what this thread constructs.
	 */
	static Scope open() {
		Scope scope = new Scope(CURRENT.get());
		CURRENT.set(scope);
		return scope;
	}

	/**
	 * The construction of one client. Scopes nest: a factory's listener may create
	 * another consumer before the first one is handed out.
	 */
	static final class Scope implements AutoCloseable {

		private final @Nullable Scope outer;

		private @Nullable Map<String, ?> configuration;

		private Scope(@Nullable Scope outer) {
			this.outer = outer;
		}

		/**
		 * The configuration of the last client that was constructed in this scope.
		 */
		@Nullable Map<String, ?> captured() {
			return configuration;
		}

		@Override
		public void close() {
			if (outer != null) {
				CURRENT.set(outer);
			}
			else {
				CURRENT.remove();
			}
		}

	}

	/**
	 * Adds this class to the interceptors of an application.
	 * @param interceptors the value of {@code interceptor.classes}: a list, or names
	 * separated by commas
	 */
	static List<Object> addTo(@Nullable Object interceptors) {
		List<Object> all = new ArrayList<>();
		if (interceptors instanceof List<?> list) {
			all.addAll(list);
		}
		else if (interceptors instanceof String names && !names.isBlank()) {
			all.addAll(Arrays.asList(names.trim().split("\\s*,\\s*")));
		}
		all.remove(ConsumerConfigurationCapture.class.getName());
		all.add(ConsumerConfigurationCapture.class.getName());
		return all;
	}

	@Override
	public ConsumerRecords<Object, Object> onConsume(ConsumerRecords<Object, Object> records) {
		return records;
	}

	@Override
	public void onCommit(Map<TopicPartition, OffsetAndMetadata> offsets) {
	}

	@Override
	public void close() {
	}

}
