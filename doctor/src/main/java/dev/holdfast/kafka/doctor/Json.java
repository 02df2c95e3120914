/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.doctor;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

import dev.holdfast.kafka.conformance.report.Advice;
import dev.holdfast.kafka.conformance.report.ConformanceReport;
import dev.holdfast.kafka.conformance.report.Finding;
import dev.holdfast.kafka.versioncap.BrokerVersions;
import org.apache.kafka.common.utils.AppInfoParser;

/**
 * A report as JSON: maps, lists, text, numbers and truth values.
 */
final class Json {

	private static final String INDENT = "  ";

	private Json() {
	}

	/**
	 * The report.
	 */
	static String of(ConformanceReport report) {
		return write(map(report), "");
	}

	/**
	 * The report, with what each broker offers and what was found about each subject.
	 */
	static String bundle(ConformanceReport report) {
		Map<String, Object> bundle = new LinkedHashMap<>();
		bundle.put("kafkaClients", AppInfoParser.getVersion());
		bundle.put("java", Runtime.version().toString());
		bundle.putAll(map(report));
		bundle.put("offeredVersions", report.brokers().stream().map(Json::offered).toList());
		bundle.put("evidence", evidence(report));
		return write(bundle, "") + System.lineSeparator();
	}

	private static Map<String, Object> map(ConformanceReport report) {
		Map<String, Object> map = new LinkedHashMap<>();
		map.put("verdict", report.verdict().toString());
		map.put("clusterId", report.clusterId());
		map.put("brokers",
				report.brokers()
					.stream()
					.map((broker) -> ordered("id", broker.id(), "release", broker.releaseGuess()))
					.toList());
		map.put("partitions", report.partitions());
		map.put("tookMillis", report.took().toMillis());
		map.put("checks", report.findings().stream().map(Json::finding).toList());
		map.put("advice", report.advice().stream().map(Json::advice).toList());
		return map;
	}

	private static Map<String, Object> finding(Finding finding) {
		Map<String, Object> map = ordered("id", finding.check().id(), "sentence", finding.check().sentence());
		map.put("verdict", finding.verdict().toString());
		map.put("kind", finding.kind());
		map.put("detail", finding.detail());
		map.put("hint", finding.hint());
		return map;
	}

	private static Map<String, Object> advice(Advice advice) {
		Map<String, Object> map = ordered("property", advice.property(), "value", advice.value());
		map.put("reason", advice.reason());
		return map;
	}

	private static Map<String, Object> offered(ConformanceReport.Broker broker) {
		Map<String, Object> apis = new LinkedHashMap<>();
		for (BrokerVersions.Line line : broker.apis()) {
			apis.put(line.api().name(), line.offeredMin() + ".." + line.offeredMax());
		}
		return ordered("broker", broker.id(), "apis", apis);
	}

	private static Map<String, Object> evidence(ConformanceReport report) {
		Map<String, Object> evidence = new LinkedHashMap<>();
		report.findings().forEach((finding) -> evidence.put(finding.check().id(), finding.evidence()));
		return evidence;
	}

	private static Map<String, Object> ordered(String key, Object value, String other, Object otherValue) {
		Map<String, Object> map = new LinkedHashMap<>();
		map.put(key, value);
		map.put(other, otherValue);
		return map;
	}

	private static String write(Object value, String indent) {
		if (value instanceof Map<?, ?> map) {
			return block(map.entrySet()
				.stream()
				.map((entry) -> quote(String.valueOf(entry.getKey())) + ": " + write(entry.getValue(), indent + INDENT))
				.toList(), "{", "}", indent);
		}
		if (value instanceof Collection<?> list) {
			return block(list.stream().map((each) -> write(each, indent + INDENT)).toList(), "[", "]", indent);
		}
		return (value instanceof Number || value instanceof Boolean) ? value.toString() : quote(value.toString());
	}

	private static String block(List<String> elements, String open, String close, String indent) {
		if (elements.isEmpty()) {
			return open + close;
		}
		String line = System.lineSeparator() + indent;
		return elements.stream().collect(Collectors.joining("," + line + INDENT, open + line + INDENT, line + close));
	}

	private static String quote(String text) {
		StringBuilder quoted = new StringBuilder("\"");
		for (char each : text.toCharArray()) {
			switch (each) {
				case '"', '\\' -> quoted.append('\\').append(each);
				default -> {
					if (each < ' ') {
						quoted.append("\\u%04x".formatted((int) each));
					}
					else {
						quoted.append(each);
					}
				}
			}
		}
		return quoted.append('"').toString();
	}

}
