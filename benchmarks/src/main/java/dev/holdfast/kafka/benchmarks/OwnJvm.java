/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.holdfast.kafka.benchmarks;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Runs a main class in a JVM of its own.
 */
final class OwnJvm {

	private OwnJvm() {
	}

	static List<String> classPath() {
		return Arrays.asList(System.getProperty("java.class.path").split(File.pathSeparator));
	}

	/**
	 * Runs it to its end.
	 * @param main the main class
	 * @param entries selects the entries of this JVM's class path that it gets
	 * @param args its arguments
	 * @return the number in the line that it prints last
	 */
	static double run(Class<?> main, Predicate<String> entries, String... args)
			throws IOException, InterruptedException {
		List<String> command = new ArrayList<>();
		command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
		command.addAll(List.of("-Xmx1g", "-classpath",
				classPath().stream().filter(entries).collect(Collectors.joining(File.pathSeparator)), main.getName()));
		command.addAll(Arrays.asList(args));
		Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
		String output;
		try (InputStream stream = process.getInputStream()) {
			output = new String(stream.readAllBytes(), StandardCharsets.UTF_8);
		}
		if (process.waitFor() != 0) {
			throw new IllegalStateException("%s failed:%n%s".formatted(main.getSimpleName(), output));
		}
		List<String> lines = output.strip().lines().toList();
		return Double.parseDouble(lines.get(lines.size() - 1));
	}

}
