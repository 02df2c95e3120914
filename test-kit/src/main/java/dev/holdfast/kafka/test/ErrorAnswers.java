/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.test;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

import org.apache.kafka.common.message.ConsumerGroupHeartbeatResponseData;
import org.apache.kafka.common.message.DescribeClusterResponseData;
import org.apache.kafka.common.message.DescribeTopicPartitionsResponseData;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FindCoordinatorResponseData;
import org.apache.kafka.common.message.HeartbeatResponseData;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.message.ListOffsetsResponseData;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.OffsetCommitResponseData;
import org.apache.kafka.common.message.OffsetFetchResponseData;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData;
import org.apache.kafka.common.message.SyncGroupResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.FetchResponse;
import org.apache.kafka.common.requests.ListOffsetsResponse;
import org.apache.kafka.common.requests.OffsetsForLeaderEpochResponse;

/**
 * Puts an error where an API's answer has it.
 */
final class ErrorAnswers {

	private static final Map<ApiKeys, Editor> EDITORS = editors();

	private static final Set<ApiKeys> WHOLE = EnumSet.of(ApiKeys.FIND_COORDINATOR, ApiKeys.JOIN_GROUP,
			ApiKeys.SYNC_GROUP, ApiKeys.HEARTBEAT, ApiKeys.CONSUMER_GROUP_HEARTBEAT, ApiKeys.DESCRIBE_CLUSTER);

	/** What OffsetFetch says of a partition; everything else it says of the group. */
	private static final Set<Errors> PARTITION_ERRORS = EnumSet.of(Errors.UNSTABLE_OFFSET_COMMIT,
			Errors.UNKNOWN_TOPIC_OR_PARTITION, Errors.UNKNOWN_TOPIC_ID, Errors.TOPIC_AUTHORIZATION_FAILED);

	private ErrorAnswers() {
	}

	static boolean supports(ApiKeys api) {
		return EDITORS.containsKey(api);
	}

	static Set<ApiKeys> supported() {
		return EDITORS.keySet();
	}

	static boolean canBeNarrowed(ApiKeys api) {
		return !WHOLE.contains(api);
	}

	/**
	 * Put the error into the answer.
	 * @return whether there was a place for it
	 */
	static boolean apply(ApiKeys api, ApiMessage answer, Errors error, EditContext context) {
		return Objects.requireNonNull(EDITORS.get(api)).apply(answer, error, context);
	}

	private static Map<ApiKeys, Editor> editors() {
		Map<ApiKeys, Editor> editors = new EnumMap<>(ApiKeys.class);
		editors.put(ApiKeys.FETCH, editor(FetchResponseData.class, ErrorAnswers::fetch));
		editors.put(ApiKeys.LIST_OFFSETS, editor(ListOffsetsResponseData.class, ErrorAnswers::listOffsets));
		editors.put(ApiKeys.OFFSET_FOR_LEADER_EPOCH,
				editor(OffsetForLeaderEpochResponseData.class, ErrorAnswers::epochs));
		editors.put(ApiKeys.OFFSET_COMMIT, editor(OffsetCommitResponseData.class, ErrorAnswers::commit));
		editors.put(ApiKeys.OFFSET_FETCH, editor(OffsetFetchResponseData.class, ErrorAnswers::committed));
		editors.put(ApiKeys.METADATA, editor(MetadataResponseData.class, ErrorAnswers::metadata));
		editors.put(ApiKeys.DESCRIBE_TOPIC_PARTITIONS,
				editor(DescribeTopicPartitionsResponseData.class, ErrorAnswers::topics));
		editors.put(ApiKeys.FIND_COORDINATOR, editor(FindCoordinatorResponseData.class, ErrorAnswers::coordinator));
		editors.put(ApiKeys.JOIN_GROUP, whole(JoinGroupResponseData.class, JoinGroupResponseData::setErrorCode));
		editors.put(ApiKeys.SYNC_GROUP, whole(SyncGroupResponseData.class, SyncGroupResponseData::setErrorCode));
		editors.put(ApiKeys.HEARTBEAT, whole(HeartbeatResponseData.class, HeartbeatResponseData::setErrorCode));
		editors.put(ApiKeys.CONSUMER_GROUP_HEARTBEAT,
				whole(ConsumerGroupHeartbeatResponseData.class, ConsumerGroupHeartbeatResponseData::setErrorCode));
		editors.put(ApiKeys.DESCRIBE_CLUSTER,
				whole(DescribeClusterResponseData.class, DescribeClusterResponseData::setErrorCode));
		return editors;
	}

	private static boolean fetch(FetchResponseData answer, Errors error, EditContext context) {
		if (answer.errorCode() != Errors.NONE.code()) {
			// The session is not valid, so there are no partitions.
			return false;
		}
		List<FetchSession.Entry> wrong = context.session()
			.entries()
			.stream()
			.filter((entry) -> context.covers(entry.topic(), entry.topicId(), entry.partition()))
			.toList();
		for (FetchSession.Entry entry : wrong) {
			FetchResponseData.FetchableTopicResponse topic = topic(answer, entry);
			topic.partitions().removeIf((partition) -> partition.partitionIndex() == entry.partition());
			topic.partitions().add(FetchResponse.partitionResponse(entry.partition(), error));
		}
		return !wrong.isEmpty();
	}

	private static FetchResponseData.FetchableTopicResponse topic(FetchResponseData answer, FetchSession.Entry entry) {
		for (FetchResponseData.FetchableTopicResponse topic : answer.responses()) {
			if (topic.topic().equals(entry.topic()) && topic.topicId().equals(entry.topicId())) {
				return topic;
			}
		}
		FetchResponseData.FetchableTopicResponse topic = new FetchResponseData.FetchableTopicResponse()
			.setTopic(entry.topic())
			.setTopicId(entry.topicId());
		answer.responses().add(topic);
		return topic;
	}

	private static boolean listOffsets(ListOffsetsResponseData answer, Errors error, EditContext context) {
		boolean hit = false;
		for (ListOffsetsResponseData.ListOffsetsTopicResponse topic : answer.topics()) {
			for (ListOffsetsResponseData.ListOffsetsPartitionResponse partition : topic.partitions()) {
				if (context.covers(topic.name(), partition.partitionIndex())) {
					partition.setErrorCode(error.code())
						.setOffset(ListOffsetsResponse.UNKNOWN_OFFSET)
						.setTimestamp(ListOffsetsResponse.UNKNOWN_TIMESTAMP)
						.setLeaderEpoch(ListOffsetsResponse.UNKNOWN_EPOCH);
					hit = true;
				}
			}
		}
		return hit;
	}

	private static boolean epochs(OffsetForLeaderEpochResponseData answer, Errors error, EditContext context) {
		boolean hit = false;
		for (OffsetForLeaderEpochResponseData.OffsetForLeaderTopicResult topic : answer.topics()) {
			for (OffsetForLeaderEpochResponseData.EpochEndOffset partition : topic.partitions()) {
				if (context.covers(topic.topic(), partition.partition())) {
					partition.setErrorCode(error.code())
						.setLeaderEpoch(OffsetsForLeaderEpochResponse.UNDEFINED_EPOCH)
						.setEndOffset(OffsetsForLeaderEpochResponse.UNDEFINED_EPOCH_OFFSET);
					hit = true;
				}
			}
		}
		return hit;
	}

	private static boolean commit(OffsetCommitResponseData answer, Errors error, EditContext context) {
		boolean hit = false;
		for (OffsetCommitResponseData.OffsetCommitResponseTopic topic : answer.topics()) {
			for (OffsetCommitResponseData.OffsetCommitResponsePartition partition : topic.partitions()) {
				if (context.covers(topic.name(), topic.topicId(), partition.partitionIndex())) {
					partition.setErrorCode(error.code());
					hit = true;
				}
			}
		}
		return hit;
	}

	private static boolean committed(OffsetFetchResponseData answer, Errors error, EditContext context) {
		if (context.scope().topic() == null && !PARTITION_ERRORS.contains(error)) {
			answer.setErrorCode(error.code());
			answer.groups().forEach((group) -> group.setErrorCode(error.code()));
			return true;
		}
		boolean hit = false;
		// Up to version 7 there is one group, and its topics stand on top.
		for (OffsetFetchResponseData.OffsetFetchResponseTopic topic : answer.topics()) {
			for (OffsetFetchResponseData.OffsetFetchResponsePartition partition : topic.partitions()) {
				if (context.covers(topic.name(), partition.partitionIndex())) {
					partition.setErrorCode(error.code());
					hit = true;
				}
			}
		}
		for (OffsetFetchResponseData.OffsetFetchResponseGroup group : answer.groups()) {
			for (OffsetFetchResponseData.OffsetFetchResponseTopics topic : group.topics()) {
				for (OffsetFetchResponseData.OffsetFetchResponsePartitions partition : topic.partitions()) {
					if (context.covers(topic.name(), topic.topicId(), partition.partitionIndex())) {
						partition.setErrorCode(error.code());
						hit = true;
					}
				}
			}
		}
		return hit;
	}

	private static boolean metadata(MetadataResponseData answer, Errors error, EditContext context) {
		boolean hit = false;
		for (MetadataResponseData.MetadataResponseTopic topic : answer.topics()) {
			if (context.coversTopic(topic.name(), topic.topicId())) {
				topic.setErrorCode(error.code()).setPartitions(List.of());
				hit = true;
			}
		}
		return hit;
	}

	private static boolean topics(DescribeTopicPartitionsResponseData answer, Errors error, EditContext context) {
		boolean hit = false;
		for (DescribeTopicPartitionsResponseData.DescribeTopicPartitionsResponseTopic topic : answer.topics()) {
			if (context.coversTopic(topic.name(), topic.topicId())) {
				topic.setErrorCode(error.code()).setPartitions(List.of());
				hit = true;
			}
		}
		return hit;
	}

	private static boolean coordinator(FindCoordinatorResponseData answer, Errors error, EditContext context) {
		if (answer.coordinators().isEmpty()) {
			// Up to version 3.
			answer.setErrorCode(error.code());
		}
		answer.coordinators().forEach((coordinator) -> coordinator.setErrorCode(error.code()));
		return true;
	}

	private static <T extends ApiMessage> Editor editor(Class<T> type, TypedEditor<T> editor) {
		return (answer, error, context) -> editor.apply(type.cast(answer), error, context);
	}

	private static <T extends ApiMessage> Editor whole(Class<T> type, CodeSetter<T> setter) {
		return (answer, error, context) -> {
			setter.set(type.cast(answer), error.code());
			return true;
		};
	}

	private interface Editor {

		boolean apply(ApiMessage answer, Errors error, EditContext context);

	}

	private interface TypedEditor<T> {

		boolean apply(T answer, Errors error, EditContext context);

	}

	private interface CodeSetter<T> {

		// The generated setters return the message.
		Object set(T answer, short code);

	}

}
