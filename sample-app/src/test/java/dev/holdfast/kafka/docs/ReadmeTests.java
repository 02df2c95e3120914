/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.docs;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import com.jayway.jsonpath.JsonPath;
import dev.holdfast.kafka.offsetguard.policy.Action;
import dev.holdfast.kafka.offsetguard.policy.Cause;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the README says is so.
 */
@Timeout(10)
class ReadmeTests {

	@Test
	void namesEachPropertyWithItsDefault() throws IOException {
		Map<String, String> documented = new TreeMap<>();
		Readme.table("Properties").forEach((row) -> documented.put(row.get(0), row.get(1)));

		assertThat(documented).isEqualTo(metadata());
	}

	@Test
	void namesEachCauseWithItsActions() {
		Map<String, List<Object>> documented = new TreeMap<>();
		Readme.table("Causes and actions")
			.forEach((row) -> documented.put(row.get(0), List.of(row.get(2), Set.of(row.get(3).split(" ")))));

		Map<String, List<Object>> causes = new TreeMap<>();
		for (Cause cause : Cause.values()) {
			Set<String> allowed = cause.allowedActions().stream().map(Action::id).collect(Collectors.toSet());
			causes.put(cause.id(), List.of(cause.defaultAction().id(), allowed));
		}
		assertThat(documented).isEqualTo(causes);
	}

	@Test
	void comparesEachCauseWithPlainKafka() {
		assertThat(Readme.table("What plain Kafka does, and Holdfast")).extracting((row) -> row.get(0))
			.containsExactlyInAnyOrderElementsOf(Arrays.stream(Cause.values()).map(Cause::id).toList());
	}

	@Test
	void showsCodeThatCompiles() {
		String sources = Stream.of("PositionAlarm", "OrderServiceOnALyingBrokerTests", "OrdersDeliveredOnceTests")
			.map((name) -> "sample-app/src/test/java/dev/holdfast/kafka/docs/" + name + ".java")
			.map((file) -> withoutIndentation(Readme.read(file)))
			.collect(Collectors.joining());

		assertThat(Readme.codeBlocks("java")).hasSize(3)
			.allSatisfy((block) -> assertThat(sources).contains(withoutIndentation(block)));
	}

	@Test
	void namesTheCommandThatTheBuildRuns() {
		List<String> ci = Readme.read(".ci/run").lines().toList();

		assertThat(Readme.codeBlocks("sh")).contains(ci.get(ci.size() - 1) + "\n");
	}

	private static String withoutIndentation(String code) {
		return code.lines().map(String::strip).collect(Collectors.joining("\n"));
	}

	private static Map<String, String> metadata() throws IOException {
		Map<String, String> defaults = new TreeMap<>();
		for (Resource resource : new PathMatchingResourcePatternResolver()
			.getResources("classpath*:META-INF/spring-configuration-metadata.json")) {
			List<Map<String, Object>> properties = JsonPath.read(resource.getInputStream(), "$.properties");
			properties.forEach((property) -> defaults.put(property.get("name").toString(),
					property.getOrDefault("defaultValue", "").toString()));
		}
		defaults.keySet().removeIf((name) -> !name.startsWith("holdfast."));
		return defaults;
	}

}
