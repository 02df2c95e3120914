/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.doctor;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

import dev.holdfast.kafka.conformance.report.Check;
import dev.holdfast.kafka.test.Fault;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;
import dev.holdfast.kafka.test.WireRequest;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import picocli.CommandLine;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the command prints and writes, and how it ends.
 */
@LyingKafka
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class DoctorTests {

	private static final String TOPIC = "orders";

	private static final TopicPartition PARTITION = new TopicPartition(TOPIC, 0);

	private final KafkaCluster cluster;

	DoctorTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	@BeforeAll
	static void topic(KafkaCluster cluster) {
		cluster.createTopic(TOPIC, 1);
		cluster.produce(PARTITION, 270);
	}

	private record Run(int exitCode, String out, String err) {

		static Run of(String... arguments) {
			StringWriter out = new StringWriter();
			StringWriter err = new StringWriter();
			CommandLine commandLine = Doctor.commandLine()
				.setOut(new PrintWriter(out, true))
				.setErr(new PrintWriter(err, true))
				.setColorScheme(CommandLine.Help.defaultColorScheme(CommandLine.Help.Ansi.OFF));
			return new Run(commandLine.execute(arguments), out.toString(), err.toString());
		}

	}

	private Run run(String... arguments) {
		List<String> all = new ArrayList<>(List.of("--bootstrap-server", cluster.bootstrapServers()));
		all.addAll(List.of(arguments));
		return Run.of(all.toArray(String[]::new));
	}

	@Test
	void honestBrokersEndWithZero() {
		Run run = run();

		assertThat(run.exitCode()).as(run.toString()).isZero();
		assertThat(run.err()).isEmpty();
		assertThat(run.out()).contains("  + last-epoch-end     the end of epoch 0 is 270, and the record at 269 has it")
			.contains("These brokers keep their word: 12 sound, 4 skipped")
			.doesNotContain("application.yaml", "\u001b");
		assertThat(run.out()).contains("  - commit-epoch       it would write: not asked for");
	}

	@Test
	void lyingBrokersEndWithOneAndARuleToPaste() {
		cluster.wire().inject(Fault.epochEndOffset(0));

		Run run = run();

		assertThat(run.exitCode()).as(run.toString()).isEqualTo(1);
		assertThat(run.out()).contains(
				"  x last-epoch-end     orders-0: the end of epoch 0 is said to be 0, but the record at 269 has that epoch")
			.contains("These brokers do not keep their word: 2 failed")
			.endsWith(
					"""
							For application.yaml:

							holdfast:
							  kafka:
							    version-cap:
							      # The same rules, if these brokers are Alibaba Cloud Message Queue for Kafka: profile: alibaba-cloud
							      # The same rules, if these brokers are Redpanda before July 2026: profile: redpanda-before-2026-07
							      max-versions:
							        OffsetForLeaderEpoch: -1   # brokers answer wrongly where the last epoch ends
							""");
	}

	@Test
	void readsOnlyWithoutWrite() {
		run();

		assertThat(cluster.wire().requests()).extracting(WireRequest::api)
			.doesNotContain(ApiKeys.OFFSET_COMMIT, ApiKeys.PRODUCE, ApiKeys.CREATE_TOPICS, ApiKeys.JOIN_GROUP,
					ApiKeys.CONSUMER_GROUP_HEARTBEAT, ApiKeys.INIT_PRODUCER_ID, ApiKeys.DELETE_GROUPS,
					ApiKeys.TXN_OFFSET_COMMIT, ApiKeys.ALTER_CONFIGS, ApiKeys.INCREMENTAL_ALTER_CONFIGS);
	}

	@Test
	void writesAsAGroupOfItsOwnAndLeavesNothing() throws Exception {
		// Other tests leave groups where brokers do not answer.
		Set<String> before = groups();

		Run run = run("--write");

		assertThat(run.exitCode()).as(run.toString()).isZero();
		assertThat(run.out()).contains("  + commit-metadata    120 characters came back");
		assertThat(cluster.wire().count(ApiKeys.OFFSET_COMMIT)).isPositive();
		assertThat(groups()).isEqualTo(before);
	}

	/**
	 * Without an answer to the deletion nobody knows whether the group is left, and the
	 * report names it.
	 */
	@Test
	void namesAGroupThatIsPerhapsLeft() {
		cluster.wire().inject(Fault.silence(ApiKeys.DELETE_GROUPS));

		Run run = run("--timeout", "4", "--write");

		assertThat(run.out()).containsPattern("[+] commit-metadata .* delete holdfast-conformance-[0-9a-f-]{36}\n");
	}

	private Set<String> groups() throws Exception {
		return cluster.admin().listGroups().all().get().stream().map(GroupListing::groupId).collect(Collectors.toSet());
	}

	@Test
	void failsOnMilderVerdictsIfAsked() {
		cluster.wire().inject(Fault.hide(ApiKeys.OFFSET_FOR_LEADER_EPOCH));

		assertThat(run().exitCode()).isZero();
		assertThat(run("--fail-on", "warning").exitCode()).isEqualTo(1);
	}

	@Test
	void wrongOptionsEndWithTwo() {
		assertThat(Run.of().err()).contains("--bootstrap-server is missing");
		assertThat(Run.of().exitCode()).isEqualTo(2);
		assertThat(run("--fail-on", "never").exitCode()).isEqualTo(2);
		assertThat(run("--topic", "[").exitCode()).isEqualTo(2);
		assertThat(run("--timeout", "0").exitCode()).isEqualTo(2);
		assertThat(run("--command-config", "no such file").exitCode()).isEqualTo(2);
	}

	@Test
	void noConnectionEndsWithTwo() {
		cluster.wire().inject(Fault.silence());

		Run run = run("--timeout", "12");

		assertThat(run.exitCode()).isEqualTo(2);
		assertThat(run.err()).startsWith("No broker answers: ");
	}

	/**
	 * Whatever is silent, the check ends in the time that it was given. What it takes to
	 * open and to close clients comes on top.
	 */
	@ParameterizedTest
	@EnumSource(names = { "API_VERSIONS", "METADATA", "DESCRIBE_CLUSTER", "DESCRIBE_TOPIC_PARTITIONS",
			"DESCRIBE_LOG_DIRS", "LIST_OFFSETS", "FETCH", "OFFSET_FOR_LEADER_EPOCH", "OFFSET_COMMIT", "OFFSET_FETCH" })
	void timeoutBoundsTheWholeCheck(ApiKeys silent) {
		cluster.wire().inject(Fault.silence(silent));
		long start = System.nanoTime();

		run("--timeout", "4", "--write");

		assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(6));
	}

	@Test
	void writesFilesForMachinesAndVendors(@TempDir Path directory) throws Exception {
		cluster.wire().inject(Fault.epochEndOffset(0));
		Path config = Files.writeString(directory.resolve("client.properties"),
				"group.protocol=consumer\nsasl.jaas.config=the-secret\n");
		Path junit = directory.resolve("report.xml");
		Path bundle = directory.resolve("bundle.json");

		Run run = run("--command-config", config.toString(), "--json", "--junit", junit.toString(), "--bundle",
				bundle.toString(), "--topic", "ord.*");

		assertThat(run.out()).contains("\"verdict\": \"failed\"").contains("\"id\": \"last-epoch-end\"");
		assertThat(junit).content().contains("failures=\"2\"").contains("<failure type=\"under-reports\"");
		assertThat(bundle).content()
			.contains("\"OffsetForLeaderEpoch\": \"2..4\"")
			.contains("orders-0: failed: the end of epoch 0 is said to be 0")
			.doesNotContain("the-secret", "jaas", "127.0.0.1");
	}

	@Test
	void reportIsPrintedThoughAFileCannotBeWritten(@TempDir Path directory) {
		Run run = run("--junit", directory.resolve("missing").resolve("report.xml").toString());

		assertThat(run.exitCode()).isEqualTo(2);
		assertThat(run.out()).contains("These brokers keep their word");
	}

	/**
	 * A typo of the user's is no fault of brokers.
	 */
	@Test
	void topicThatNoBrokerKnowsIsSaidAndIsNoFault() {
		Run run = run("--topic", "odrers");

		assertThat(run.exitCode()).as(run.toString()).isZero();
		assertThat(run.out()).contains("  - topic-ids          no broker knows the topic odrers");
	}

	@Test
	void listsChecks() {
		Run run = Run.of("--list-checks");

		assertThat(run.exitCode()).isZero();
		assertThat(run.out().lines()).hasSize(Check.values().length);
		assertThat(run.out()).contains("commit-epoch       Commits keep their offset and leader epoch. Needs --write.");
	}

}
