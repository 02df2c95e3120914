/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.sample.demo;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import dev.holdfast.kafka.docs.Readme;
import dev.holdfast.kafka.test.KafkaCluster;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The demo shows what it is meant to show, and its exit code tells when it does not.
 */
@Timeout(value = 180, unit = TimeUnit.SECONDS)
@Tag("long")
class DemoTests {

	private final ByteArrayOutputStream output = new ByteArrayOutputStream();

	@Test
	void plainListenerMovesAndTheOthersStay() {
		Demo demo = demo();

		int exitCode;
		try (KafkaCluster cluster = demo.startKafka()) {
			exitCode = demo.run(cluster);
		}

		assertThat(exitCode).isZero();
		List<List<String>> table = table();
		assertThat(table).hasSize(9);
		assertThat(table.get(0)).containsExactly("restart, earliest", "plain", "0", "270", "200", "0", "1");
		assertThat(table.get(1)).containsExactly("restart, earliest", "guarded", "200", "70", "0", "0", "2");
		assertThat(table.get(2)).containsExactly("restart, earliest", "capped", "200", "70", "0", "0", "0");
		assertLeaderMoved(table.get(3), table.get(4), table.get(5));
		String scenario = "restart, latest, log start 170";
		assertThat(table.get(6)).containsExactly(scenario, "plain", "none", "0", "0", "70", "1");
		assertThat(table.get(7)).containsExactly(scenario, "guarded", "200", "70", "0", "0", "2");
		assertThat(table.get(8)).containsExactly(scenario, "capped", "200", "70", "0", "0", "0");
		assertThat(output()).contains("committed offset 200 with leader epoch 0",
				"The guarded and the capped listener stayed", "The conformance check of the lying brokers: failed",
				"What helps: holdfast.kafka.version-cap.max-versions.OffsetForLeaderEpoch: -1",
				"The conformance check of the honest brokers: sound");
		assertThat(Readme.read()).contains(tableLines().filter((line) -> !line.contains("running")).toList());
	}

	private void assertLeaderMoved(List<String> plain, List<String> guarded, List<String> capped) {
		int duplicates = Integer.parseInt(plain.get(4));
		assertThat(duplicates).isBetween(370, 570);
		// A client asks once more if it hears of the leader's epoch again meanwhile.
		assertThat(plain.get(6)).isIn("1", "2");
		assertThat(plain.subList(0, 6)).containsExactly("running, leader moved", "plain", "0",
				Integer.toString(370 + duplicates), plain.get(4), "0");
		assertThat(Integer.parseInt(guarded.get(2))).isBetween(370, 570);
		assertThat(guarded.get(6)).isIn("2", "3");
		assertThat(guarded.subList(0, 6)).containsExactly("running, leader moved", "guarded", guarded.get(2), "370",
				"0", "0");
		assertThat(capped).containsExactly("running, leader moved", "capped", "200", "370", "0", "0", "0");
	}

	@Test
	void withoutTheGuardTheExitCodeTells() {
		Demo demo = demo("--holdfast.kafka.enabled=false");

		int exitCode;
		try (KafkaCluster cluster = demo.startKafka()) {
			exitCode = demo.run(cluster);
		}

		assertThat(exitCode).isOne();
		List<List<String>> table = table();
		assertThat(table.get(1)).containsExactly("restart, earliest", "guarded", "0", "270", "200", "0", "1");
		assertThat(table.get(2)).containsExactly("restart, earliest", "capped", "0", "270", "200", "0", "1");
		String scenario = "restart, latest, log start 170";
		assertThat(table.get(7)).containsExactly(scenario, "guarded", "none", "0", "0", "70", "1");
		assertThat(table.get(8)).containsExactly(scenario, "capped", "none", "0", "0", "70", "1");
		assertThat(output()).contains("The guarded or the capped listener MOVED.");
	}

	@Test
	void pageStaysUpUntilInterrupted() throws Exception {
		Thread thread = new Thread(this::stayUp);
		thread.start();
		Awaitility.await().atMost(60, TimeUnit.SECONDS).until(() -> output().contains("Ctrl-C"));
		String address = output().replaceAll("(?s).*(http://127.0.0.1:[0-9]+).*", "$1");

		HttpResponse<String> response = HttpClient.newHttpClient()
			.send(HttpRequest.newBuilder(URI.create(address)).build(), HttpResponse.BodyHandlers.ofString());

		assertThat(response.statusCode()).isEqualTo(200);
		assertThat(response.body()).contains("plain against guarded");
		thread.interrupt();
		thread.join();
	}

	private void stayUp() {
		try {
			demo().stayUp();
		}
		catch (InterruptedException ex) {
			// The end.
		}
	}

	private Demo demo(String... args) {
		return new Demo(new PrintStream(output, true, StandardCharsets.UTF_8), args);
	}

	private String output() {
		return output.toString(StandardCharsets.UTF_8);
	}

	/** The cells of the table's rows, without headings. */
	private List<List<String>> table() {
		return tableLines().skip(2)
			.map((line) -> Arrays.stream(line.split("\\|")).skip(1).map(String::trim).toList())
			.toList();
	}

	private Stream<String> tableLines() {
		return output().lines().filter((line) -> line.startsWith("| "));
	}

}
