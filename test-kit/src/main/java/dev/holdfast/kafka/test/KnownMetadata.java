/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.test;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.requests.RequestUtils;
import org.apache.kafka.common.requests.ResponseHeader;
import org.jspecify.annotations.Nullable;

/**
 * What one broker knows. Clients of Kafka ask any broker, and remember.
 *
 * @param brokers the brokers that are alive
 * @param topicNames the topics
 * @param leaders who leads
 */
record KnownMetadata(Set<Integer> brokers, Map<Uuid, String> topicNames,
		Map<TopicPartition, Brokers.Leadership> leaders) {

	/** All brokers from 3.0 on know it, and it has topic ids and epochs. */
	private static final short VERSION = 12;

	private static final int TIMEOUT_MILLIS = 10_000;

	/**
	 * Ask a broker.
	 * @return nothing if it does not answer
	 */
	static Optional<KnownMetadata> of(@Nullable InetSocketAddress broker) {
		try (Socket socket = new Socket()) {
			socket.connect(broker, TIMEOUT_MILLIS);
			socket.setSoTimeout(TIMEOUT_MILLIS);
			return Optional.of(of(ask(socket)));
		}
		catch (IOException ex) {
			return Optional.empty();
		}
	}

	private static MetadataResponseData ask(Socket socket) throws IOException {
		RequestHeader header = new RequestHeader(ApiKeys.METADATA, VERSION, "holdfast-cluster", 1);
		ByteBuffer request = RequestUtils.serialize(header.data(), header.headerVersion(),
				new MetadataRequestData().setTopics(null).setAllowAutoTopicCreation(false), VERSION);
		DataOutputStream out = new DataOutputStream(socket.getOutputStream());
		out.writeInt(request.remaining());
		out.write(request.array(), request.arrayOffset() + request.position(), request.remaining());
		out.flush();
		DataInputStream in = new DataInputStream(socket.getInputStream());
		byte[] frame = new byte[in.readInt()];
		in.readFully(frame);
		ByteBuffer answer = ByteBuffer.wrap(frame);
		ResponseHeader.parse(answer, ApiKeys.METADATA.responseHeaderVersion(VERSION));
		return new MetadataResponseData(new ByteBufferAccessor(answer), VERSION);
	}

	private static KnownMetadata of(MetadataResponseData answer) {
		Set<Integer> brokers = new HashSet<>();
		answer.brokers().forEach((broker) -> brokers.add(broker.nodeId()));
		Map<Uuid, String> topicNames = new HashMap<>();
		Map<TopicPartition, Brokers.Leadership> leaders = new HashMap<>();
		answer.topics().forEach((topic) -> {
			topicNames.put(topic.topicId(), topic.name());
			topic.partitions()
				.forEach((partition) -> leaders.put(new TopicPartition(topic.name(), partition.partitionIndex()),
						new Brokers.Leadership(partition.leaderId(), partition.leaderEpoch())));
		});
		return new KnownMetadata(brokers, topicNames, leaders);
	}

	Optional<Brokers.Leadership> leader(TopicPartition partition) {
		return Optional.ofNullable(this.leaders.get(partition));
	}

}
