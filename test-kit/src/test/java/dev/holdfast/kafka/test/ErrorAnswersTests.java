/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.test;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData;
import org.apache.kafka.common.message.DescribeClusterRequestData;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetFetchRequestData;
import org.apache.kafka.common.message.OffsetFetchResponseData;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Errors in every version of every supported API: there while the fault is, in as many
 * places as it says, gone afterwards.
 */
@LyingKafka
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ErrorAnswersTests {

	private static final String TOPIC = "errors";

	/** The group coordinator's answers to a member that it does not know. */
	private static final Errors ERROR = Errors.UNSTABLE_OFFSET_COMMIT;

	private static final Map<ApiKeys, IntFunction<ApiMessage>> BY_PARTITION = Map.of(ApiKeys.FETCH,
			ErrorAnswersTests::fetch, ApiKeys.LIST_OFFSETS, ErrorAnswersTests::listOffsets,
			ApiKeys.OFFSET_FOR_LEADER_EPOCH, ErrorAnswersTests::epochs, ApiKeys.OFFSET_COMMIT,
			ErrorAnswersTests::commit, ApiKeys.OFFSET_FETCH, ErrorAnswersTests::committed);

	private static final Map<ApiKeys, IntFunction<ApiMessage>> BY_TOPIC = Map.of(ApiKeys.METADATA,
			ErrorAnswersTests::metadata, ApiKeys.DESCRIBE_TOPIC_PARTITIONS, ErrorAnswersTests::topics);

	private static final Map<ApiKeys, IntFunction<ApiMessage>> WHOLE = Map.of(ApiKeys.FIND_COORDINATOR,
			ErrorAnswersTests::coordinator, ApiKeys.DESCRIBE_CLUSTER, (version) -> new DescribeClusterRequestData(),
			ApiKeys.HEARTBEAT, (version) -> new HeartbeatRequestData().setGroupId(TOPIC).setMemberId("nobody"),
			ApiKeys.JOIN_GROUP,
			(version) -> new JoinGroupRequestData().setGroupId(TOPIC)
				.setSessionTimeoutMs(10_000)
				.setMemberId("nobody")
				.setProtocolType("consumer"),
			ApiKeys.SYNC_GROUP, (version) -> new SyncGroupRequestData().setGroupId(TOPIC).setMemberId("nobody"),
			ApiKeys.CONSUMER_GROUP_HEARTBEAT,
			(version) -> new ConsumerGroupHeartbeatRequestData().setGroupId(TOPIC)
				.setMemberId("nobody")
				.setMemberEpoch(5));

	private static Uuid topicId = Uuid.ZERO_UUID;

	private final KafkaCluster cluster;

	ErrorAnswersTests(KafkaCluster cluster) throws Exception {
		this.cluster = cluster;
		cluster.createTopic(TOPIC, 2);
		cluster.produce(new TopicPartition(TOPIC, 0), 3);
		cluster.produce(new TopicPartition(TOPIC, 1), 3);
		cluster.commit(TOPIC, new TopicPartition(TOPIC, 0), new OffsetAndMetadata(1));
		topicId = cluster.admin().describeTopics(Set.of(TOPIC)).allTopicNames().get().get(TOPIC).topicId();
	}

	static Stream<Arguments> byPartition() {
		return versions(BY_PARTITION);
	}

	static Stream<Arguments> byTopic() {
		return versions(BY_TOPIC);
	}

	static Stream<Arguments> whole() {
		return versions(WHOLE);
	}

	private static Stream<Arguments> versions(Map<ApiKeys, IntFunction<ApiMessage>> requests) {
		return requests.entrySet()
			.stream()
			.sorted(Map.Entry.comparingByKey())
			.flatMap((entry) -> IntStream
				.rangeClosed(entry.getKey().oldestVersion(), entry.getKey().latestVersion(false))
				.mapToObj((version) -> Arguments.of(entry.getKey(), version, entry.getValue().apply(version))));
	}

	@ParameterizedTest(name = "{0} v{1}")
	@MethodSource("byPartition")
	void partitions(ApiKeys api, int version, ApiMessage request) throws Exception {
		Wire wire = this.cluster.wire();
		try (RawClient client = RawClient.connect(this.cluster)) {
			assertThat(errors(client, api, version, request)).isZero();
			wire.inject(Fault.error(api, ERROR));
			assertThat(errors(client, api, version, request)).isEqualTo(2);
			wire.honest();
			wire.inject(Fault.error(api, ERROR).forPartition(new TopicPartition(TOPIC, 1)));
			assertThat(errors(client, api, version, request)).isEqualTo(1);
			wire.honest();
			wire.inject(Fault.error(api, ERROR).forTopic(TOPIC));
			assertThat(errors(client, api, version, request)).isEqualTo(2);
			wire.honest();
			Fault.Handle other = wire.inject(Fault.error(api, ERROR).forTopic("other"));
			assertThat(errors(client, api, version, request)).isZero();
			assertThat(other.hits()).isZero();
		}
	}

	@ParameterizedTest(name = "{0} v{1}")
	@MethodSource("byTopic")
	void topics(ApiKeys api, int version, ApiMessage request) throws Exception {
		Wire wire = this.cluster.wire();
		try (RawClient client = RawClient.connect(this.cluster)) {
			assertThat(errors(client, api, version, request)).isZero();
			wire.inject(Fault.error(api, ERROR).forTopic(TOPIC));
			assertThat(errors(client, api, version, request)).isEqualTo(1);
			wire.honest();
			wire.inject(Fault.error(api, ERROR).forTopic("other"));
			assertThat(errors(client, api, version, request)).isZero();
		}
	}

	@ParameterizedTest(name = "{0} v{1}")
	@MethodSource("whole")
	void wholeAnswers(ApiKeys api, int version, ApiMessage request) throws Exception {
		try (RawClient client = RawClient.connect(this.cluster)) {
			assertThat(errors(client, api, version, request)).isZero();
			this.cluster.wire().inject(Fault.error(api, ERROR));
			assertThat(errors(client, api, version, request)).isEqualTo(1);
		}
	}

	@Test
	void everySupportedApiIsTested() {
		assertThat(Stream.of(BY_PARTITION, BY_TOPIC, WHOLE).map(Map::keySet).flatMap(Collection::stream))
			.containsExactlyInAnyOrderElementsOf(ErrorAnswers.supported());
	}

	@Test
	void errorOfTheGroupGoesToTheGroup() throws Exception {
		this.cluster.wire().inject(Fault.error(ApiKeys.OFFSET_FETCH, Errors.GROUP_AUTHORIZATION_FAILED));
		try (RawClient client = RawClient.connect(this.cluster)) {
			AbstractResponse old = client.call(ApiKeys.OFFSET_FETCH, (short) 7, committed(7));
			assertThat(old.errorCounts()).containsEntry(Errors.GROUP_AUTHORIZATION_FAILED, 1);
			AbstractResponse now = client.call(ApiKeys.OFFSET_FETCH, (short) 10, committed(10));
			assertThat(now.errorCounts()).containsEntry(Errors.GROUP_AUTHORIZATION_FAILED, 1);
		}
	}

	@ParameterizedTest(name = "v{0}")
	@ValueSource(ints = { 1, 7, 8, 9, 10 })
	void commitThatIsDenied(int version) throws Exception {
		TopicPartition committed = new TopicPartition(TOPIC, 0);
		Fault.Handle other = this.cluster.wire()
			.inject(Fault.noCommittedOffset().forPartition(new TopicPartition(TOPIC, 1)));
		try (RawClient client = RawClient.connect(this.cluster)) {
			assertThat(commits(client, version)).containsExactly(1L, -1L);
			assertThat(other.hits()).isZero();
			Fault.Handle denied = this.cluster.wire()
				.inject(Fault.noCommittedOffset().forPartition(committed).times(1));
			assertThat(commits(client, version)).containsExactly(-1L, -1L);
			assertThat(commits(client, version)).containsExactly(1L, -1L);
			assertThat(denied.hits()).isEqualTo(1);
		}
	}

	private static List<Long> commits(RawClient client, int version) throws Exception {
		OffsetFetchResponseData answer = (OffsetFetchResponseData) client
			.call(ApiKeys.OFFSET_FETCH, (short) version, committed(version))
			.data();
		return (version < 8)
				? answer.topics()
					.stream()
					.flatMap((topic) -> topic.partitions().stream())
					.map(OffsetFetchResponseData.OffsetFetchResponsePartition::committedOffset)
					.toList()
				: answer.groups()
					.stream()
					.flatMap((group) -> group.topics().stream())
					.flatMap((topic) -> topic.partitions().stream())
					.map(OffsetFetchResponseData.OffsetFetchResponsePartitions::committedOffset)
					.toList();
	}

	private static int errors(RawClient client, ApiKeys api, int version, ApiMessage request) throws Exception {
		return client.call(api, (short) version, request).errorCounts().getOrDefault(ERROR, 0);
	}

	private static ApiMessage fetch(int version) {
		FetchRequestData.FetchTopic topic = new FetchRequestData.FetchTopic();
		topic.partitions().add(new FetchRequestData.FetchPartition().setPartition(0).setPartitionMaxBytes(1000));
		topic.partitions().add(new FetchRequestData.FetchPartition().setPartition(1).setPartitionMaxBytes(1000));
		if (version >= 13) {
			topic.setTopicId(topicId);
		}
		else {
			topic.setTopic(TOPIC);
		}
		return new FetchRequestData().setTopics(List.of(topic)).setMaxBytes(1000);
	}

	private static ApiMessage listOffsets(int version) {
		ListOffsetsRequestData.ListOffsetsTopic topic = new ListOffsetsRequestData.ListOffsetsTopic().setName(TOPIC);
		for (int i = 0; i < 2; i++) {
			topic.partitions()
				.add(new ListOffsetsRequestData.ListOffsetsPartition().setPartitionIndex(i).setTimestamp(-1));
		}
		return new ListOffsetsRequestData().setReplicaId(-1).setTopics(List.of(topic));
	}

	private static ApiMessage epochs(int version) {
		OffsetForLeaderEpochRequestData request = new OffsetForLeaderEpochRequestData().setReplicaId(-1);
		OffsetForLeaderEpochRequestData.OffsetForLeaderTopic topic = new OffsetForLeaderEpochRequestData.OffsetForLeaderTopic()
			.setTopic(TOPIC);
		for (int i = 0; i < 2; i++) {
			topic.partitions()
				.add(new OffsetForLeaderEpochRequestData.OffsetForLeaderPartition().setPartition(i).setLeaderEpoch(0));
		}
		request.topics().add(topic);
		return request;
	}

	private static ApiMessage commit(int version) {
		OffsetCommitRequestData.OffsetCommitRequestTopic topic = new OffsetCommitRequestData.OffsetCommitRequestTopic();
		for (int i = 0; i < 2; i++) {
			topic.partitions()
				.add(new OffsetCommitRequestData.OffsetCommitRequestPartition().setPartitionIndex(i)
					.setCommittedOffset(1));
		}
		if (version >= 10) {
			topic.setTopicId(topicId);
		}
		else {
			topic.setName(TOPIC);
		}
		return new OffsetCommitRequestData().setGroupId(TOPIC).setTopics(List.of(topic));
	}

	private static ApiMessage committed(int version) {
		if (version < 8) {
			return new OffsetFetchRequestData().setGroupId(TOPIC)
				.setTopics(List.of(new OffsetFetchRequestData.OffsetFetchRequestTopic().setName(TOPIC)
					.setPartitionIndexes(List.of(0, 1))));
		}
		OffsetFetchRequestData.OffsetFetchRequestTopics topic = new OffsetFetchRequestData.OffsetFetchRequestTopics()
			.setPartitionIndexes(List.of(0, 1));
		if (version >= 10) {
			topic.setTopicId(topicId);
		}
		else {
			topic.setName(TOPIC);
		}
		return new OffsetFetchRequestData().setGroups(List
			.of(new OffsetFetchRequestData.OffsetFetchRequestGroup().setGroupId(TOPIC).setTopics(List.of(topic))));
	}

	private static ApiMessage metadata(int version) {
		return new MetadataRequestData()
			.setTopics(List.of(new MetadataRequestData.MetadataRequestTopic().setName(TOPIC)));
	}

	private static ApiMessage topics(int version) {
		return new DescribeTopicPartitionsRequestData()
			.setTopics(List.of(new DescribeTopicPartitionsRequestData.TopicRequest().setName(TOPIC)));
	}

	private static ApiMessage coordinator(int version) {
		FindCoordinatorRequestData request = new FindCoordinatorRequestData();
		return (version >= 4) ? request.setCoordinatorKeys(List.of(TOPIC)) : request.setKey(TOPIC);
	}

}
