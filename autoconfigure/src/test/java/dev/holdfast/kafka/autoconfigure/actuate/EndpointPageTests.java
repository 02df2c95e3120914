/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure.actuate;

import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

import dev.holdfast.kafka.offsetguard.decision.Reason;
import org.junit.jupiter.api.Test;

import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * docs/endpoint.md explains all that the endpoint shows and takes.
 */
class EndpointPageTests {

	private static final Path PAGE = Path.of(System.getProperty("basedir", ""), "..", "docs", "endpoint.md");

	@Test
	void pageExplainsEachField() throws IOException {
		Stream<String> fields = Stream
			.of(HoldfastReport.class, HoldfastReport.Consumer.class, HoldfastReport.Broker.class,
					HoldfastReport.Partition.class, HoldfastReport.Cost.class, HoldfastReport.Limits.class,
					ObstacleReport.class, ResolutionReport.class)
			.flatMap((type) -> Arrays.stream(type.getRecordComponents()))
			.map(RecordComponent::getName);

		assertExplained(fields.toList());
	}

	@Test
	void pageExplainsEachFieldOfAnOrder() throws IOException {
		List<Method> operations = Arrays.stream(HoldfastEndpoint.class.getDeclaredMethods())
			.filter((method) -> method.isAnnotationPresent(WriteOperation.class))
			.toList();

		assertThat(operations).isNotEmpty();
		for (Method operation : operations) {
			assertExplained(Arrays.stream(operation.getParameters()).map(Parameter::getName).toList());
		}
	}

	@Test
	void pageExplainsEachObstacle() throws IOException {
		assertExplained(Arrays.stream(Reason.Kind.values())
			.map((kind) -> kind.name().toLowerCase(Locale.ROOT).replace('_', '-'))
			.toList());
	}

	private static void assertExplained(List<String> words) throws IOException {
		String page = Files.readString(PAGE);
		assertThat(words).isNotEmpty().filteredOn((word) -> !page.contains("`" + word + "`")).isEmpty();
	}

}
