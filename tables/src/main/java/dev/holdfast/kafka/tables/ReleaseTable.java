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

/**
 * Makes the table of each API's highest stable version per release of Kafka from the
 * kafka-clients jars of those releases, or compares the table with them.
 * <p>
 * The exit code is 0 if all is well, 1 if the table differs from the jars, and 2 if the
 * arguments or the files are unusable.
 */
public final class ReleaseTable {

	private static final String USAGE = """
			Allowed:
			  --write <csv> <jar directory>   makes the table anew
			  --verify <csv> <jar directory>  compares the table with the jars
			The directory has one kafka-clients-<major>.<minor>.<patch>.jar for each release, and nothing else.""";

	private final PrintStream out;

	ReleaseTable(PrintStream out) {
		this.out = out;
	}

	public static void main(String[] args) throws IOException {
		System.exit(new ReleaseTable(System.out).run(args));
	}

	int run(String... args) throws IOException {
		try {
			if (args.length != 3) {
				throw new UnusableInputException("%d arguments instead of 3%n%s".formatted(args.length, USAGE));
			}
			Path csv = Path.of(args[1]);
			Path jars = Path.of(args[2]);
			return switch (args[0]) {
				case "--write" -> write(csv, jars);
				case "--verify" -> verify(csv, jars);
				default -> throw new UnusableInputException("'%s' is not known%n%s".formatted(args[0], USAGE));
			};
		}
		catch (UnusableInputException ex) {
			out.println(ex.getMessage());
			if (ex.getCause() != null) {
				ex.getCause().printStackTrace(out);
			}
			return 2;
		}
	}

	private int write(Path csv, Path directory) throws IOException {
		Table jars = Table.of(ClientsJar.in(directory));
		Files.writeString(csv, TableText.of(jars));
		out.printf("%s: written from %s%n", csv, describe(jars));
		return 0;
	}

	private int verify(Path csv, Path directory) throws IOException {
		if (!Files.isRegularFile(csv)) {
			throw new UnusableInputException("There is no file %s".formatted(csv));
		}
		String text = Files.readString(csv);
		Table table = TableText.parse(text);
		Table jars = Table.of(ClientsJar.in(directory));
		List<String> differences = new TableComparison(table, jars).differences();
		if (differences.isEmpty() && !text.equals(TableText.of(jars))) {
			// A comment or the order of rows differs: --write would make another file.
			differences = List.of("no version differs, but the text is not what --write makes of the jars");
		}
		if (differences.isEmpty()) {
			out.printf("%s: agrees with %s%n", csv, describe(jars));
			return 0;
		}
		out.printf("%s: differs from %s%n", csv, describe(jars));
		differences.forEach((difference) -> out.println("  " + difference));
		return 1;
	}

	private static String describe(Table jars) {
		return "the jars of %d releases, %s to %s".formatted(jars.releases().size(), jars.releases().first(),
				jars.releases().last());
	}

}
