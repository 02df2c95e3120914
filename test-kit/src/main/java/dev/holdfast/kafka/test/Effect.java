/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.test;

import java.time.Duration;
import java.util.Random;
import java.util.Set;

import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.RequestHeader;

/**
 * What a fault does.
 */
sealed interface Effect {

	/**
	 * Tell whether the fault has anything to do with such a request or its answer.
	 */
	boolean concerns(RequestHeader header);

	/**
	 * Tell whether the fault can be narrowed to topics or partitions.
	 */
	default boolean canBeNarrowed() {
		return false;
	}

	/** Changes an answer. */
	sealed interface Edit extends Effect {

	}

	/** Answers to OffsetForLeaderEpoch say this end offset. */
	record EndOffset(long endOffset) implements Edit {

		@Override
		public boolean concerns(RequestHeader header) {
			return header.apiKey() == ApiKeys.OFFSET_FOR_LEADER_EPOCH;
		}

		@Override
		public boolean canBeNarrowed() {
			return true;
		}

	}

	/** Descriptions of topics tell this id. */
	record TopicId(Uuid id) implements Edit {

		@Override
		public boolean concerns(RequestHeader header) {
			return header.apiKey() == ApiKeys.METADATA || header.apiKey() == ApiKeys.DESCRIBE_TOPIC_PARTITIONS;
		}

		@Override
		public boolean canBeNarrowed() {
			return true;
		}

	}

	/** Answers to OffsetFetch deny that there is a commit. */
	record NoCommittedOffset() implements Edit {

		@Override
		public boolean concerns(RequestHeader header) {
			return header.apiKey() == ApiKeys.OFFSET_FETCH;
		}

		@Override
		public boolean canBeNarrowed() {
			return true;
		}

	}

	/** Answers carry an error. */
	record ErrorCode(ApiKeys api, Errors error) implements Edit {

		@Override
		public boolean concerns(RequestHeader header) {
			return header.apiKey() == this.api;
		}

		@Override
		public boolean canBeNarrowed() {
			return ErrorAnswers.canBeNarrowed(this.api);
		}

	}

	/** An API is advertised with these versions. */
	record Advertise(ApiKeys api, short min, short max) implements Edit {

		@Override
		public boolean concerns(RequestHeader header) {
			return header.apiKey() == ApiKeys.API_VERSIONS;
		}

	}

	/** An API is not advertised. */
	record Hide(ApiKeys api) implements Edit {

		@Override
		public boolean concerns(RequestHeader header) {
			return header.apiKey() == ApiKeys.API_VERSIONS;
		}

	}

	/** Answers have values at random; no APIs means all but ApiVersions. */
	record Scrambled(Random random, Set<ApiKeys> apis) implements Edit {

		@Override
		public boolean concerns(RequestHeader header) {
			return this.apis.isEmpty() ? header.apiKey() != ApiKeys.API_VERSIONS : this.apis.contains(header.apiKey());
		}

	}

	/** Answers never come; no APIs means all. */
	record Silence(Set<ApiKeys> apis) implements Effect {

		@Override
		public boolean concerns(RequestHeader header) {
			return this.apis.isEmpty() || this.apis.contains(header.apiKey());
		}

	}

	/** Answers come late; no APIs means all. */
	record Delay(Duration by, Set<ApiKeys> apis) implements Effect {

		@Override
		public boolean concerns(RequestHeader header) {
			return this.apis.isEmpty() || this.apis.contains(header.apiKey());
		}

	}

	/** The connection is reset when such a request arrives. */
	record Reset(ApiKeys api, int minVersion) implements Effect {

		@Override
		public boolean concerns(RequestHeader header) {
			return header.apiKey() == this.api && header.apiVersion() >= this.minVersion;
		}

	}

}
