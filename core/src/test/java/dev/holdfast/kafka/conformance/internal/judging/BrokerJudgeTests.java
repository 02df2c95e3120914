/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.conformance.internal.judging;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;

import dev.holdfast.kafka.conformance.internal.evidence.Answer;
import dev.holdfast.kafka.conformance.internal.evidence.BrokerFacts;
import dev.holdfast.kafka.versioncap.BrokerVersions;
import dev.holdfast.kafka.versioncap.rules.GroupProtocol;
import dev.holdfast.kafka.versioncap.rules.KafkaApi;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What brokers say about themselves, the cluster and its topics.
 */
@Timeout(value = 30, unit = TimeUnit.SECONDS)
class BrokerJudgeTests {

	private static final String ID = "kfD_ErEzTmmvPgPbDo6j3g";

	private static String text(Judgement judgement) {
		return (judgement.verdict() + " " + judgement.kind()).trim();
	}

	/**
	 * A broker that offers what the client knows, but one API only up to a version, or
	 * not at all.
	 */
	private static Answer<BrokerVersions> offering(String api, @Nullable Integer version) {
		List<BrokerVersions.Line> lines = new ArrayList<>();
		for (KafkaApi each : KafkaApi.all()) {
			Integer max = each.equals(KafkaApi.of(api)) ? version : Integer.valueOf(each.latestVersion());
			if (max != null) {
				lines.add(new BrokerVersions.Line(each, 0, max, each.oldestVersion(), each.latestVersion(),
						OptionalInt.empty(), OptionalInt.empty()));
			}
		}
		return new Answer.Given<>(new BrokerVersions("1", lines, "guess"));
	}

	private static BrokerFacts broker(Answer<BrokerVersions> versions) {
		return new BrokerFacts(1, new Answer.Given<>(true), versions, new Answer.Given<>(Optional.of(ID)), Map.of());
	}

	private static BrokerFacts broker(int id, @Nullable String clusterId, Uuid topicId) {
		return new BrokerFacts(id, new Answer.Given<>(true), offering("Fetch", 17),
				new Answer.Given<>(Optional.ofNullable(clusterId)), Map.of("topic", new Answer.Given<>(topicId)));
	}

	private static String offered(String api, @Nullable Integer version, GroupProtocol protocol) {
		return text(BrokerJudge.offeredVersions(broker(offering(api, version)), protocol));
	}

	@Test
	void newestApiVersions() {
		BrokerFacts broker = broker(offering("Fetch", 17));
		BrokerFacts resetting = new BrokerFacts(1, new Answer.Given<>(false), broker.versions(), broker.clusterId(),
				Map.of());
		BrokerFacts silent = new BrokerFacts(1, new Answer.Silent<>(), new Answer.Silent<>(), new Answer.Silent<>(),
				Map.of());

		assertThat(text(BrokerJudge.apiVersions(broker))).isEqualTo("sound");
		assertThat(text(BrokerJudge.apiVersions(resetting))).isEqualTo("failed resets");
		assertThat(text(BrokerJudge.apiVersions(silent))).isEqualTo("failed no-answer");
	}

	@Test
	void offeredVersions() {
		assertThat(offered("Fetch", KafkaApi.FETCH.latestVersion(), GroupProtocol.CLASSIC)).isEqualTo("sound");
		assertThat(offered("Fetch", 3, GroupProtocol.CLASSIC)).isEqualTo("failed below-floor");
		assertThat(offered("Fetch", null, GroupProtocol.CONSUMER)).isEqualTo("failed below-floor");
		assertThat(offered("Metadata", 3, GroupProtocol.CLASSIC)).isEqualTo("failed below-floor");
		assertThat(offered("OffsetForLeaderEpoch", 2, GroupProtocol.CLASSIC)).isEqualTo("warning features-lost");
		assertThat(offered("ConsumerGroupHeartbeat", null, GroupProtocol.CLASSIC)).isEqualTo("sound");
		assertThat(offered("ConsumerGroupHeartbeat", null, GroupProtocol.CONSUMER)).isEqualTo("failed below-floor");
		assertThat(text(BrokerJudge.offeredVersions(broker(new Answer.NotAsked<>("no hook")), GroupProtocol.CLASSIC)))
			.isEqualTo("skipped");
	}

	@Test
	void versionsAboveAllThatTheClientKnowsAreNone() {
		List<BrokerVersions.Line> lines = List.of(new BrokerVersions.Line(KafkaApi.FETCH,
				KafkaApi.FETCH.latestVersion() + 1, KafkaApi.FETCH.latestVersion() + 2, KafkaApi.FETCH.oldestVersion(),
				KafkaApi.FETCH.latestVersion(), OptionalInt.empty(), OptionalInt.empty()));

		Judgement judgement = BrokerJudge
			.offeredVersions(broker(new Answer.Given<>(new BrokerVersions("1", lines, ""))), GroupProtocol.CLASSIC);

		assertThat(judgement.detail()).contains("Fetch");
	}

	@Test
	void clusterIds() {
		Uuid topic = Uuid.randomUuid();

		assertThat(text(BrokerJudge.clusterId(List.of(broker(1, ID, topic), broker(2, ID, topic))))).isEqualTo("sound");
		assertThat(text(BrokerJudge.clusterId(List.of(broker(1, ID, topic), broker(2, "other", topic)))))
			.isEqualTo("failed differs");
		assertThat(text(BrokerJudge.clusterId(List.of(broker(1, ID, topic), broker(2, null, topic)))))
			.isEqualTo("failed differs");
		assertThat(text(BrokerJudge.clusterId(List.of(broker(1, null, topic))))).isEqualTo("warning absent");
		assertThat(text(BrokerJudge.clusterId(List.of(broker(1, " ", topic))))).isEqualTo("warning absent");
		assertThat(text(BrokerJudge.clusterId(List.of()))).isEqualTo("skipped");
		assertThat(text(BrokerJudge.clusterId(List.of(new BrokerFacts(1, new Answer.Given<>(true),
				new Answer.Silent<>(), new Answer.Failed<>("error"), Map.of())))))
			.isEqualTo("failed error");
	}

	@ParameterizedTest
	@ValueSource(strings = { "4L6g3nShT-eMCtK--X86sw", "5L6g3nShT-eMCtK--X86sw", "MkU3OEVBNTcwNTJENDM2Qk" })
	void clusterIdsOfImagesAreShared(String id) {
		assertThat(text(BrokerJudge.clusterId(List.of(broker(1, id, Uuid.randomUuid()))))).isEqualTo("warning shared");
	}

	@Test
	void topicIds() {
		Uuid id = Uuid.randomUuid();
		BrokerFacts silent = new BrokerFacts(2, new Answer.Given<>(true), offering("Fetch", 17),
				new Answer.Given<>(Optional.of(ID)), Map.of("topic", new Answer.Silent<>()));

		assertThat(BrokerJudge.topicIds(List.of(broker(1, ID, id), broker(2, ID, id)))).hasEntrySatisfying("topic",
				(judgement) -> assertThat(text(judgement)).isEqualTo("sound"));
		assertThat(BrokerJudge.topicIds(List.of(broker(1, ID, id), broker(2, ID, Uuid.randomUuid()))))
			.hasEntrySatisfying("topic", (judgement) -> assertThat(text(judgement)).isEqualTo("failed differs"));
		assertThat(BrokerJudge.topicIds(List.of(broker(1, ID, Uuid.ZERO_UUID)))).hasEntrySatisfying("topic",
				(judgement) -> assertThat(text(judgement)).isEqualTo("warning absent"));
		assertThat(BrokerJudge.topicIds(List.of(broker(1, ID, id), silent))).hasEntrySatisfying("topic",
				(judgement) -> assertThat(text(judgement)).isEqualTo("failed no-answer"));
	}

}
