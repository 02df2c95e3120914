/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.tables;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;

/**
 * Finds out how far each API of a consumer can be capped until the consumer no longer
 * reads and commits. It tries real consumers on a real broker, and makes a table of the
 * results, or compares the table with them. Takes about a minute.
 * <p>
 * The exit code is 0 if all is well, 1 if the table differs from the results, and 2 if
 * the arguments or the file are unusable, or a probe fails.
 */
public final class ConsumerFloorsProbe {

	private static final String USAGE = """
			Allowed:
			  --write <csv>   makes the table anew
			  --verify <csv>  compares the table with consumers on a broker""";

	private final PrintStream out;

	private final Callable<List<ProbedApi>> survey;

	ConsumerFloorsProbe(PrintStream out, Callable<List<ProbedApi>> survey) {
		this.out = out;
		this.survey = survey;
	}

	public static void main(String[] args) throws Exception {
		System.exit(new ConsumerFloorsProbe(System.out, FloorsSurvey::take).run(args));
	}

	int run(String... args) throws Exception {
		try {
			if (args.length != 2) {
				throw new UnusableInputException("%d arguments instead of 2%n%s".formatted(args.length, USAGE));
			}
			Path csv = Path.of(args[1]);
			return switch (args[0]) {
				case "--write" -> write(csv);
				case "--verify" -> verify(csv);
				default -> throw new UnusableInputException("'%s' is not known%n%s".formatted(args[0], USAGE));
			};
		}
		catch (UnusableInputException | FailedProbeException ex) {
			out.println(ex.getMessage());
			return 2;
		}
	}

	private int write(Path csv) throws Exception {
		List<ProbedApi> probed = survey.call();
		Files.writeString(csv, FloorsText.of(probed));
		out.printf("%s: written%n", csv);
		probed.forEach(this::explain);
		return 0;
	}

	private int verify(Path csv) throws Exception {
		String text = read(csv);
		List<ProbedApi> probed = survey.call();
		List<String> found = FloorsText.of(probed).lines().toList();
		List<String> written = text.lines().toList();
		if (found.equals(written)) {
			out.printf("%s: agrees with consumers on a broker%n", csv);
			return 0;
		}
		out.printf("%s: differs from consumers on a broker%n", csv);
		written.stream().filter((line) -> !found.contains(line)).forEach((line) -> out.println("  table: " + line));
		found.stream().filter((line) -> !written.contains(line)).forEach((line) -> out.println("  found: " + line));
		out.println("What did not work:");
		probed.forEach(this::explain);
		return 1;
	}

	private static String read(Path csv) throws IOException {
		if (!Files.isRegularFile(csv)) {
			throw new UnusableInputException("There is no file %s".formatted(csv));
		}
		return Files.readString(csv);
	}

	private void explain(ProbedApi probed) {
		probed.failures().forEach((version, failure) -> out.printf("  %s, at %d: %s%n", probed, version, failure));
	}

}
