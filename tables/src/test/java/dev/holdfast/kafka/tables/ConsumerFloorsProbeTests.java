/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.tables;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import dev.holdfast.kafka.versioncap.rules.GroupProtocol;
import dev.holdfast.kafka.versioncap.rules.KafkaApi;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The committed table says what consumers on a broker need, and the comparison can fail.
 * Consumers are probed once for all tests.
 */
@Timeout(value = 240, unit = TimeUnit.SECONDS)
@Tag("long")
class ConsumerFloorsProbeTests {

	private static final Path CSV = Path.of(System.getProperty("basedir", ""))
		.resolve("../core/src/main/resources/dev/holdfast/kafka/versioncap/rules/consumer-floors.csv");

	private static List<ProbedApi> probed;

	private final ByteArrayOutputStream output = new ByteArrayOutputStream();

	@TempDir
	private Path directory;

	@BeforeAll
	static void probe() throws InterruptedException {
		probed = FloorsSurvey.take();
	}

	@Test
	void agreesWithConsumersOnABroker() throws Exception {
		int exitCode = run("--verify", CSV);

		assertThat(output()).endsWith("agrees with consumers on a broker\n");
		assertThat(exitCode).isZero();
	}

	@Test
	void probesWhatConsumersAskFor() {
		assertThat(apis(GroupProtocol.CLASSIC)).containsExactlyInAnyOrder("ApiVersions", "Metadata", "FindCoordinator",
				"JoinGroup", "SyncGroup", "Heartbeat", "LeaveGroup", "OffsetFetch", "OffsetCommit", "ListOffsets",
				"Fetch", "OffsetForLeaderEpoch", "GetTelemetrySubscriptions", "PushTelemetry");
		assertThat(apis(GroupProtocol.CONSUMER)).containsExactlyInAnyOrder("ApiVersions", "Metadata", "FindCoordinator",
				"ConsumerGroupHeartbeat", "OffsetFetch", "OffsetCommit", "ListOffsets", "Fetch", "OffsetForLeaderEpoch",
				"GetTelemetrySubscriptions", "PushTelemetry");
	}

	@Test
	void reportsChangedFloors() throws Exception {
		String text = Files.readString(CSV);
		assertThat(text).containsOnlyOnce("consumer,Metadata,10\n").containsOnlyOnce("classic,Heartbeat,0\n");
		Path changed = Files.writeString(directory.resolve("changed.csv"),
				text.replace("consumer,Metadata,10\n", "consumer,Metadata,9\n").replace("classic,Heartbeat,0\n", ""));

		int exitCode = run("--verify", changed);

		assertThat(output().lines().skip(1))
			.startsWith("  table: consumer,Metadata,9", "  found: classic,Heartbeat,0", "  found: consumer,Metadata,10",
					"What did not work:")
			.anyMatch((line) -> line.startsWith("  group.protocol=consumer, Metadata, at 9: "))
			.noneMatch((line) -> line.startsWith("  group.protocol=consumer, Metadata, at 10: "));
		assertThat(exitCode).isOne();
	}

	@Test
	void writesWhatAgrees() throws Exception {
		Path csv = directory.resolve("written.csv");

		int exitCode = run("--write", csv);

		assertThat(exitCode).isZero();
		assertThat(csv).hasSameTextualContentAs(CSV);
	}

	@Test
	void saysWhatIsAllowed() throws Exception {
		int exitCode = run("--check", CSV);

		assertThat(output()).startsWith("'--check' is not known").contains("--write <csv>", "--verify <csv>");
		assertThat(exitCode).isEqualTo(2);
	}

	@Test
	void saysThatThereIsNoTable() throws Exception {
		int exitCode = run("--verify", directory.resolve("none.csv"));

		assertThat(output()).startsWith("There is no file ").contains("none.csv");
		assertThat(exitCode).isEqualTo(2);
	}

	private int run(String mode, Path csv) throws Exception {
		PrintStream out = new PrintStream(output, true, StandardCharsets.UTF_8);
		return new ConsumerFloorsProbe(out, () -> probed).run(mode, csv.toString());
	}

	private String output() {
		return output.toString(StandardCharsets.UTF_8).replace("\r\n", "\n");
	}

	private static List<String> apis(GroupProtocol protocol) {
		return probed.stream()
			.filter((each) -> each.protocol() == protocol)
			.map(ProbedApi::api)
			.map(KafkaApi::name)
			.toList();
	}

}
