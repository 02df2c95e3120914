/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.doctor;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

import dev.holdfast.kafka.test.Fault;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import picocli.CommandLine;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The runs that docs/doctor.md and the README show are real. Only ids and the time are
 * others each time.
 */
@LyingKafka
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class DocumentedRunsTests {

	private static final Path ROOT = Path.of(System.getProperty("basedir", ""), "..");

	private static final Pattern TEXT = Pattern.compile("```text\n(.*?)```", Pattern.DOTALL);

	private final KafkaCluster cluster;

	DocumentedRunsTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	@BeforeAll
	static void topic(KafkaCluster cluster) {
		cluster.createTopic("orders", 1);
		cluster.produce(new TopicPartition("orders", 0), 270);
	}

	@Test
	void pagesShowRealRuns() throws IOException {
		List<String> honest = run();
		cluster.wire().inject(Fault.epochEndOffset(0));
		List<String> lying = run();

		List<List<String>> page = texts("docs/doctor.md");
		assertThat(page.get(0)).isEqualTo(honest);
		assertThat(page.get(1)).isEqualTo(lying);
		List<List<String>> readme = texts("README.md");
		List<String> shown = readme.get(readme.size() - 1);
		int empty = shown.indexOf("");
		assertThat(honest).containsSubsequence(shown.subList(0, empty));
		assertThat(lying).containsSubsequence(shown.subList(empty + 1, shown.size()));
	}

	private List<String> run() {
		StringWriter out = new StringWriter();
		CommandLine commandLine = Doctor.commandLine()
			.setOut(new PrintWriter(out, true))
			.setColorScheme(CommandLine.Help.defaultColorScheme(CommandLine.Help.Ansi.OFF));
		commandLine.execute("--bootstrap-server", cluster.bootstrapServers());
		return normal(out.toString());
	}

	private static List<List<String>> texts(String page) throws IOException {
		return TEXT.matcher(Files.readString(ROOT.resolve(page)))
			.results()
			.map((MatchResult result) -> normal(result.group(1)))
			.toList();
	}

	private static List<String> normal(String text) {
		return text.lines()
			.map((line) -> line.replaceAll("(?<=[ ])[A-Za-z0-9_-]{22}(?=:|$)", "id").replaceFirst("[0-9.]+ s$", "s"))
			.map(String::stripTrailing)
			.toList();
	}

}
