/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.test;

import java.nio.ByteBuffer;

import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.requests.RequestUtils;
import org.apache.kafka.common.requests.ResponseHeader;
import org.jspecify.annotations.Nullable;

/**
 * One answer on its way to the client: the bytes that the broker has sent. It parses them
 * only when the wire asks for the body, and writes them anew only if a fault has changed
 * it.
 */
final class Answer {

	private final RequestHeader request;

	private final byte[] frame;

	private @Nullable ResponseHeader header;

	private @Nullable ApiMessage body;

	private boolean changed;

	Answer(RequestHeader request, byte[] frame) {
		this.request = request;
		this.frame = frame;
	}

	static int correlationId(byte[] frame) {
		return ByteBuffer.wrap(frame).getInt();
	}

	/**
	 * Tell whether the body has the layout the request's version promises. A broker that
	 * does not know the version of an ApiVersions request answers in version 0.
	 */
	boolean readable() {
		if (this.request.apiKey() != ApiKeys.API_VERSIONS) {
			return true;
		}
		return ByteBuffer.wrap(this.frame).getShort(Integer.BYTES) != Errors.UNSUPPORTED_VERSION.code();
	}

	ApiMessage body() {
		if (this.body == null) {
			ByteBuffer buffer = ByteBuffer.wrap(this.frame);
			this.header = ResponseHeader.parse(buffer, headerVersion());
			this.body = AbstractResponse
				.parseResponse(this.request.apiKey(), new ByteBufferAccessor(buffer), this.request.apiVersion())
				.data();
		}
		return this.body;
	}

	void changed() {
		this.changed = true;
	}

	ByteBuffer bytes() {
		if (!this.changed || this.header == null || this.body == null) {
			return ByteBuffer.wrap(this.frame);
		}
		return RequestUtils.serialize(this.header.data(), headerVersion(), this.body, this.request.apiVersion());
	}

	private short headerVersion() {
		return this.request.apiKey().responseHeaderVersion(this.request.apiVersion());
	}

}
