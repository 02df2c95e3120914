/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.docs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The README, for tests of what it says.
 */
public final class Readme {

	private static final Path ROOT = Path.of(System.getProperty("basedir", ""), "..");

	private Readme() {
	}

	public static String read() {
		return read("README.md");
	}

	static String read(String file) {
		try {
			return Files.readString(ROOT.resolve(file));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * The cells of the first table below a heading, without the table's headings and
	 * without backticks.
	 */
	static List<List<String>> table(String heading) {
		String readme = read();
		int start = readme.indexOf("\n## " + heading + "\n");
		return readme.substring(start + 1)
			.lines()
			.dropWhile((line) -> !line.startsWith("|"))
			.takeWhile((line) -> line.startsWith("|"))
			.skip(2)
			.map((line) -> Arrays.stream(line.split("\\|"))
				.skip(1)
				.map((cell) -> cell.replace("`", "").trim())
				.toList())
			.toList();
	}

	/** The code blocks in a language. */
	static List<String> codeBlocks(String language) {
		return Pattern.compile("```" + language + "\n(.*?)```", Pattern.DOTALL)
			.matcher(read())
			.results()
			.map((result) -> result.group(1))
			.toList();
	}

}
