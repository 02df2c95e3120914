/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.holdfast.kafka.benchmarks;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

import com.sun.management.OperatingSystemMXBean;

/**
 * The report, in Markdown.
 */
final class Report {

	private final List<Section> sections;

	private final String command;

	private final String commit;

	/**
	 * Creates a report.
	 * @param sections its parts
	 * @param command the command that ran the benchmarks
	 * @param commit the commit that they measured
	 */
	Report(List<Section> sections, String command, String commit) {
		this.sections = sections;
		this.command = command;
		this.commit = commit;
	}

	void write(Path file) throws IOException {
		Files.createDirectories(file.toAbsolutePath().getParent());
		Files.writeString(file, text());
	}

	private String text() throws IOException {
		StringBuilder text = new StringBuilder("""
				# Benchmarks

				Written by the module [benchmarks](../benchmarks); not by hand. All comparisons are within one run.

				""");
		text.append("- Command: `%s`%n".formatted(command));
		text.append("- Date: %s%n".formatted(LocalDate.now(ZoneOffset.UTC)));
		text.append("- Commit: %s%n".formatted(commit));
		text.append(
				"- JDK: %s %s%n".formatted(System.getProperty("java.vm.name"), System.getProperty("java.vm.version")));
		text.append("- Machine: %s%n%n## What must be reached%n%n".formatted(machine()));
		sections.forEach((section) -> section.targets().forEach((target) -> text.append("- %s%n".formatted(target))));
		sections.forEach((section) -> append(text, section));
		return text.toString().replace("\r\n", "\n");
	}

	private static void append(StringBuilder text, Section section) {
		text.append("%n## %s%n%n%s%n%n".formatted(section.title(), section.text()));
		text.append(row(section.header()));
		text.append(row(Collections.nCopies(section.header().size(), "---")));
		section.rows().forEach((row) -> text.append(row(row)));
		if (section.chart() != null) {
			text.append("%n%s".formatted(section.chart()));
		}
	}

	private static String row(List<String> cells) {
		return cells.stream().collect(Collectors.joining(" | ", "| ", " |\n"));
	}

	/**
	 * The commit that is checked out, and whether tracked files outside of docs have
	 * changed since.
	 */
	static String commit() throws IOException, InterruptedException {
		String commit = output("git", "rev-parse", "--short", "HEAD");
		return output("git", "status", "--porcelain", "--untracked-files=no", "--", ":/", ":(top,exclude)docs")
			.isEmpty() ? commit : commit + ", with changes";
	}

	private static String output(String... command) throws IOException, InterruptedException {
		Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
		String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
		return (process.waitFor() == 0) ? output : "unknown";
	}

	private static String machine() throws IOException {
		Path cpuInfo = Path.of("/proc/cpuinfo");
		String cpu = Files.isReadable(cpuInfo) ? Files.readAllLines(cpuInfo)
			.stream()
			.filter((line) -> line.startsWith("model name"))
			.map((line) -> line.substring(line.indexOf(':') + 1).strip())
			.findFirst()
			.orElse("unknown CPU") : "unknown CPU";
		OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
		return String.format(Locale.ROOT, "%s, %d cores, %.0f GiB, %s %s", cpu, system.getAvailableProcessors(),
				system.getTotalMemorySize() / (double) (1 << 30), System.getProperty("os.name"),
				System.getProperty("os.version"));
	}

}
