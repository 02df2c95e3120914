/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.test;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;

import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.ApiVersionsRequest;
import org.apache.kafka.common.requests.ApiVersionsResponse;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.requests.RequestUtils;

/**
 * One connection that sends what it is told and never retries.
 */
final class RawClient implements AutoCloseable {

	private final String clientId;

	private final Socket socket;

	private final DataInputStream in;

	private final DataOutputStream out;

	private int correlationId = 1000;

	private RawClient(String server, String clientId) throws IOException {
		String[] address = server.split(":");
		this.clientId = clientId;
		this.socket = new Socket(address[0], Integer.parseInt(address[1]));
		this.socket.setTcpNoDelay(true);
		this.socket.setSoTimeout(10_000);
		this.in = new DataInputStream(this.socket.getInputStream());
		this.out = new DataOutputStream(this.socket.getOutputStream());
	}

	/** Connect to a broker through the wire. */
	static RawClient connect(KafkaCluster cluster, int broker, String clientId) throws IOException {
		return new RawClient(cluster.bootstrapServers().split(",")[broker], clientId);
	}

	static RawClient connect(KafkaCluster cluster) throws IOException {
		return connect(cluster, 0, "raw");
	}

	void timeout(int millis) throws IOException {
		this.socket.setSoTimeout(millis);
	}

	<T extends AbstractResponse> T call(AbstractRequest request, Class<T> type) throws IOException {
		return receive(send(request), type);
	}

	ApiVersionsResponse apiVersions() throws IOException {
		return call(new ApiVersionsRequest.Builder().build(), ApiVersionsResponse.class);
	}

	RequestHeader send(AbstractRequest request) throws IOException {
		RequestHeader header = header(request.apiKey(), request.version());
		send(request.serializeWithHeader(header));
		return header;
	}

	RequestHeader header(ApiKeys api, short version) {
		return new RequestHeader(api, version, this.clientId, this.correlationId++);
	}

	void send(ByteBuffer frame) throws IOException {
		byte[] bytes = new byte[frame.remaining()];
		frame.get(bytes);
		this.out.writeInt(bytes.length);
		this.out.write(bytes);
		this.out.flush();
	}

	<T extends AbstractResponse> T receive(RequestHeader header, Class<T> type) throws IOException {
		return type.cast(AbstractResponse.parseResponse(receive(), header));
	}

	ByteBuffer receive() throws IOException {
		byte[] bytes = new byte[this.in.readInt()];
		this.in.readFully(bytes);
		return ByteBuffer.wrap(bytes);
	}

	/** Send a body in a given version and return the answer. */
	AbstractResponse call(ApiKeys api, short version, ApiMessage body) throws IOException {
		RequestHeader header = header(api, version);
		send(RequestUtils.serialize(header.data(), header.headerVersion(), body, version));
		return receive(header, AbstractResponse.class);
	}

	@Override
	public void close() throws IOException {
		this.socket.close();
	}

}
