/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.test;

import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;

import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.ApiVersionsResponseData.ApiVersion;
import org.apache.kafka.common.message.DescribeClusterRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.requests.ApiVersionsRequest;
import org.apache.kafka.common.requests.ApiVersionsResponse;
import org.apache.kafka.common.requests.DescribeClusterRequest;
import org.apache.kafka.common.requests.DescribeClusterResponse;
import org.apache.kafka.common.requests.MetadataRequest;
import org.apache.kafka.common.requests.MetadataResponse;
import org.apache.kafka.common.requests.RequestHeader;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What the wire does to whole answers and connections, seen by a client that never
 * retries.
 */
@LyingKafka(brokers = 2)
@Timeout(60)
class WireTests {

	private final KafkaCluster cluster;

	private final Wire wire;

	WireTests(KafkaCluster cluster) {
		this.cluster = cluster;
		this.wire = cluster.wire();
	}

	@Test
	void recordsEveryRequest() throws IOException {
		Instant before = Instant.now();
		try (RawClient client = RawClient.connect(this.cluster, 1, "some-client")) {
			client.call(apiVersions(3), ApiVersionsResponse.class);
			client.call(MetadataRequest.Builder.allTopics().build((short) 12), MetadataResponse.class);
		}
		List<WireRequest> requests = this.wire.requests();
		assertThat(requests).usingRecursiveFieldByFieldElementComparatorIgnoringFields("at")
			.containsExactly(new WireRequest(1, "some-client", ApiKeys.API_VERSIONS, (short) 3, before),
					new WireRequest(1, "some-client", ApiKeys.METADATA, (short) 12, before));
		assertThat(requests).allSatisfy((request) -> assertThat(request.at()).isBetween(before, Instant.now()));
		assertThat(this.wire.count(ApiKeys.METADATA)).isEqualTo(1);
		assertThat(this.wire.count("some", ApiKeys.METADATA)).isEqualTo(1);
		assertThat(this.wire.count("other", ApiKeys.METADATA)).isZero();
		this.wire.forget();
		assertThat(this.wire.requests()).isEmpty();
	}

	@Test
	void advertisesVersionsTheBrokerDoesNotHave() throws IOException {
		try (RawClient client = RawClient.connect(this.cluster)) {
			ApiVersion honest = client.apiVersions().apiVersion(ApiKeys.METADATA.id);
			Fault.Handle fault = this.wire.inject(Fault.advertise(ApiKeys.METADATA, 2, 99));
			ApiVersion lie = client.apiVersions().apiVersion(ApiKeys.METADATA.id);
			assertThat(lie.minVersion()).isEqualTo((short) 2);
			assertThat(lie.maxVersion()).isEqualTo((short) 99);
			assertThat(fault.hits()).isEqualTo(1);
			fault.close();
			assertThat(client.apiVersions().apiVersion(ApiKeys.METADATA.id)).isEqualTo(honest);
		}
	}

	@Test
	void advertisesAnApiTheBrokerDoesNotHave() throws IOException {
		try (RawClient client = RawClient.connect(this.cluster)) {
			assertThat(client.apiVersions().apiVersion(ApiKeys.VOTE.id)).isNull();
			this.wire.inject(Fault.advertise(ApiKeys.VOTE, 0, 0));
			assertThat(client.apiVersions().apiVersion(ApiKeys.VOTE.id)).isNotNull();
		}
	}

	@Test
	void hidesAnApi() throws IOException {
		try (RawClient client = RawClient.connect(this.cluster)) {
			assertThat(client.apiVersions().apiVersion(ApiKeys.OFFSET_FOR_LEADER_EPOCH.id)).isNotNull();
			this.wire.inject(Fault.hide(ApiKeys.OFFSET_FOR_LEADER_EPOCH));
			assertThat(client.apiVersions().apiVersion(ApiKeys.OFFSET_FOR_LEADER_EPOCH.id)).isNull();
		}
	}

	@Test
	void leavesTheFallbackOfApiVersionsAlone() throws IOException {
		Fault.Handle fault = this.wire.inject(Fault.advertise(ApiKeys.FETCH, 0, 1));
		try (RawClient client = RawClient.connect(this.cluster)) {
			// A version from the future: the broker answers in version 0.
			RequestHeader future = client.header(ApiKeys.API_VERSIONS, (short) 99);
			ByteBuffer body = MessageUtil.toByteBufferAccessor(new ApiVersionsRequestData(), (short) 3).buffer();
			ByteBuffer header = MessageUtil.toByteBufferAccessor(future.data(), future.headerVersion()).buffer();
			client.send(ByteBuffer.allocate(header.remaining() + body.remaining()).put(header).put(body).flip());
			ApiVersionsResponse answer = client.receive(future, ApiVersionsResponse.class);
			assertThat(answer.data().errorCode()).isEqualTo(Errors.UNSUPPORTED_VERSION.code());
			assertThat(answer.data().apiKeys()).extracting(ApiVersion::apiKey).containsExactly(ApiKeys.API_VERSIONS.id);
		}
		assertThat(fault.hits()).isZero();
		assertThat(this.wire.requests()).extracting(WireRequest::version).containsExactly((short) 99);
	}

	@Test
	void resetsTheConnectionFromAVersionOn() throws IOException {
		Fault.Handle fault = this.wire.inject(Fault.reset(ApiKeys.API_VERSIONS, 4));
		try (RawClient client = RawClient.connect(this.cluster)) {
			client.call(apiVersions(3), ApiVersionsResponse.class);
			client.send(apiVersions(4));
			assertThatExceptionOfType(SocketException.class).isThrownBy(client::receive)
				.withMessage("Connection reset");
		}
		assertThat(fault.hits()).isEqualTo(1);
		assertThat(this.wire.count(ApiKeys.API_VERSIONS)).isEqualTo(2);
		fault.close();
		try (RawClient client = RawClient.connect(this.cluster)) {
			client.call(apiVersions(4), ApiVersionsResponse.class);
		}
	}

	@Test
	void silenceHoldsTheConnectionOpenUntilItEnds() throws IOException {
		try (RawClient client = RawClient.connect(this.cluster)) {
			client.timeout(300);
			Fault.Handle fault = this.wire.inject(Fault.silence(ApiKeys.METADATA));
			client.apiVersions();
			client.send(MetadataRequest.Builder.allTopics().build());
			assertThatExceptionOfType(SocketTimeoutException.class).isThrownBy(client::receive);
			// Answers keep their order, so the next one does not come either.
			client.send(new ApiVersionsRequest.Builder().build());
			assertThatExceptionOfType(SocketTimeoutException.class).isThrownBy(client::receive);
			assertThat(this.wire.count(ApiKeys.METADATA)).isEqualTo(1);
			assertThat(fault.hits()).isEqualTo(1);
			client.timeout(10_000);
			fault.close();
			assertThatExceptionOfType(EOFException.class).isThrownBy(client::receive);
		}
	}

	@Test
	void silenceOfAllApis() throws IOException {
		this.wire.inject(Fault.silence());
		try (RawClient client = RawClient.connect(this.cluster)) {
			client.timeout(300);
			assertThatExceptionOfType(SocketTimeoutException.class).isThrownBy(client::apiVersions);
		}
	}

	@Test
	void silenceIsForTheNamedClientOnly() throws IOException {
		this.wire.inject(Fault.silence().forClient("quiet"));
		try (RawClient quiet = RawClient.connect(this.cluster, 0, "quiet-1");
				RawClient loud = RawClient.connect(this.cluster, 0, "loud")) {
			quiet.timeout(300);
			assertThatExceptionOfType(SocketTimeoutException.class).isThrownBy(quiet::apiVersions);
			assertThat(loud.apiVersions().apiVersion(ApiKeys.FETCH.id)).isNotNull();
		}
	}

	@Test
	void delaysWithoutChangingTheOrder() throws IOException {
		try (RawClient client = RawClient.connect(this.cluster)) {
			Fault.Handle fault = this.wire.inject(Fault.delay(Duration.ofMillis(400), ApiKeys.METADATA));
			long start = System.nanoTime();
			RequestHeader slow = client.send(MetadataRequest.Builder.allTopics().build());
			RequestHeader fast = client.send(new ApiVersionsRequest.Builder().build());
			client.receive(slow, MetadataResponse.class);
			assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(400));
			client.receive(fast, ApiVersionsResponse.class);
			assertThat(fault.hits()).isEqualTo(1);
		}
	}

	@Test
	void endOfADelayReleasesTheAnswer() throws IOException {
		try (RawClient client = RawClient.connect(this.cluster)) {
			Fault.Handle fault = this.wire.inject(Fault.delay(Duration.ofHours(1)));
			RequestHeader header = client.send(new ApiVersionsRequest.Builder().build());
			Awaitility.await().until(() -> fault.hits() == 1);
			this.wire.honest();
			assertThat(client.receive(header, ApiVersionsResponse.class).data().errorCode()).isZero();
		}
	}

	@Test
	void disconnectsAllButLetsThemComeBack() throws IOException {
		try (RawClient client = RawClient.connect(this.cluster); RawClient other = RawClient.connect(this.cluster)) {
			client.apiVersions();
			other.apiVersions();
			this.wire.disconnectAll();
			assertThatExceptionOfType(EOFException.class).isThrownBy(client::receive);
			assertThatExceptionOfType(EOFException.class).isThrownBy(other::receive);
		}
		try (RawClient client = RawClient.connect(this.cluster)) {
			client.apiVersions();
		}
	}

	@Test
	void appliesOnTheNamedBrokerOnly() throws IOException {
		this.wire.inject(Fault.hide(ApiKeys.FETCH).onBroker(1));
		try (RawClient honest = RawClient.connect(this.cluster, 0, "raw");
				RawClient lying = RawClient.connect(this.cluster, 1, "raw")) {
			assertThat(honest.apiVersions().apiVersion(ApiKeys.FETCH.id)).isNotNull();
			assertThat(lying.apiVersions().apiVersion(ApiKeys.FETCH.id)).isNull();
		}
	}

	@Test
	void appliesOnlySoManyTimes() throws IOException {
		Fault.Handle fault = this.wire.inject(Fault.hide(ApiKeys.FETCH).times(2));
		try (RawClient client = RawClient.connect(this.cluster)) {
			assertThat(client.apiVersions().apiVersion(ApiKeys.FETCH.id)).isNull();
			assertThat(client.apiVersions().apiVersion(ApiKeys.FETCH.id)).isNull();
			assertThat(client.apiVersions().apiVersion(ApiKeys.FETCH.id)).isNotNull();
		}
		assertThat(fault.hits()).isEqualTo(2);
	}

	@Test
	void faultsWorkTogether() throws IOException {
		this.wire.inject(Fault.hide(ApiKeys.FETCH));
		this.wire.inject(Fault.advertise(ApiKeys.METADATA, 1, 1));
		try (RawClient client = RawClient.connect(this.cluster)) {
			ApiVersionsResponse answer = client.apiVersions();
			assertThat(answer.apiVersion(ApiKeys.FETCH.id)).isNull();
			assertThat(answer.apiVersion(ApiKeys.METADATA.id).maxVersion()).isEqualTo((short) 1);
			this.wire.honest();
			assertThat(client.apiVersions().apiVersion(ApiKeys.FETCH.id)).isNotNull();
		}
	}

	@Test
	void errorForAWholeAnswer() throws IOException {
		this.wire.inject(Fault.error(ApiKeys.DESCRIBE_CLUSTER, Errors.CLUSTER_AUTHORIZATION_FAILED));
		try (RawClient client = RawClient.connect(this.cluster)) {
			DescribeClusterRequest request = new DescribeClusterRequest.Builder(new DescribeClusterRequestData())
				.build();
			assertThat(client.call(request, DescribeClusterResponse.class).data().errorCode())
				.isEqualTo(Errors.CLUSTER_AUTHORIZATION_FAILED.code());
			this.wire.honest();
			assertThat(client.call(request, DescribeClusterResponse.class).data().errorCode()).isZero();
		}
	}

	@Test
	void garbageEndsTheConnectionOnly() throws IOException {
		try (RawClient client = RawClient.connect(this.cluster)) {
			client.send(ByteBuffer.wrap(new byte[] { 0x7f, 0x7f, 0x7f, 0x7f, 0, 0, 0, 1 }));
			assertThatExceptionOfType(IOException.class).isThrownBy(client::receive)
				.isNotInstanceOf(SocketTimeoutException.class);
		}
		try (RawClient client = RawClient.connect(this.cluster)) {
			client.apiVersions();
		}
		assertThat(this.wire.requests()).extracting(WireRequest::api).isEqualTo(List.of(ApiKeys.API_VERSIONS));
	}

	@Test
	void stoppedBrokerClosesConnections() throws IOException {
		assertThat(Set.copyOf(this.cluster.brokerIds())).containsExactlyInAnyOrder(0, 1);
		try (RawClient client = RawClient.connect(this.cluster, 1, "raw")) {
			client.apiVersions();
			this.cluster.stopBroker(1);
			assertThatExceptionOfType(EOFException.class).isThrownBy(client::receive);
		}
		try (RawClient client = RawClient.connect(this.cluster, 1, "raw")) {
			assertThatExceptionOfType(IOException.class).isThrownBy(client::apiVersions)
				.isNotInstanceOf(SocketTimeoutException.class);
		}
		this.cluster.startBroker(1);
		try (RawClient client = RawClient.connect(this.cluster, 1, "raw")) {
			client.apiVersions();
		}
	}

	private static ApiVersionsRequest apiVersions(int version) {
		return new ApiVersionsRequest.Builder().build((short) version);
	}

}
