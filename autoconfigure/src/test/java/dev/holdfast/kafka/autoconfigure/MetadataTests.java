/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import com.jayway.jsonpath.JsonPath;
import dev.holdfast.kafka.autoconfigure.properties.HoldfastProperties;
import dev.holdfast.kafka.autoconfigure.properties.PropertyNames;
import dev.holdfast.kafka.autoconfigure.properties.PropertyNode;
import dev.holdfast.kafka.offsetguard.policy.Action;
import dev.holdfast.kafka.offsetguard.policy.Cause;
import dev.holdfast.kafka.versioncap.rules.BrokerProfile;
import dev.holdfast.kafka.versioncap.rules.KafkaApi;
import dev.holdfast.kafka.versioncap.rules.VersionCap;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The metadata that IDEs read, as it is in the jar.
 */
class MetadataTests {

	private static final String POLICY = "holdfast.kafka.offset-guard.policy";

	private final Map<String, Object> metadata = read();

	@Test
	void everyPropertyIsDescribedByASentence() {
		assertThat(items("properties")).isNotEmpty().allSatisfy(MetadataTests::assertDescribed);
	}

	@Test
	void everyHintedValueIsDescribedByASentence() {
		assertThat(items("hints")).isNotEmpty()
			.filteredOn((hint) -> !hint.containsKey("providers"))
			.allSatisfy((hint) -> assertThat(items(hint, "values")).isNotEmpty()
				.allSatisfy(MetadataTests::assertDescribed));
	}

	@Test
	void everyPropertyThatCanBeSetIsThereAndNoOther() {
		PropertyNames names = new PropertyNames(HoldfastProperties.PREFIX, PropertyNode.of(HoldfastProperties.class),
				Set.of());
		Set<String> expected = names.enumerate()
			.stream()
			.map((known) -> known.name().toString().replaceFirst("(\\.m..-versions)\\..*", "$1"))
			.collect(Collectors.toCollection(TreeSet::new));
		expected.addAll(List.of("holdfast.kafka.consumer-factories", "holdfast.kafka.offset-guard.topics", POLICY,
				"management.endpoint.holdfast.access", "management.endpoint.holdfast.cache.time-to-live",
				"management.endpoint.holdfastconformance.access",
				"management.endpoint.holdfastconformance.cache.time-to-live", "management.health.holdfast.enabled"));
		assertThat(items("properties").stream().map((property) -> property.get("name").toString()))
			.containsExactlyInAnyOrderElementsOf(expected);
	}

	@ParameterizedTest
	@EnumSource
	void aCauseHasItsDefaultAndItsAllowedActions(Cause cause) {
		String name = POLICY + "." + cause.id();
		assertThat(item("properties", name)).containsEntry("defaultValue", cause.defaultAction().id())
			.containsEntry("type", Action.class.getName());
		assertThat(values(name)).isEqualTo(
				cause.allowedActions().stream().map(Action::id).collect(Collectors.toCollection(LinkedHashSet::new)));
	}

	@Test
	void theHintsListAllCausesAndActions() {
		assertThat(values(POLICY + ".keys"))
			.isEqualTo(Arrays.stream(Cause.values()).map(Cause::id).collect(Collectors.toSet()));
		assertThat(values(POLICY + ".values"))
			.isEqualTo(actionsOfPolicies().map(Action::id).collect(Collectors.toSet()));
		assertThat(values("holdfast.kafka.on-unguarded")).containsExactly("warn", "fail");
	}

	/** Some are an operator's only. */
	private static Stream<Action> actionsOfPolicies() {
		return Arrays.stream(Cause.values()).flatMap((cause) -> cause.allowedActions().stream()).distinct();
	}

	@Test
	void theHintsListAllReleasesAndProfiles() {
		assertThat(values("holdfast.kafka.version-cap.profile")).containsExactlyElementsOf(BrokerProfile.SHIPPED);
		assertThat(values("holdfast.kafka.version-cap.release"))
			.allSatisfy((release) -> assertThat(VersionCap.release(release.toString()).isEmpty()).isFalse())
			.hasSize(23);
		assertThat(values("holdfast.kafka.version-cap.max-versions.keys"))
			.isEqualTo(values("holdfast.kafka.version-cap.min-versions.keys"))
			.allSatisfy((api) -> assertThat(KafkaApi.of(api.toString())).hasToString(api.toString()));
	}

	@Test
	void anActionIsDescribedTheSameEverywhere() {
		Map<Object, Set<Object>> descriptions = items("hints").stream()
			.filter((hint) -> hint.get("name").toString().startsWith(POLICY))
			.filter((hint) -> !hint.get("name").toString().endsWith(".keys"))
			.flatMap((hint) -> items(hint, "values").stream())
			.collect(Collectors.groupingBy((value) -> value.get("value"),
					Collectors.mapping((value) -> value.get("description"), Collectors.toSet())));
		assertThat(descriptions).hasSize((int) actionsOfPolicies().count())
			.allSatisfy((action, texts) -> assertThat(texts).hasSize(1));
	}

	private static void assertDescribed(Map<String, Object> item) {
		assertThat(item.get("description")).as(item.toString())
			.asInstanceOf(InstanceOfAssertFactories.STRING)
			.matches("[A-Z].*[^.]\\.");
	}

	private Set<Object> values(String hint) {
		return items(item("hints", hint), "values").stream()
			.map((value) -> value.get("value"))
			.collect(Collectors.toCollection(LinkedHashSet::new));
	}

	private Map<String, Object> item(String kind, String name) {
		return items(kind).stream().filter((item) -> name.equals(item.get("name"))).findFirst().orElseThrow();
	}

	private List<Map<String, Object>> items(String kind) {
		return items(metadata, kind);
	}

	@SuppressWarnings("unchecked")
	private static List<Map<String, Object>> items(Map<String, Object> parent, String kind) {
		return (List<Map<String, Object>>) parent.get(kind);
	}

	private static Map<String, Object> read() {
		try (InputStream stream = HoldfastProperties.class
			.getResourceAsStream("/META-INF/spring-configuration-metadata.json")) {
			// Other jars have such a file too; this module's own classes come first.
			String json = new String(stream.readAllBytes(), StandardCharsets.UTF_8);
			assertThat(json).contains(HoldfastProperties.PREFIX);
			return JsonPath.parse(json).json();
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
