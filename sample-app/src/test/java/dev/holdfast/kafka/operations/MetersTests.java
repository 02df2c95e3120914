/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.operations;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import com.jayway.jsonpath.JsonPath;
import dev.holdfast.kafka.offsetguard.policy.Cause;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.yaml.snakeyaml.Yaml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The meters are those of docs/metrics.md, and dashboard and alert rules use no other.
 */
@LyingKafka
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class MetersTests {

	private static final Path DOCS = Path.of(System.getProperty("basedir", ""), "..", "docs");

	private static final Pattern EXPRESSION_WORDS = Pattern.compile("\\b[a-z_:][a-z0-9_:]*\\b(?!\\()");

	private static final Set<String> GRAMMAR = Set.of("by", "sum", "max", "and", "or", "unless", "offset");

	private final KafkaCluster cluster;

	MetersTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	@Test
	void documentsDashboardAndAlertsAgreeWithTheRegistry() throws IOException {
		TopicPartition partition = new TopicPartition("orders", 0);
		cluster.createTopic("orders", 1);
		cluster.commit("orders", partition, new OffsetAndMetadata(0));
		try (Shop shop = Shop.open(cluster, "orders")) {
			// Nothing is in doubt: the series are there all the same, at 0.
			await().atMost(Shop.PATIENCE)
				.until(() -> shop.get("/actuator/prometheus").body().contains("holdfast_kafka_inspection"));
			String scrape = shop.get("/actuator/prometheus").body();

			assertThat(table("metrics.md", 0))
				.containsExactlyInAnyOrderElementsOf(registered(shop.context().getBean(MeterRegistry.class)));
			Map<String, Double> series = holdfastSeries(scrape);
			assertThat(table("metrics.md", 1).stream().flatMap((row) -> Stream.of(row.get(1).split(" "))))
				.containsExactlyInAnyOrderElementsOf(series.keySet());
			assertThat(series.values()).containsOnly(0.0);
			assertThat(metricsIn(dashboard())).isEqualTo(series.keySet());
			assertThat(metricsIn(alerts())).isNotEmpty().isSubsetOf(seriesOf(scrape));
			for (Cause cause : Cause.values()) {
				assertThat(scrape).contains("holdfast_kafka_decisions_total{action=\"%s\",cause=\"%s\","
					.formatted(cause.defaultAction().id(), cause.id()) + "group=\"orders\",topic=\"orders\"} 0.0");
			}
		}
	}

	@Test
	void alertsNameCausesThatExist() throws IOException {
		List<String> causes = alerts().stream()
			.flatMap((expr) -> Pattern.compile("cause=~\"([^\"]*)\"").matcher(expr).results())
			.flatMap((match) -> Stream.of(match.group(1).split("\\|")))
			.toList();
		assertThat(causes).isNotEmpty()
			.isSubsetOf(Arrays.stream(Cause.values()).map(Cause::id).collect(Collectors.toSet()));
	}

	@Test
	void theDashboardTellsInstancesApart() throws IOException {
		String json = Files.readString(DOCS.resolve("grafana/holdfast.json"));

		assertThat(JsonPath.<List<String>>read(json, "$.templating.list[*].name")).containsExactly("datasource", "job",
				"instance", "group", "topic");
		assertThat(JsonPath.<List<String>>read(json, "$..expr")).isNotEmpty()
			.allSatisfy((expr) -> assertThat(expr)
				.doesNotContainPattern("holdfast_\\w+\\b(?!\\{job=~\"\\$job\",instance=~\"\\$instance\",)"));
	}

	@Test
	void alertsLeadToSectionsOfTheRunbook() throws IOException {
		List<String> sections = Files.readAllLines(DOCS.resolve("runbook.md"))
			.stream()
			.filter((line) -> line.startsWith("#"))
			.map((line) -> line.replaceFirst("#+ ", "").toLowerCase(Locale.ROOT))
			.map((title) -> "docs/runbook.md#" + title.replaceAll("[^a-z0-9 -]", "").replace(' ', '-'))
			.toList();

		assertThat(rules("annotations.runbook_url")).hasSameSizeAs(alerts()).isSubsetOf(sections);
	}

	/** As in the table: meter, type, base unit, tags, description. */
	private static Set<List<String>> registered(MeterRegistry registry) {
		return registry.getMeters()
			.stream()
			.map(Meter::getId)
			.filter((id) -> id.getName().startsWith("holdfast."))
			.map((id) -> List.of(id.getName(), id.getType().name().toLowerCase(Locale.ROOT),
					Objects.toString(id.getBaseUnit(), ""), tags(id), String.valueOf(id.getDescription())))
			.collect(Collectors.toSet());
	}

	private static String tags(Meter.Id id) {
		List<String> order = List.of("group", "topic", "cause", "action");
		return id.getTags()
			.stream()
			.map(Tag::getKey)
			.sorted((one, other) -> Integer.compare(order.indexOf(one), order.indexOf(other)))
			.collect(Collectors.joining(" "));
	}

	/** The highest value of each series of Holdfast's. */
	private static Map<String, Double> holdfastSeries(String scrape) {
		Map<String, Double> series = new TreeMap<>();
		scrape.lines()
			.filter((line) -> line.startsWith("holdfast_"))
			.forEach((line) -> series.merge(line.substring(0, line.indexOf('{')),
					Double.valueOf(line.substring(line.lastIndexOf(' '))), Math::max));
		return series;
	}

	/**
	 * What Prometheus has of an application: what it scrapes, and a series that it adds.
	 */
	private static Set<String> seriesOf(String scrape) {
		return Stream
			.concat(Stream.of("up"),
					scrape.lines().filter((line) -> !line.startsWith("#")).map((line) -> line.split("[{ ]", 2)[0]))
			.collect(Collectors.toSet());
	}

	/** What is left of expressions without functions, labels and durations. */
	private static Set<String> metricsIn(List<String> expressions) {
		Set<String> metrics = new TreeSet<>();
		for (String expression : expressions) {
			String bare = expression.replaceAll("label_values\\((.*), \\w+\\)", "$1")
				.replaceAll("\\{[^}]*}", "")
				.replaceAll("\\[[^]]*]", "")
				.replaceAll("(by|on) \\([^)]*\\)", "");
			EXPRESSION_WORDS.matcher(bare).results().map((match) -> match.group()).forEach(metrics::add);
		}
		metrics.removeAll(GRAMMAR);
		return metrics;
	}

	private static List<String> dashboard() throws IOException {
		String json = Files.readString(DOCS.resolve("grafana/holdfast.json"));
		List<String> expressions = new ArrayList<>(JsonPath.<List<String>>read(json, "$..expr"));
		expressions.addAll(JsonPath.<List<String>>read(json, "$..definition"));
		return expressions;
	}

	private static List<String> alerts() throws IOException {
		return rules("expr");
	}

	private static List<String> rules(String field) throws IOException {
		Map<String, Object> rules = new Yaml().load(Files.readString(DOCS.resolve("prometheus/holdfast-alerts.yml")));
		return JsonPath.read(rules, "$.groups[*].rules[*]." + field);
	}

	/** The cells of a file's n-th table. */
	private static List<List<String>> table(String file, int index) throws IOException {
		List<List<List<String>>> tables = new ArrayList<>();
		boolean inside = false;
		for (String line : Files.readAllLines(DOCS.resolve(file))) {
			if (line.startsWith("|")) {
				if (!inside) {
					tables.add(new ArrayList<>());
				}
				tables.get(tables.size() - 1)
					.add(Stream.of(line.split("\\|")).skip(1).map((cell) -> cell.replace("`", "").trim()).toList());
			}
			inside = line.startsWith("|");
		}
		return tables.get(index).subList(2, tables.get(index).size());
	}

}
