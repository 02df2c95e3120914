/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.test;

import java.util.function.Function;

import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

/**
 * What an edit of an answer needs to know beside the answer.
 *
 * @param scope where the fault applies
 * @param topicNames what the brokers call the topic with an id, null if they don't know
 * it
 * @param session what the connection fetches
 */
record EditContext(Scope scope, Function<Uuid, @Nullable String> topicNames, FetchSession session) {

	boolean covers(String topic, int partition) {
		return this.scope.covers(topic, partition);
	}

	/** For answers that name a topic in old versions and give its id in new ones. */
	boolean covers(@Nullable String topic, Uuid topicId, int partition) {
		return this.scope.topic() == null || this.scope.covers(name(topic, topicId), partition);
	}

	boolean coversTopic(@Nullable String topic, Uuid topicId) {
		return this.scope.topic() == null || this.scope.coversTopic(name(topic, topicId));
	}

	private @Nullable String name(@Nullable String topic, Uuid topicId) {
		return (topic != null && !topic.isEmpty()) ? topic : this.topicNames.apply(topicId);
	}

}
