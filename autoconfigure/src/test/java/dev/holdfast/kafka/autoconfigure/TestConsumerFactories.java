/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;

import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.StringDeserializer;

import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.kafka.core.DefaultKafkaConsumerFactory;

/**
 * Consumer factories of the kinds that applications have. Their clients are real ones
 * that never reach a broker.
 */
final class TestConsumerFactories {

	private TestConsumerFactories() {
	}

	static Map<String, Object> configuration() {
		return new HashMap<>(Map.of("bootstrap.servers", "localhost:1", "key.deserializer", StringDeserializer.class,
				"value.deserializer", StringDeserializer.class));
	}

	/** Remembers with what it created its clients. */
	static class Recording extends DefaultKafkaConsumerFactory<String, String> {

		private final List<Map<String, Object>> created = new ArrayList<>();

		Recording() {
			this(configuration());
		}

		Recording(Map<String, Object> configuration) {
			super(configuration);
		}

		@Override
		protected Consumer<String, String> createRawConsumer(Map<String, Object> configuration) {
			this.created.add(configuration);
			return super.createRawConsumer(configuration);
		}

		List<Map<String, Object>> created() {
			return created;
		}

	}

	static final class Final extends DefaultKafkaConsumerFactory<String, String> {

		Final() {
			super(configuration());
		}

	}

	static class FinalMethod extends DefaultKafkaConsumerFactory<String, String> {

		FinalMethod() {
			super(configuration());
		}

		public final String region() {
			return "eu";
		}

	}

	static class OwnShortMethod extends Recording {

		@Override
		public Consumer<String, String> createConsumer(String groupId, String clientIdSuffix) {
			return createConsumer(groupId, "own", clientIdSuffix);
		}

	}

	/** Passes everything on, as a hand-made decorator does. */
	static class Delegating implements ConsumerFactory<String, String> {

		private final ConsumerFactory<String, String> delegate;

		Delegating(ConsumerFactory<String, String> delegate) {
			this.delegate = delegate;
		}

		@Override
		public Consumer<String, String> createConsumer(String groupId, String clientIdPrefix, String clientIdSuffix,
				Properties properties) {
			return delegate.createConsumer(groupId, clientIdPrefix, clientIdSuffix, properties);
		}

		@Override
		public boolean isAutoCommit() {
			return delegate.isAutoCommit();
		}

		@Override
		public Map<String, Object> getConfigurationProperties() {
			return delegate.getConfigurationProperties();
		}

	}

	/** Does not care about the properties it is given. */
	static class IgnoringProperties extends Delegating {

		IgnoringProperties() {
			super(new Recording());
		}

		@Override
		public Consumer<String, String> createConsumer(String groupId, String clientIdPrefix, String clientIdSuffix,
				Properties properties) {
			return new KafkaConsumer<>(configuration());
		}

	}

	/** Does not tell its configuration. */
	static class Secretive implements ConsumerFactory<String, String> {

		@Override
		public Consumer<String, String> createConsumer(String groupId, String clientIdPrefix, String clientIdSuffix,
				Properties properties) {
			return new KafkaConsumer<>(configuration());
		}

		@Override
		public boolean isAutoCommit() {
			return false;
		}

	}

}
