/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.test;

import java.util.Map;

import org.apache.kafka.common.message.DescribeClusterResponseData;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FindCoordinatorResponseData;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.ShareAcknowledgeResponseData;
import org.apache.kafka.common.message.ShareFetchResponseData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.requests.RequestHeader;

/**
 * Puts the wire's addresses into every answer that tells a client where a broker is, so
 * that no client gets around the wire.
 */
final class AddressRewriter {

	private final String host;

	private final Map<Integer, Integer> ports;

	/**
	 * Create a rewriter.
	 * @param host where the wire listens
	 * @param ports the wire's port for each broker id
	 */
	AddressRewriter(String host, Map<Integer, Integer> ports) {
		this.host = host;
		this.ports = Map.copyOf(ports);
	}

	boolean concerns(RequestHeader header) {
		return switch (header.apiKey()) {
			case METADATA, FIND_COORDINATOR, DESCRIBE_CLUSTER, SHARE_FETCH, SHARE_ACKNOWLEDGE -> true;
			// KIP-951: such answers tell where the new leader is, beside the error.
			case FETCH -> header.apiVersion() >= 16;
			case PRODUCE -> header.apiVersion() >= 10;
			default -> false;
		};
	}

	/**
	 * Rewrite the addresses in an answer.
	 * @return whether there were any
	 */
	boolean rewrite(ApiMessage answer) {
		Rewrite rewrite = new Rewrite();
		if (answer instanceof MetadataResponseData data) {
			data.brokers().forEach((node) -> rewrite.node(node.nodeId(), node::setHost, node::setPort));
		}
		else if (answer instanceof FindCoordinatorResponseData data) {
			if (data.coordinators().isEmpty()) {
				// Up to version 3.
				rewrite.node(data.nodeId(), data::setHost, data::setPort);
			}
			data.coordinators().forEach((node) -> rewrite.node(node.nodeId(), node::setHost, node::setPort));
		}
		else if (answer instanceof DescribeClusterResponseData data) {
			data.brokers().forEach((node) -> rewrite.node(node.brokerId(), node::setHost, node::setPort));
		}
		else if (answer instanceof FetchResponseData data) {
			data.nodeEndpoints().forEach((node) -> rewrite.node(node.nodeId(), node::setHost, node::setPort));
		}
		else if (answer instanceof ProduceResponseData data) {
			data.nodeEndpoints().forEach((node) -> rewrite.node(node.nodeId(), node::setHost, node::setPort));
		}
		else if (answer instanceof ShareFetchResponseData data) {
			data.nodeEndpoints().forEach((node) -> rewrite.node(node.nodeId(), node::setHost, node::setPort));
		}
		else if (answer instanceof ShareAcknowledgeResponseData data) {
			data.nodeEndpoints().forEach((node) -> rewrite.node(node.nodeId(), node::setHost, node::setPort));
		}
		return rewrite.done;
	}

	private final class Rewrite {

		private boolean done;

		void node(int id, HostSetter host, PortSetter port) {
			Integer wirePort = AddressRewriter.this.ports.get(id);
			if (wirePort != null) {
				host.set(AddressRewriter.this.host);
				port.set(wirePort);
				this.done = true;
			}
		}

	}

	// The generated setters return the message.

	private interface HostSetter {

		Object set(String host);

	}

	private interface PortSetter {

		Object set(int port);

	}

}
