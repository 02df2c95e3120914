/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.docs;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
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
import dev.holdfast.kafka.sample.tour.ExpectedTour;
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

	private static final String CAUSES = "docs/causes.md";

	private static final Pattern PICTURE = Pattern
		.compile("<picture>\\s*<source [^>]*srcset=\"([^\"]+)\">\\s*<img src=\"([^\"]+)\" alt=\"([^\"]+)\"");

	private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");

	@Test
	void namesEachPropertyWithItsDefault() throws IOException {
		Map<String, String> documented = new TreeMap<>();
		Readme.table("docs/properties.md", "All properties").forEach((row) -> documented.put(row.get(0), row.get(1)));

		assertThat(documented).isEqualTo(metadata("holdfast."));
	}

	@Test
	void namesEachCauseWithItsActions() {
		Map<String, List<Object>> documented = new TreeMap<>();
		Readme.table(CAUSES, "Causes and actions")
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
		assertThat(Readme.table(CAUSES, "What plain Kafka does, and Holdfast")).extracting((row) -> row.get(0))
			.containsExactlyInAnyOrderElementsOf(Arrays.stream(Cause.values()).map(Cause::id).toList());
	}

	@Test
	void showsCodeThatCompiles() {
		String sources = Stream.of("PositionAlarm", "OrderServiceOnALyingBrokerTests", "OrdersDeliveredOnceTests")
			.map((name) -> "sample-app/src/test/java/dev/holdfast/kafka/docs/" + name + ".java")
			.map((file) -> withoutIndentation(Readme.read(file)))
			.collect(Collectors.joining());

		List<String> blocks = Stream.of("docs/decisions.md", "docs/test-kit.md")
			.flatMap((page) -> Readme.codeBlocks(page, "java").stream())
			.toList();
		assertThat(blocks).hasSize(3).allSatisfy((block) -> assertThat(sources).contains(withoutIndentation(block)));
	}

	@Test
	void namesTheCommandThatTheBuildRuns() {
		List<String> ci = Readme.read(".ci/run").lines().toList();

		assertThat(Readme.codeBlocks("README.md", "sh")).contains(ci.get(ci.size() - 1) + "\n");
	}

	@Test
	void isShort() {
		assertThat(Readme.read().lines()).hasSizeLessThanOrEqualTo(150);
	}

	/**
	 * The rows of the first table are the steps of the tour, and after them what has no
	 * numbers.
	 */
	@Test
	void everydayFaultsHaveTheNumbersOfTheTour() {
		List<List<String>> table = Readme.table("README.md", "What goes wrong on an ordinary day");

		List<List<String>> expected = new ArrayList<>();
		List<List<String>> shown = new ArrayList<>();
		for (int step = 0; step < ExpectedTour.ROWS.size() / 2; step++) {
			List<String> plain = ExpectedTour.ROWS.get(2 * step);
			List<String> guarded = ExpectedTour.ROWS.get(2 * step + 1);
			expected.add(List.of(plain.get(0).replaceFirst(".*, ", ""), numbers(plain), numbers(guarded)));
			shown.add(table.get(step).stream().map((cell) -> cell.replaceFirst(": .*", "")).toList());
		}
		assertThat(shown).isEqualTo(expected);
		assertThat(table.subList(expected.size(), table.size()))
			.allSatisfy((row) -> assertThat(String.join(" ", row)).doesNotContainPattern("[0-9]"));
	}

	/** Duplicates, lost and waiting, as the README says them. */
	private static String numbers(List<String> row) {
		String waiting = row.get(6).equals("0") ? "" : ", " + row.get(6) + " wait";
		return row.get(4) + " twice, " + row.get(5) + " lost" + waiting;
	}

	/**
	 * To files that are there, and to headings that they have.
	 */
	@Test
	void linksLeadSomewhere() {
		List<String> broken = new ArrayList<>();
		for (String page : Readme.pages()) {
			LINK.matcher(Readme.read(page)).results().map((each) -> each.group(1)).forEach((link) -> {
				if (!link.contains("://") && !isThere(page, link)) {
					broken.add(page + ": " + link);
				}
			});
		}
		assertThat(broken).isEmpty();
	}

	/**
	 * They are small, there is one for each theme, and each has words for who cannot see
	 * it.
	 */
	@Test
	void picturesAreThere() throws IOException {
		int pictures = 0;
		for (String page : Readme.pages()) {
			for (MatchResult picture : PICTURE.matcher(Readme.read(page)).results().toList()) {
				pictures++;
				assertThat(picture.group(2)).endsWith("-light.png");
				assertThat(picture.group(1)).isEqualTo(picture.group(2).replace("-light", "-dark"));
				assertThat(picture.group(3)).hasSizeGreaterThan(50);
				String folder = page.substring(0, page.lastIndexOf('/') + 1);
				assertThat(Readme.size(folder + picture.group(1))).isBetween(1000L, 150_000L);
				assertThat(Readme.size(folder + picture.group(2))).isBetween(1000L, 150_000L);
			}
		}
		assertThat(pictures).isEqualTo(2);
	}

	private static boolean isThere(String page, String link) {
		String file = link.replaceFirst("#.*", "");
		String folder = page.substring(0, page.lastIndexOf('/') + 1);
		String target = file.isEmpty() ? page : folder + file;
		if (!Readme.exists(target)) {
			return false;
		}
		String anchor = link.contains("#") ? link.substring(link.indexOf('#') + 1) : "";
		return anchor.isEmpty() || Readme.read(target)
			.lines()
			.filter((line) -> line.matches("#+ .*"))
			.map((line) -> line.replaceFirst("#+ ", "").toLowerCase(Locale.ROOT))
			.map((title) -> title.replaceAll("[^a-z0-9 _-]", "").replace(' ', '-'))
			.anyMatch(anchor::equals);
	}

	@Test
	void indexHasEachPage() {
		List<String> pages = new ArrayList<>(Readme.pages());
		pages.removeAll(List.of("README.md", "CONTRIBUTING.md", "docs/README.md"));

		assertThat(pages).allSatisfy(
				(page) -> assertThat(Readme.read("docs/README.md")).contains("](" + page.substring("docs/".length())));
	}

	private static String withoutIndentation(String code) {
		return code.lines().map(String::strip).collect(Collectors.joining("\n"));
	}

	static Map<String, String> metadata(String prefix) throws IOException {
		Map<String, String> defaults = new TreeMap<>();
		for (Resource resource : new PathMatchingResourcePatternResolver()
			.getResources("classpath*:META-INF/spring-configuration-metadata.json")) {
			List<Map<String, Object>> properties = JsonPath.read(resource.getInputStream(), "$.properties");
			properties.forEach((property) -> defaults.put(property.get("name").toString(),
					property.getOrDefault("defaultValue", "").toString()));
		}
		defaults.keySet().removeIf((name) -> !name.startsWith(prefix));
		return defaults;
	}

}
