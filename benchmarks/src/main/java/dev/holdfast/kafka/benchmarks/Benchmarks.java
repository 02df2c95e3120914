/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.holdfast.kafka.benchmarks;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Measures what the guard costs and writes the report.
 */
@Command(name = "benchmarks", mixinStandardHelpOptions = true,
		description = "Measures what the guard costs, and writes a report.")
final class Benchmarks implements Callable<Integer> {

	@Option(names = "--output", required = true, description = "The report's file.")
	private Path output = Path.of("benchmarks.md");

	@Option(names = "--partial-output",
			description = "The report's file where it has only some parts, or its numbers mean nothing.")
	private @Nullable Path partialOutput;

	@Option(names = "--quick", description = "Only shows that everything works: the numbers mean nothing.")
	private boolean quick;

	@Option(names = "--only", split = ",", description = "Only these parts: ${COMPLETION-CANDIDATES}.")
	private Set<Part> parts = EnumSet.allOf(Part.class);

	/** The parts, in the order of the report. */
	enum Part {

		/** What a poll costs. */
		POLL(PollCost::measure),

		/** What a commit costs. */
		COMMIT(CommitCost::measure),

		/** What a listener container reads. */
		END_TO_END(EndToEnd::measure),

		/** How long an incident takes. */
		INCIDENT(IncidentCost::measure),

		/** How long an assignment takes. */
		ASSIGNMENT(AssignmentCost::measure),

		/** How long a start takes. */
		START_UP(StartUp::measure),

		/** How much heap a consumer takes. */
		HEAP(Footprint::measure),

		/** What comes onto the class path. */
		JARS((quick) -> Jars.measure());

		private final Measurement measurement;

		Part(Measurement measurement) {
			this.measurement = measurement;
		}

	}

	/**
	 * Measures something.
	 */
	private interface Measurement {

		Section measure(boolean quick) throws Exception;

	}

	public static void main(String[] args) {
		System.exit(new CommandLine(new Benchmarks()).setCaseInsensitiveEnumValuesAllowed(true).execute(args));
	}

	@Override
	public Integer call() throws Exception {
		List<Section> sections = new ArrayList<>();
		String commit = Report.commit();
		Path file = (isWhole() || partialOutput == null) ? output : partialOutput;
		for (Part part : Part.values()) {
			if (parts.contains(part)) {
				System.out.printf("%s …%n", part);
				Section section = part.measurement.measure(quick);
				section.targets().forEach((target) -> System.out.printf("  %s%n", target));
				sections.add(section);
				// A long run that fails late should leave a report.
				new Report(sections, command(), commit).write(file);
			}
		}
		System.out.printf("Written to %s%n", file.toAbsolutePath().normalize());
		return 0;
	}

	private boolean isWhole() {
		return !quick && parts.size() == Part.values().length;
	}

	private String command() {
		List<String> args = new ArrayList<>();
		if (quick) {
			args.add("--quick");
		}
		if (parts.size() < Part.values().length) {
			args.add("--only " + String.join(",", parts.stream().map(Part::name).toList()));
		}
		String given = args.isEmpty() ? "" : " -Dbenchmarks.args=\"%s\"".formatted(String.join(" ", args));
		return "mvn -q -Pbenchmarks -pl benchmarks -am -Dmaven.test.skip package" + given;
	}

}
