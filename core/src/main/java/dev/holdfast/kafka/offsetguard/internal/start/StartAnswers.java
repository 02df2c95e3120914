/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.start;

import java.util.Map;
import java.util.Set;

import dev.holdfast.kafka.offsetguard.internal.lookup.TopicAnswer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * What brokers have answered about partitions that are to start. What is in none of the
 * first two is to be asked for again.
 *
 * @param ready the commits of those that have one, and about which all that matters is
 * answered
 * @param missing those that have no commit, and about which all that matters is answered
 * @param all the group's commits on their topics, as far as they are known
 * @param untold the topics of which the group's other commits are not known yet
 * @param topics what is known of topics and leaders
 */
record StartAnswers(Map<TopicPartition, OffsetAndMetadata> ready, Set<TopicPartition> missing,
		Map<TopicPartition, OffsetAndMetadata> all, Set<String> untold, TopicAnswer topics) {

	/** It is not even known which cluster would answer. */
	static final StartAnswers NONE = new StartAnswers(Map.of(), Set.of(), Map.of(), Set.of(), TopicAnswer.NOTHING);

}
