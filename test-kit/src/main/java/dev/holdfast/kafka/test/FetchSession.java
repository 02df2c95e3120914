/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.test;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.requests.FetchMetadata;

/**
 * The partitions that a connection's fetch requests are about. An incremental fetch names
 * only what has changed, and its answer only what is new, so a lie about an idle
 * partition needs to know them. The thread that reads requests writes it, and the one
 * that writes answers reads it.
 */
final class FetchSession {

	private final Set<Entry> entries = new LinkedHashSet<>();

	synchronized void update(FetchRequestData request) {
		if (new FetchMetadata(request.sessionId(), request.sessionEpoch()).isFull()) {
			this.entries.clear();
		}
		for (FetchRequestData.FetchTopic topic : request.topics()) {
			for (FetchRequestData.FetchPartition partition : topic.partitions()) {
				this.entries.add(new Entry(topic.topic(), topic.topicId(), partition.partition()));
			}
		}
		for (FetchRequestData.ForgottenTopic topic : request.forgottenTopicsData()) {
			for (int partition : topic.partitions()) {
				this.entries.remove(new Entry(topic.topic(), topic.topicId(), partition));
			}
		}
	}

	synchronized List<Entry> entries() {
		return new ArrayList<>(this.entries);
	}

	/** A partition; by name up to version 12, by topic id from then on. */
	record Entry(String topic, Uuid topicId, int partition) {

	}

}
