/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.doctor;

import java.io.PrintWriter;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import dev.holdfast.kafka.conformance.report.Check;
import dev.holdfast.kafka.conformance.report.ConformanceReport;
import dev.holdfast.kafka.conformance.report.Finding;
import dev.holdfast.kafka.conformance.report.Verdict;
import picocli.CommandLine.Help.Ansi;

/**
 * Prints a report for people: one line and one mark a check, a hint below what is wrong,
 * the verdict last, and then what to paste.
 */
final class TerminalReport {

	private static final int ID_WIDTH = Stream.of(Check.values())
		.mapToInt((check) -> check.id().length())
		.max()
		.orElse(0);

	private final PrintWriter out;

	private final Ansi ansi;

	private final ConformanceReport report;

	TerminalReport(PrintWriter out, Ansi ansi, ConformanceReport report) {
		this.out = out;
		this.ansi = ansi;
		this.report = report;
	}

	static void listChecks(PrintWriter out) {
		for (Check check : Check.values()) {
			out.printf("%-" + ID_WIDTH + "s  %s.%s%n", check.id(), check.sentence(),
					check.isWriting() ? " Needs --write." : "");
		}
		out.flush();
	}

	void print() {
		printHead();
		for (Check.Group group : Check.Group.values()) {
			printGroup(group);
		}
		printSkipped();
		out.printf("%n%s%n", verdict());
		List<String> yaml = Yaml.of(report.advice());
		if (!yaml.isEmpty()) {
			out.printf("%nFor application.yaml:%n%n");
			yaml.forEach(out::println);
		}
	}

	private void printHead() {
		String releases = report.brokers()
			.stream()
			.map(ConformanceReport.Broker::releaseGuess)
			.filter((guess) -> !guess.isEmpty())
			.distinct()
			.collect(Collectors.joining(", "));
		out.printf("Cluster %s: %d broker(s)%s, %d partition(s), %.1f s%n",
				report.clusterId().isEmpty() ? "without id" : report.clusterId(), report.brokers().size(),
				releases.isEmpty() ? "" : " like Kafka " + releases, report.partitions(),
				report.took().toMillis() / 1000.0);
	}

	private void printGroup(Check.Group group) {
		List<Finding> findings = report.findings()
			.stream()
			.filter((finding) -> finding.check().group() == group && finding.verdict() != Verdict.SKIPPED)
			.toList();
		if (!findings.isEmpty()) {
			out.printf("%n%s%n", ansi.string("@|bold " + group.title() + "|@"));
		}
		for (Finding finding : findings) {
			out.printf("  %s %-" + ID_WIDTH + "s  %s%n", mark(finding.verdict()), finding.check().id(),
					finding.detail());
			if (!finding.hint().isEmpty()) {
				out.printf("     %s %s See %s%n", " ".repeat(ID_WIDTH), finding.hint(), finding.check().page());
			}
		}
	}

	private void printSkipped() {
		List<Finding> skipped = report.findings()
			.stream()
			.filter((finding) -> finding.verdict() == Verdict.SKIPPED)
			.toList();
		if (!skipped.isEmpty()) {
			out.printf("%n%s%n", ansi.string("@|bold Skipped|@"));
			skipped.forEach((finding) -> out.printf("  %s %-" + ID_WIDTH + "s  %s%n", mark(Verdict.SKIPPED),
					finding.check().id(), finding.detail()));
		}
	}

	private String mark(Verdict verdict) {
		return switch (verdict) {
			case FAILED -> ansi.string("@|bold,red x|@");
			case WARNING -> ansi.string("@|bold,yellow !|@");
			case UNDECIDED -> ansi.string("@|bold,yellow ?|@");
			case SOUND -> ansi.string("@|bold,green +|@");
			case SKIPPED -> "-";
		};
	}

	private String verdict() {
		String counts = Stream.of(Verdict.values())
			.filter((verdict) -> count(verdict) > 0)
			.map((verdict) -> count(verdict) + " " + verdict)
			.collect(Collectors.joining(", "));
		return switch (report.verdict()) {
			case FAILED -> ansi.string("@|bold,red These brokers do not keep their word|@: ") + counts;
			case WARNING -> ansi.string("@|bold,yellow These brokers do not lie, but lack something|@: ") + counts;
			case UNDECIDED -> ansi.string("@|bold,yellow Nothing is proven against these brokers|@: ") + counts;
			case SOUND -> ansi.string("@|bold,green These brokers keep their word|@: ") + counts;
			case SKIPPED -> "Nothing could be checked: " + counts;
		};
	}

	private long count(Verdict verdict) {
		return report.findings().stream().filter((finding) -> finding.verdict() == verdict).count();
	}

}
