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
import java.util.stream.Stream;

/**
 * The README and the pages in docs, for tests of what they say.
 */
public final class Readme {

	private static final Path ROOT = Path.of(System.getProperty("basedir", ""), "..");

	private Readme() {
	}

	public static String read() {
		return read("README.md");
	}

	public static String read(String file) {
		try {
			return Files.readString(ROOT.resolve(file));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * The cells of the first table below a heading of a page, without the table's
	 * headings and without backticks.
	 */
	static List<List<String>> table(String page, String heading) {
		String text = read(page);
		int start = text.indexOf("\n## " + heading + "\n");
		if (start < 0) {
			throw new AssertionError("%s has no heading '%s'".formatted(page, heading));
		}
		return text.substring(start + 1)
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

	/** The README and all other pages. */
	static List<String> pages() {
		try (Stream<Path> files = Files.list(ROOT.resolve("docs"))) {
			return Stream
				.concat(Stream.of("README.md", "CONTRIBUTING.md"),
						files.map((file) -> file.getFileName().toString())
							.filter((name) -> name.endsWith(".md"))
							.sorted()
							.map((name) -> "docs/" + name))
				.toList();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/** Whether a file or folder is there. */
	static boolean exists(String path) {
		return Files.exists(ROOT.resolve(path).normalize());
	}

	/** How many bytes a file has. */
	static long size(String path) throws IOException {
		return Files.size(ROOT.resolve(path));
	}

	/** The code blocks of a page in a language. */
	static List<String> codeBlocks(String page, String language) {
		return Pattern.compile("```" + language + "\n(.*?)```", Pattern.DOTALL)
			.matcher(read(page))
			.results()
			.map((result) -> result.group(1))
			.toList();
	}

}
