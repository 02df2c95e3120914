/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.doctor;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Three honest brokers with logs of several epochs, a log start above 0, an empty topic
 * and a group. The matrix runs this on brokers of other versions.
 */
@LyingKafka(brokers = 3)
@Timeout(value = 180, unit = TimeUnit.SECONDS)
@Tag("matrix")
class SoundBrokersTests {

	private static final TopicPartition MOVED = new TopicPartition("moved", 0);

	private static final TopicPartition RETAINED = new TopicPartition("retained", 0);

	private final KafkaCluster cluster;

	SoundBrokersTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	@BeforeAll
	static void topics(KafkaCluster cluster) {
		cluster.createTopic(MOVED.topic(), Map.of(0, List.of(0, 1), 1, List.of(1, 2), 2, List.of(2, 0)), Map.of());
		cluster.produce(MOVED, 100);
		cluster.moveLeader(MOVED, 1);
		cluster.produce(MOVED, 100);
		cluster.createTopic(RETAINED.topic(), 1);
		cluster.produce(RETAINED, 100);
		cluster.deleteRecords(RETAINED, 60);
		cluster.createTopic("empty", 1);
		cluster.commit("orders", MOVED, new OffsetAndMetadata(150));
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void keepTheirWord(String protocol, @TempDir Path directory) throws Exception {
		Path config = Files.writeString(directory.resolve("client.properties"), "group.protocol=" + protocol);
		StringWriter out = new StringWriter();

		int exitCode = Doctor.commandLine()
			.setOut(new PrintWriter(out, true))
			.setColorScheme(CommandLine.Help.defaultColorScheme(CommandLine.Help.Ansi.OFF))
			.execute("--bootstrap-server", cluster.bootstrapServers(), "--command-config", config.toString(), "--group",
					"orders", "--all-partitions", "--write", "--fail-on", "undecided");

		assertThat(exitCode).as(out.toString()).isZero();
		assertThat(out.toString()).contains("These brokers keep their word: ")
			.contains("  + earlier-epoch-end  ")
			.contains("  + commit-metadata    120 characters came back");
	}

}
