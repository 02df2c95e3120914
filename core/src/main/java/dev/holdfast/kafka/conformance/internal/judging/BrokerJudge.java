/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.conformance.internal.judging;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

import dev.holdfast.kafka.conformance.internal.evidence.Answer;
import dev.holdfast.kafka.conformance.internal.evidence.BrokerFacts;
import dev.holdfast.kafka.versioncap.BrokerVersions;
import dev.holdfast.kafka.versioncap.rules.ConsumerNeed;
import dev.holdfast.kafka.versioncap.rules.GroupProtocol;
import dev.holdfast.kafka.versioncap.rules.KafkaApi;
import dev.holdfast.kafka.versioncap.rules.VersionCap;
import dev.holdfast.kafka.versioncap.rules.VersionCapCheck;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * Judges what brokers say about themselves, the cluster and its topics.
 */
final class BrokerJudge {

	private static final String UNKNOWN_TOPIC = UnknownTopicOrPartitionException.class.getSimpleName();

	/**
	 * The ids that container images give to each cluster that gets no id of its own:
	 * those of Kafka's own image, and of the examples of Confluent's.
	 */
	private static final Set<String> SHARED_IDS = Set.of("4L6g3nShT-eMCtK--X86sw", "5L6g3nShT-eMCtK--X86sw",
			"MkU3OEVBNTcwNTJENDM2Qk");

	private BrokerJudge() {
	}

	static Judgement apiVersions(BrokerFacts broker) {
		Boolean answered = broker.newestApiVersions().value();
		int newest = KafkaApi.API_VERSIONS.latestVersion();
		if (answered == null) {
			return Judgement.withoutAnswer("ApiVersions", broker.newestApiVersions());
		}
		return answered ? Judgement.sound("version " + newest + " is answered") : Judgement.failed("resets",
				"version %d is not answered, older ones are: clients connect for ever".formatted(newest));
	}

	/**
	 * Takes what a broker does not offer for a cap, and looks what consumers lose by it.
	 */
	static Judgement offeredVersions(BrokerFacts broker, GroupProtocol protocol) {
		BrokerVersions versions = broker.versions().value();
		if (versions == null) {
			return Judgement.withoutAnswer("ApiVersions", broker.versions());
		}
		VersionCap cap = asCap(versions);
		List<String> lacking = new ArrayList<>();
		VersionCapCheck.problems(cap, protocol).forEach((problem) -> lacking.add(String.valueOf(problem.api())));
		VersionCapCheck.problems(cap, ConsumerNeed.NO_TOPIC_CREATION)
			.forEach((problem) -> lacking.add(String.valueOf(problem.api())));
		if (!lacking.isEmpty()) {
			return Judgement.failed("below-floor",
					"consumers with group.protocol=%s cannot work, for the versions of %s".formatted(protocol,
							lacking.stream().distinct().collect(Collectors.joining(", "))));
		}
		List<String> losses = VersionCapCheck.consequences(cap);
		return losses.isEmpty() ? Judgement.sound("release: " + versions.releaseGuess())
				: Judgement.warning("features-lost", String.join("; ", losses));
	}

	private static VersionCap asCap(BrokerVersions versions) {
		Map<KafkaApi, Integer> highest = new HashMap<>();
		for (KafkaApi api : KafkaApi.all()) {
			if (!api.equals(KafkaApi.API_VERSIONS)) {
				highest.put(api, VersionCap.NEVER);
			}
		}
		for (BrokerVersions.Line line : versions.apis()) {
			if (!line.api().equals(KafkaApi.API_VERSIONS)) {
				int spoken = Math.min(line.offeredMax(), line.clientMax());
				highest.put(line.api(),
						(spoken >= line.offeredMin() && spoken >= line.clientMin()) ? spoken : VersionCap.NEVER);
			}
		}
		return VersionCap.of(highest, Map.of());
	}

	static Judgement clusterId(List<BrokerFacts> brokers) {
		Set<Optional<String>> ids = new HashSet<>();
		for (BrokerFacts broker : brokers) {
			Optional<String> id = broker.clusterId().value();
			if (id != null) {
				ids.add(id.filter((text) -> !text.isBlank()));
			}
		}
		if (ids.isEmpty()) {
			// That a broker does not answer is the subject of another check.
			return brokers.isEmpty() ? Judgement.skipped("no broker could be asked")
					: Judgement.withoutAnswer("the cluster id", brokers.get(0).clusterId());
		}
		if (ids.size() > 1) {
			return Judgement.failed("differs", "brokers tell %d different cluster ids".formatted(ids.size()));
		}
		Optional<String> id = ids.iterator().next();
		if (id.isEmpty()) {
			return Judgement.warning("absent", "the cluster has no id");
		}
		return SHARED_IDS.contains(id.get())
				? Judgement.warning("shared",
						id.get() + " is the id of each cluster that starts from an image without an id of its own")
				: Judgement.sound(id.get());
	}

	/**
	 * Judges topic by topic what all brokers told.
	 */
	static Map<String, Judgement> topicIds(List<BrokerFacts> brokers) {
		Map<String, Map<Integer, Answer<Uuid>>> byTopic = new TreeMap<>();
		for (BrokerFacts broker : brokers) {
			broker.topicIds()
				.forEach((topic, id) -> byTopic.computeIfAbsent(topic, (key) -> new TreeMap<>()).put(broker.id(), id));
		}
		Map<String, Judgement> judgements = new TreeMap<>();
		byTopic.forEach((topic, answers) -> judgements.put(topic, isUnknownToAll(answers.values())
				? Judgement.skipped("no broker knows the topic " + topic) : topicId(answers)));
		return judgements;
	}

	/**
	 * The user may have misspelled it, or somebody has deleted it.
	 */
	private static boolean isUnknownToAll(Collection<Answer<Uuid>> answers) {
		return answers.stream()
			.allMatch(
					(answer) -> answer instanceof Answer.Failed<?> failed && failed.error().startsWith(UNKNOWN_TOPIC));
	}

	private static Judgement topicId(Map<Integer, Answer<Uuid>> answers) {
		Map<Uuid, List<Integer>> brokersById = new HashMap<>();
		for (Map.Entry<Integer, Answer<Uuid>> entry : answers.entrySet()) {
			Uuid id = entry.getValue().value();
			if (id == null) {
				return Judgement.withoutAnswer("the description of the topic by broker " + entry.getKey(),
						entry.getValue());
			}
			brokersById.computeIfAbsent(id, (key) -> new ArrayList<>()).add(entry.getKey());
		}
		if (brokersById.size() > 1) {
			return Judgement.failed("differs",
					brokersById.entrySet()
						.stream()
						.map((entry) -> "%s on brokers %s".formatted(entry.getKey(), entry.getValue()))
						.sorted()
						.collect(Collectors.joining(", ")));
		}
		Uuid id = brokersById.keySet().iterator().next();
		return id.equals(Uuid.ZERO_UUID) ? Judgement.warning("absent", "the topic has no id")
				: Judgement.sound(id.toString());
	}

}
