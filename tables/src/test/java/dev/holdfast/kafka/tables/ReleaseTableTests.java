/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.tables;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The committed table says what the jars of all releases say, and the comparison can
 * fail.
 */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class ReleaseTableTests {

	private static final Path MODULE = Path.of(System.getProperty("basedir", ""));

	private static final Path JARS = MODULE.resolve("target/kafka-clients");

	private static final Path CSV = MODULE
		.resolve("../core/src/main/resources/dev/holdfast/kafka/versioncap/rules/releases.csv");

	private final ByteArrayOutputStream output = new ByteArrayOutputStream();

	@TempDir
	private Path directory;

	@Test
	void agreesWithTheJars() throws IOException {
		int exitCode = run("--verify", CSV, JARS);

		assertThat(output()).endsWith("agrees with the jars of 23 releases, 2.1 to 4.4\n");
		assertThat(exitCode).isZero();
	}

	@Test
	void knowsEachReleaseSinceLeaderEpochs() throws IOException {
		assertThat(Files.readAllLines(CSV).get(1)).isEqualTo("id,api,2.1,2.2,2.3,2.4,2.5,2.6,2.7,2.8,3.0,3.1,3.2,3.3,"
				+ "3.4,3.5,3.6,3.7,3.8,3.9,4.0,4.1,4.2,4.3,4.4");
	}

	@Test
	void reportsChangedCells() throws IOException {
		Path changed = changed("1,Fetch,10,", "1,Fetch,11,", "60,DescribeCluster,,", "60,DescribeCluster,0,");

		int exitCode = run("--verify", changed, JARS);

		assertThat(output().lines().skip(1)).containsExactly("  Fetch (API key 1), release 2.1: table 11, jar 10",
				"  DescribeCluster (API key 60), release 2.1: table 0, jar none");
		assertThat(exitCode).isOne();
	}

	@Test
	void writesWhatAgrees() throws IOException {
		Path jars = jars("kafka-clients-2.1.1.jar", "kafka-clients-4.4.0.jar");
		Path csv = directory.resolve("written.csv");

		int exitCode = run("--write", csv, jars);

		assertThat(exitCode).isZero();
		assertThat(csv).content().contains("id,api,2.1,4.4\n", "\n1,Fetch,10,18\n");
		assertThat(run("--verify", csv, jars)).isZero();
	}

	@Test
	void reportsATextThatWouldNotBeWritten() throws IOException {
		Path jars = jars("kafka-clients-4.4.0.jar");
		Path csv = directory.resolve("edited.csv");
		run("--write", csv, jars);
		Files.writeString(csv, "# Edited\n" + Files.readString(csv).split("\n", 2)[1]);

		int exitCode = run("--verify", csv, jars);

		assertThat(output()).contains("no version differs, but the text is not what --write makes of the jars");
		assertThat(exitCode).isOne();
	}

	@ParameterizedTest
	@CsvSource({
			// What decides about leader epochs and topic ids.
			"Fetch, 2.1, 10", "Fetch, 2.3, 11", "Fetch, 2.8, 12", "Fetch, 3.1, 13", "Fetch, 3.9, 17",
			"OffsetForLeaderEpoch, 2.1, 2", "OffsetForLeaderEpoch, 2.3, 3", "OffsetForLeaderEpoch, 4.4, 4",
			"ApiVersions, 2.3, 2", "ApiVersions, 3.8, 3", "ApiVersions, 3.9, 4",
			// 3.6 has version 9 too, and 4.1 version 10, but unstable.
			"OffsetCommit, 3.6, 8", "OffsetCommit, 3.7, 9", "OffsetCommit, 4.1, 9", "OffsetCommit, 4.2, 10",
			// At first all versions were unstable.
			"ConsumerGroupHeartbeat, 3.6, ", "ConsumerGroupHeartbeat, 3.7, 0", "ShareFetch, 4.0, ",
			"ShareFetch, 4.1, 1",
			// Gone with ZooKeeper.
			"LeaderAndIsr, 3.9, 7", "LeaderAndIsr, 4.0, ",
			// Since 4.0 only controllers offer it.
			"AlterPartition, 3.9, 3", "AlterPartition, 4.0, " })
	void knowsVersions(String api, String release, String version) throws IOException {
		List<String> headings = cells(Files.readAllLines(CSV).get(1));

		List<String> cells = Files.readAllLines(CSV)
			.stream()
			.map(ReleaseTableTests::cells)
			.filter((row) -> row.size() > 1 && row.get(1).equals(api))
			.findFirst()
			.orElseThrow();

		assertThat(cells.get(headings.indexOf(release))).isEqualTo((version != null) ? version : "");
	}

	@ParameterizedTest
	@CsvSource({ "Vote", "BeginQuorumEpoch", "EndQuorumEpoch", "FetchSnapshot", "ControllerRegistration" })
	void leavesOutWhatOnlyControllersOffer(String api) throws IOException {
		assertThat(CSV).content().doesNotContain("," + api + ",");
	}

	@Test
	void saysWhatIsAllowed() throws IOException {
		int exitCode = run("--check", CSV, JARS);

		assertThat(output()).startsWith("'--check' is not known")
			.contains("--write <csv> <jar directory>", "--verify <csv> <jar directory>");
		assertThat(exitCode).isEqualTo(2);
	}

	@Test
	void saysThatThereIsNoTable() throws IOException {
		int exitCode = run("--verify", directory.resolve("none.csv"), JARS);

		assertThat(output()).startsWith("There is no file ").contains("none.csv");
		assertThat(exitCode).isEqualTo(2);
	}

	private int run(String mode, Path csv, Path jars) throws IOException {
		PrintStream out = new PrintStream(output, true, StandardCharsets.UTF_8);
		return new ReleaseTable(out).run(mode, csv.toString(), jars.toString());
	}

	private String output() {
		return output.toString(StandardCharsets.UTF_8).replace("\r\n", "\n");
	}

	private Path jars(String... names) throws IOException {
		Path jars = Files.createDirectory(directory.resolve("jars"));
		for (String name : names) {
			Files.copy(JARS.resolve(name), jars.resolve(name));
		}
		return jars;
	}

	private Path changed(String... replacements) throws IOException {
		String text = Files.readString(CSV);
		for (int index = 0; index < replacements.length; index += 2) {
			assertThat(text).containsOnlyOnce(replacements[index]);
			text = text.replace(replacements[index], replacements[index + 1]);
		}
		return Files.writeString(directory.resolve("changed.csv"), text);
	}

	private static List<String> cells(String line) {
		return List.of(line.split(",", -1));
	}

}
