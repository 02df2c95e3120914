/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.test;

import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.message.DescribeTopicPartitionsResponseData;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData;
import org.apache.kafka.common.message.OffsetFetchResponseData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.OffsetFetchResponse;
import org.apache.kafka.common.requests.OffsetsForLeaderEpochResponse;

/**
 * Changes answers.
 */
final class Edits {

	private Edits() {
	}

	/**
	 * Apply an edit to an answer of an API it concerns.
	 * @return whether there was anything to change
	 */
	static boolean apply(Effect.Edit edit, ApiMessage answer, EditContext context) {
		if (edit instanceof Effect.EndOffset lie) {
			return endOffset((OffsetForLeaderEpochResponseData) answer, lie.endOffset(), context);
		}
		if (edit instanceof Effect.TopicId lie) {
			return (answer instanceof MetadataResponseData metadata) ? topicId(metadata, lie.id(), context)
					: topicId((DescribeTopicPartitionsResponseData) answer, lie.id(), context);
		}
		if (edit instanceof Effect.NoCommittedOffset) {
			return noCommittedOffset((OffsetFetchResponseData) answer, context);
		}
		if (edit instanceof Effect.ErrorCode lie) {
			return ErrorAnswers.apply(lie.api(), answer, lie.error(), context);
		}
		if (edit instanceof Effect.Scrambled scrambled) {
			return Scrambler.apply(answer, scrambled.random());
		}
		if (edit instanceof Effect.Advertise lie) {
			return advertise((ApiVersionsResponseData) answer, lie);
		}
		Effect.Hide lie = (Effect.Hide) edit;
		return ((ApiVersionsResponseData) answer).apiKeys().removeIf((version) -> version.apiKey() == lie.api().id);
	}

	private static boolean endOffset(OffsetForLeaderEpochResponseData answer, long endOffset, EditContext context) {
		boolean hit = false;
		for (OffsetForLeaderEpochResponseData.OffsetForLeaderTopicResult topic : answer.topics()) {
			for (OffsetForLeaderEpochResponseData.EpochEndOffset partition : topic.partitions()) {
				if (partition.errorCode() == Errors.NONE.code()
						&& context.covers(topic.topic(), partition.partition())) {
					partition.setEndOffset(endOffset).setLeaderEpoch(epoch(partition.leaderEpoch(), endOffset));
					hit = true;
				}
			}
		}
		return hit;
	}

	private static boolean topicId(MetadataResponseData answer, Uuid id, EditContext context) {
		boolean hit = false;
		for (MetadataResponseData.MetadataResponseTopic topic : answer.topics()) {
			if (topic.errorCode() == Errors.NONE.code() && context.coversTopic(topic.name(), topic.topicId())) {
				topic.setTopicId(id);
				hit = true;
			}
		}
		return hit;
	}

	private static boolean topicId(DescribeTopicPartitionsResponseData answer, Uuid id, EditContext context) {
		boolean hit = false;
		for (DescribeTopicPartitionsResponseData.DescribeTopicPartitionsResponseTopic topic : answer.topics()) {
			if (topic.errorCode() == Errors.NONE.code() && context.coversTopic(topic.name(), topic.topicId())) {
				topic.setTopicId(id);
				hit = true;
			}
		}
		return hit;
	}

	private static boolean noCommittedOffset(OffsetFetchResponseData answer, EditContext context) {
		boolean hit = false;
		// Up to version 7 there is one group, and its topics stand on top.
		for (OffsetFetchResponseData.OffsetFetchResponseTopic topic : answer.topics()) {
			for (OffsetFetchResponseData.OffsetFetchResponsePartition partition : topic.partitions()) {
				if (partition.committedOffset() >= 0 && context.covers(topic.name(), partition.partitionIndex())) {
					partition.setCommittedOffset(OffsetFetchResponse.INVALID_OFFSET)
						.setCommittedLeaderEpoch(OffsetsForLeaderEpochResponse.UNDEFINED_EPOCH)
						.setMetadata(OffsetFetchResponse.NO_METADATA);
					hit = true;
				}
			}
		}
		for (OffsetFetchResponseData.OffsetFetchResponseGroup group : answer.groups()) {
			for (OffsetFetchResponseData.OffsetFetchResponseTopics topic : group.topics()) {
				hit |= noCommittedOffset(topic, context);
			}
		}
		return hit;
	}

	private static boolean noCommittedOffset(OffsetFetchResponseData.OffsetFetchResponseTopics topic,
			EditContext context) {
		boolean hit = false;
		for (OffsetFetchResponseData.OffsetFetchResponsePartitions partition : topic.partitions()) {
			if (partition.committedOffset() >= 0
					&& context.covers(topic.name(), topic.topicId(), partition.partitionIndex())) {
				partition.setCommittedOffset(OffsetFetchResponse.INVALID_OFFSET)
					.setCommittedLeaderEpoch(OffsetsForLeaderEpochResponse.UNDEFINED_EPOCH)
					.setMetadata(OffsetFetchResponse.NO_METADATA);
				hit = true;
			}
		}
		return hit;
	}

	private static int epoch(int honest, long endOffset) {
		// A client takes an undefined epoch or an undefined offset alone for "undefined".
		return (endOffset >= 0) ? Math.max(honest, 0) : OffsetsForLeaderEpochResponse.UNDEFINED_EPOCH;
	}

	private static boolean advertise(ApiVersionsResponseData answer, Effect.Advertise lie) {
		answer.apiKeys().removeIf((version) -> version.apiKey() == lie.api().id);
		answer.apiKeys()
			.add(new ApiVersionsResponseData.ApiVersion().setApiKey(lie.api().id)
				.setMinVersion(lie.min())
				.setMaxVersion(lie.max()));
		return true;
	}

}
