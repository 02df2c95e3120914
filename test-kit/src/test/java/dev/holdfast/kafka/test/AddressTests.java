/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.test;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.apache.kafka.common.Node;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.DescribeClusterRequestData;
import org.apache.kafka.common.message.DescribeClusterResponseData;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.FindCoordinatorResponseData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.ShareAcknowledgeResponseData;
import org.apache.kafka.common.message.ShareFetchRequestData;
import org.apache.kafka.common.message.ShareFetchResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.record.MemoryRecords;
import org.apache.kafka.common.record.SimpleRecord;
import org.apache.kafka.common.requests.MetadataResponse;
import org.apache.kafka.common.requests.RequestUtils;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Every answer that says where a broker is says where the wire is.
 */
@LyingKafka(brokers = 2)
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AddressTests {

	private final KafkaCluster cluster;

	private Uuid topicId = Uuid.ZERO_UUID;

	AddressTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	@BeforeAll
	void createTopic() throws Exception {
		this.cluster.createTopic("led-by-0", Map.of(0, List.of(0)), Map.of());
		this.topicId = this.cluster.admin()
			.describeTopics(Set.of("led-by-0"))
			.allTopicNames()
			.get()
			.get("led-by-0")
			.topicId();
		// Creates the topic of the group coordinator.
		assertThat(this.cluster.committed("group")).isEmpty();
	}

	static Stream<Arguments> versions() {
		return Stream
			.of(ApiKeys.METADATA, ApiKeys.FIND_COORDINATOR, ApiKeys.DESCRIBE_CLUSTER, ApiKeys.FETCH, ApiKeys.PRODUCE,
					ApiKeys.SHARE_FETCH)
			.flatMap((api) -> IntStream.rangeClosed(first(api), api.latestVersion(false))
				.mapToObj((version) -> Arguments.of(api, version)));
	}

	private static int first(ApiKeys api) {
		return switch (api) {
			case FETCH -> 16;
			case PRODUCE -> 10;
			default -> api.oldestVersion();
		};
	}

	@ParameterizedTest(name = "{0} v{1}")
	@MethodSource("versions")
	void pointToTheWire(ApiKeys api, int version) throws IOException {
		// Broker 1 does not lead the topic, and says who does.
		try (RawClient client = RawClient.connect(this.cluster, 1, "raw")) {
			List<Node> nodes = nodes(client.call(api, (short) version, request(api, version)).data());
			assertThat(nodes).isNotEmpty()
				.allSatisfy((node) -> assertThat(node.host() + ":" + node.port())
					.isEqualTo(this.cluster.bootstrapServers().split(",")[node.id()]));
		}
	}

	@Test
	void answersOfUnansweredRequestsAreNotMistaken() throws IOException {
		try (RawClient client = RawClient.connect(this.cluster)) {
			ProduceRequestData unanswered = produce(12).setAcks((short) 0);
			client.send(RequestUtils.serialize(client.header(ApiKeys.PRODUCE, (short) 12).data(), (short) 2, unanswered,
					(short) 12));
			MetadataResponse answer = (MetadataResponse) client.call(ApiKeys.METADATA, (short) 12,
					new MetadataRequestData());
			assertThat(answer.brokers()).extracting(Node::port)
				.allSatisfy((port) -> assertThat(this.cluster.bootstrapServers()).contains(":" + port));
		}
	}

	@Test
	void shareAcknowledgeIsRewritten() {
		ShareAcknowledgeResponseData answer = new ShareAcknowledgeResponseData();
		answer.nodeEndpoints()
			.add(new ShareAcknowledgeResponseData.NodeEndpoint().setNodeId(7).setHost("h").setPort(1));
		assertThat(new AddressRewriter("wire", Map.of(7, 77)).rewrite(answer)).isTrue();
		assertThat(nodes(answer)).containsExactly(new Node(7, "wire", 77));
		assertThat(new AddressRewriter("wire", Map.of()).rewrite(answer)).isFalse();
	}

	private ApiMessage request(ApiKeys api, int version) {
		return switch (api) {
			case METADATA -> new MetadataRequestData().setTopics(List.of());
			case DESCRIBE_CLUSTER -> new DescribeClusterRequestData();
			case FIND_COORDINATOR ->
				(version >= 4) ? new FindCoordinatorRequestData().setCoordinatorKeys(List.of("group"))
						: new FindCoordinatorRequestData().setKey("group");
			case FETCH -> fetch();
			case PRODUCE -> produce(version);
			case SHARE_FETCH -> shareFetch();
			default -> throw new IllegalArgumentException(api.name);
		};
	}

	private ApiMessage fetch() {
		FetchRequestData.FetchTopic topic = new FetchRequestData.FetchTopic().setTopicId(this.topicId);
		topic.partitions().add(new FetchRequestData.FetchPartition().setPartition(0).setPartitionMaxBytes(1000));
		return new FetchRequestData().setTopics(List.of(topic)).setMaxBytes(1000);
	}

	private ProduceRequestData produce(int version) {
		ProduceRequestData.TopicProduceData topic = new ProduceRequestData.TopicProduceData();
		topic.partitionData()
			.add(new ProduceRequestData.PartitionProduceData().setIndex(0)
				.setRecords(MemoryRecords.withRecords(Compression.NONE, new SimpleRecord(new byte[1]))));
		if (version >= 13) {
			topic.setTopicId(this.topicId);
		}
		else {
			topic.setName("led-by-0");
		}
		ProduceRequestData request = new ProduceRequestData().setAcks((short) 1).setTimeoutMs(1000);
		request.topicData().add(topic);
		return request;
	}

	private ApiMessage shareFetch() {
		ShareFetchRequestData.FetchTopic topic = new ShareFetchRequestData.FetchTopic().setTopicId(this.topicId);
		topic.partitions().add(new ShareFetchRequestData.FetchPartition().setPartitionIndex(0));
		ShareFetchRequestData request = new ShareFetchRequestData().setGroupId("share")
			.setMemberId(Uuid.randomUuid().toString())
			.setMaxRecords(1)
			.setBatchSize(1);
		request.topics().add(topic);
		return request;
	}

	private static List<Node> nodes(ApiMessage answer) {
		if (answer instanceof MetadataResponseData data) {
			return data.brokers().stream().map((node) -> new Node(node.nodeId(), node.host(), node.port())).toList();
		}
		if (answer instanceof DescribeClusterResponseData data) {
			return data.brokers().stream().map((node) -> new Node(node.brokerId(), node.host(), node.port())).toList();
		}
		if (answer instanceof FindCoordinatorResponseData data && data.coordinators().isEmpty()) {
			return List.of(new Node(data.nodeId(), data.host(), data.port()));
		}
		if (answer instanceof FindCoordinatorResponseData data) {
			return data.coordinators()
				.stream()
				.map((node) -> new Node(node.nodeId(), node.host(), node.port()))
				.toList();
		}
		if (answer instanceof FetchResponseData data) {
			return data.nodeEndpoints()
				.stream()
				.map((node) -> new Node(node.nodeId(), node.host(), node.port()))
				.toList();
		}
		if (answer instanceof ProduceResponseData data) {
			return data.nodeEndpoints()
				.stream()
				.map((node) -> new Node(node.nodeId(), node.host(), node.port()))
				.toList();
		}
		if (answer instanceof ShareFetchResponseData data) {
			return data.nodeEndpoints()
				.stream()
				.map((node) -> new Node(node.nodeId(), node.host(), node.port()))
				.toList();
		}
		ShareAcknowledgeResponseData data = (ShareAcknowledgeResponseData) answer;
		return data.nodeEndpoints().stream().map((node) -> new Node(node.nodeId(), node.host(), node.port())).toList();
	}

}
