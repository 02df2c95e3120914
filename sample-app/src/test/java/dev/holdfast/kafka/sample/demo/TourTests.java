/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.sample.demo;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import dev.holdfast.kafka.docs.Readme;
import dev.holdfast.kafka.sample.tour.ExpectedTour;
import dev.holdfast.kafka.test.KafkaCluster;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The tour shows what everyday faults do to a plain and to a guarded listener, and the
 * docs show the same.
 */
@Timeout(value = 180, unit = TimeUnit.SECONDS)
@Tag("long")
class TourTests {

	private final ByteArrayOutputStream output = new ByteArrayOutputStream();

	@Test
	void plainListenerIsHarmedAndTheGuardedOneIsNot() {
		Demo demo = new Demo(new PrintStream(output, true, StandardCharsets.UTF_8));

		int exitCode;
		try (KafkaCluster cluster = demo.startKafka()) {
			exitCode = demo.tour(cluster);
		}

		assertThat(tableLines().map(TourTests::cells)).isEqualTo(ExpectedTour.ROWS);
		assertThat(exitCode).isZero();
		assertThat(Readme.read("docs/demonstration.md")).contains(tableLines().toList());
	}

	/** The rows of the table, without headings. */
	private Stream<String> tableLines() {
		return output.toString(StandardCharsets.UTF_8).lines().filter((line) -> line.startsWith("| ")).skip(2);
	}

	private static List<String> cells(String line) {
		return Arrays.stream(line.split("\\|")).skip(1).map(String::trim).toList();
	}

}
