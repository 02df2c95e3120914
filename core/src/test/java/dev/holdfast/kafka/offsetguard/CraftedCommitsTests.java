/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.holdfast.kafka.offsetguard.decision.Decision;
import dev.holdfast.kafka.offsetguard.policy.Cause;
import dev.holdfast.kafka.test.Fault;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

import static dev.holdfast.kafka.offsetguard.Consumers.range;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Commits of a hostile member of the group: whatever is in their metadata, the guard
 * believes the broker.
 */
@LyingKafka
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class CraftedCommitsTests {

	/** In base 36, as bookmarks have them. */
	private static final String MOST = Long.toString(Long.MAX_VALUE, Character.MAX_RADIX);

	private static final String LEAST = Long.toString(Long.MIN_VALUE, Character.MAX_RADIX);

	private static final String MOST_INT = Integer.toString(Integer.MAX_VALUE, Character.MAX_RADIX);

	private static final String COMMITTED = "k";

	private static final String BEFORE_COMMITTED = "j";

	/** Questions at the start, some of them twice, and no more. */
	private static final int QUESTIONS = 40;

	private final KafkaCluster cluster;

	CraftedCommitsTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	/** The fields of a bookmark, in their order. */
	private enum Field {

		MAGIC, CLUSTER, TOPIC, COMMITTED, PARTITIONS, WITNESS, EPOCH, TIMESTAMP, INITIAL, MARK

	}

	/** What a hostile member says, by the name of a topic. */
	private static Map<String, Map<Field, String>> claims() {
		Map<String, Map<Field, String>> claims = new LinkedHashMap<>();
		claims.put("nothing", Map.of());
		claims.put("many-partitions", Map.of(Field.PARTITIONS, MOST_INT));
		claims.put("too-many-partitions", Map.of(Field.PARTITIONS, MOST));
		claims.put("less-than-no-partitions", Map.of(Field.PARTITIONS, LEAST));
		claims.put("no-partitions", Map.of(Field.PARTITIONS, "0"));
		claims.put("far-witness", Map.of(Field.WITNESS, MOST));
		claims.put("negative-witness", Map.of(Field.WITNESS, LEAST));
		claims.put("later-witness", Map.of(Field.WITNESS, "1d"));
		claims.put("far-epoch", Map.of(Field.EPOCH, MOST_INT));
		claims.put("too-far-epoch", Map.of(Field.EPOCH, MOST));
		claims.put("negative-epoch", Map.of(Field.EPOCH, LEAST));
		claims.put("far-timestamp", Map.of(Field.TIMESTAMP, MOST));
		claims.put("negative-timestamp", Map.of(Field.TIMESTAMP, LEAST));
		claims.put("no-timestamp", Map.of(Field.TIMESTAMP, ""));
		claims.put("other-cluster", Map.of(Field.CLUSTER, "AAAAAAAAAAAAAAAAAAAAAA"));
		claims.put("long-cluster", Map.of(Field.CLUSTER, "A".repeat(3_000)));
		claims.put("other-mark", Map.of(Field.MARK, "AAAAA"));
		claims.put("bad-mark", Map.of(Field.MARK, "\n"));
		claims.put("no-topic", Map.of(Field.TOPIC, ""));
		claims.put("zero-topic", Map.of(Field.TOPIC, "AAAAAAAAAAAAAAAAAAAAAA"));
		claims.put("bad-topic", Map.of(Field.TOPIC, "*".repeat(22)));
		claims.put("other-commit", Map.of(Field.COMMITTED, MOST));
		claims.put("no-commit", Map.of(Field.COMMITTED, ""));
		claims.put("bad-numbers", Map.of(Field.COMMITTED, "0x14", Field.WITNESS, "٣", Field.EPOCH, " 0"));
		return claims;
	}

	/** No bookmarks at all, by the name of a topic. */
	private static Map<String, String> texts() {
		return Map.of("magic", "holdfast1", "separator", "holdfast1|", "empty-fields", "holdfast1|||||||||",
				"separators", "|".repeat(4_000), "many-fields", "holdfast1" + "|".repeat(4_000), "next-version",
				"holdfast2|a|b|k|1|j|0|0|1", "lines", "holdfast1|a\nWARN forged|\r|k|1|j|0|0|1", "zeros",
				"holdfast1|\0\0\0|\0|k|1|j|0|0|1", "emoji", "\uD83E\uDD78".repeat(900));
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void noPositionMovesByWhatIsInMetadata(String protocol) {
		Map<TopicPartition, Map<Field, String>> claims = new HashMap<>();
		claims().forEach((name, claim) -> claims.put(topic(name + "-" + protocol), claim));
		Map<TopicPartition, String> metadata = crafted(protocol, claims);
		texts().forEach((name, text) -> metadata.put(topic(name + "-" + protocol), text));
		Map<TopicPartition, List<Long>> expected = new HashMap<>();
		metadata.keySet().forEach((partition) -> expected.put(partition, range(20, 50)));

		assertThat(read(consumers(protocol, "plain", metadata), false, metadata)).isEqualTo(expected);
		Consumers guarded = consumers(protocol, "guarded", metadata);
		cluster.wire().forget();
		assertThat(read(guarded, true, metadata)).isEqualTo(expected);

		assertThat(guarded.decisions).isEmpty();
		assertThat(cluster.wire().requests()).filteredOn((each) -> each.clientId().startsWith("holdfast-"))
			.hasSizeLessThan(QUESTIONS);
		assertThat(cluster.committed("guarded-" + protocol).values()).hasSameSizeAs(metadata.keySet())
			.allSatisfy((commit) -> {
				assertThat(commit.offset()).isEqualTo(50);
				assertThat(commit.metadata()).startsWith("holdfast1|").hasSizeLessThanOrEqualTo(120);
			});
	}

	/**
	 * A name of a group or a client may be any text.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void namesMakeUpNoLinesOfTheLog(String protocol) {
		String name = protocol + "\r\nWARN forged cause=log-truncated\u2028\u001b[2K";
		TopicPartition partition = topic("names-" + protocol);
		cluster.commit(name, partition, new OffsetAndMetadata(20, Optional.of(0), ""));
		cluster.wire().inject(Fault.epochEndOffset(0));
		Consumers consumers = new Consumers(cluster, protocol, name);
		try (Lines lines = new Lines(); Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(partition.topic()));

			assertThat(Consumers.pollTo(consumer, partition, 50)).isEqualTo(range(20, 50));

			assertThat(consumers.decisions).extracting(Decision::cause).containsExactly(Cause.FALSE_TRUNCATION);
			assertThat(lines.all()).isNotEmpty();
			assertThat(List.of(lines.all(), consumers.decisions.stream().map(Decision::summary).toList()))
				.allSatisfy((all) -> assertThat(all).allMatch(
						(each) -> each.codePoints().noneMatch((one) -> Character.isISOControl(one) || one == 0x2028)));
		}
	}

	/** What the guard logs. */
	private static final class Lines implements AutoCloseable {

		private final Logger logger = (Logger) LoggerFactory.getLogger("dev.holdfast.kafka.offsetguard");

		private final Level before = logger.getLevel();

		private final ListAppender<ILoggingEvent> appender = new ListAppender<>();

		Lines() {
			appender.start();
			logger.addAppender(appender);
			logger.setLevel(Level.DEBUG);
		}

		List<String> all() {
			return List.copyOf(appender.list).stream().map(ILoggingEvent::getFormattedMessage).toList();
		}

		@Override
		public void close() {
			logger.detachAppender(appender);
			logger.setLevel(before);
		}

	}

	private Map<TopicPartition, List<Long>> read(Consumers consumers, boolean guarded,
			Map<TopicPartition, String> metadata) {
		Map<TopicPartition, List<Long>> offsets = new HashMap<>();
		try (Consumer<String, String> consumer = consumers.create(guarded)) {
			consumer.subscribe(metadata.keySet().stream().map(TopicPartition::topic).toList());
			Consumers.pollInto(consumer, offsets,
					() -> consumer.assignment().size() == metadata.size() && offsets.size() == metadata.size()
							&& offsets.values().stream().allMatch((each) -> each.contains(49L)));
			consumer.commitSync(processed(metadata.keySet()));
		}
		return offsets;
	}

	private Consumers consumers(String protocol, String name, Map<TopicPartition, String> metadata) {
		String group = name + "-" + protocol;
		metadata.forEach((partition, text) -> cluster.commit(group, partition, new OffsetAndMetadata(20, text)));
		return new Consumers(cluster, protocol, group);
	}

	/**
	 * Bookmarks as the guard would make them, with the claims in them.
	 */
	private Map<TopicPartition, String> crafted(String protocol, Map<TopicPartition, Map<Field, String>> claims) {
		String group = "honest-" + protocol;
		// With the first commit brokers make the topic whose id bookmarks have as a mark.
		claims.keySet().forEach((each) -> cluster.commit(group, each, new OffsetAndMetadata(0)));
		try (Consumer<String, String> consumer = new Consumers(cluster, protocol, group)
			.with("auto.offset.reset", "earliest")
			.guarded()) {
			consumer.assign(claims.keySet());
			Consumers.pollUntil(consumer, () -> Consumers.areAt(consumer, claims.keySet(), 50));
			// A bookmark has all fields once brokers have told the cluster.
			Consumers.pollUntil(consumer, () -> {
				consumer.commitSync(processed(claims.keySet()));
				return cluster.committed(group).values().stream().allMatch(CraftedCommitsTests::isWhole);
			});
		}
		Map<TopicPartition, String> crafted = new HashMap<>();
		cluster.committed(group)
			.forEach(
					(partition, commit) -> crafted.put(partition, withClaim(commit.metadata(), claims.get(partition))));
		return crafted;
	}

	private static boolean isWhole(OffsetAndMetadata commit) {
		return commit.metadata().split("\\|").length == Field.values().length;
	}

	private static String withClaim(String own, Map<Field, String> claim) {
		String[] fields = own.split("\\|");
		fields[Field.COMMITTED.ordinal()] = COMMITTED;
		fields[Field.WITNESS.ordinal()] = BEFORE_COMMITTED;
		claim.forEach((field, text) -> fields[field.ordinal()] = text);
		return String.join("|", fields);
	}

	private static Map<TopicPartition, OffsetAndMetadata> processed(Collection<TopicPartition> partitions) {
		Map<TopicPartition, OffsetAndMetadata> processed = new HashMap<>();
		partitions.forEach((partition) -> processed.put(partition, new OffsetAndMetadata(50)));
		return processed;
	}

	private TopicPartition topic(String name) {
		TopicPartition partition = new TopicPartition(name, 0);
		cluster.createTopic(name, 1);
		cluster.produce(partition, 50);
		return partition;
	}

}
