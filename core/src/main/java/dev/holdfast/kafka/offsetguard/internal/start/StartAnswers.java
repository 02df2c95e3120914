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
 * What brokers have answered about partitions that are to start. The guard asks again
 * about partitions that are in neither {@code ready} nor {@code missing}.
 *
 * @param ready the commits of partitions that have one, and about which brokers have
 * answered all that matters
 * @param missing partitions that have no commit, and about which brokers have answered
 * all that matters
 * @param all the group's commits on their topics, as far as the guard knows them
 * @param untold the topics on which the guard does not know the group's other commits yet
 * @param topics what the guard knows of topics and leaders
 */
record StartAnswers(Map<TopicPartition, OffsetAndMetadata> ready, Set<TopicPartition> missing,
		Map<TopicPartition, OffsetAndMetadata> all, Set<String> untold, TopicAnswer topics) {

	/** The guard does not even know which cluster would answer. */
	static final StartAnswers NONE = new StartAnswers(Map.of(), Set.of(), Map.of(), Set.of(), TopicAnswer.NOTHING);

}
