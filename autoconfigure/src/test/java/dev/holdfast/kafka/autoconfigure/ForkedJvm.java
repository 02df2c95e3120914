/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Runs a JVM like that of the tests, for what happens once in the life of a JVM.
 */
final class ForkedJvm {

	private static final long PATIENCE_SECONDS = 60;

	private final Path directory;

	private final List<String> options = new ArrayList<>();

	private final Map<String, String> environment = new TreeMap<>();

	/**
	 * Creates one that is still to be run.
	 * @param directory the working directory, which also gets its output
	 */
	ForkedJvm(Path directory) {
		this.directory = directory;
	}

	ForkedJvm classPath(Collection<Path> entries) {
		return options("-classpath",
				entries.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator)));
	}

	ForkedJvm options(String... options) {
		this.options.addAll(List.of(options));
		return this;
	}

	ForkedJvm environment(String name, String value) {
		environment.put(name, value);
		return this;
	}

	/**
	 * How a JVM has ended, and what it has said.
	 */
	record End(int exitCode, String output) {

		End succeeded() {
			assertThat(exitCode).as(output).isZero();
			return this;
		}

		End failed() {
			assertThat(exitCode).as(output).isOne();
			return this;
		}

	}

	End run(Class<?> main, String... arguments) throws IOException, InterruptedException {
		return options(main.getName()).run(arguments);
	}

	/**
	 * Runs it to its end.
	 * @param arguments what comes after the options
	 */
	End run(String... arguments) throws IOException, InterruptedException {
		List<String> command = new ArrayList<>();
		command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
		// Starts are all there is: the second compiler would only take the time of
		// others.
		command.addAll(List.of("-XX:TieredStopAtLevel=1", "-Xmx512m"));
		command.addAll(options);
		command.addAll(List.of(arguments));
		Path output = Files.createTempFile(directory, "jvm", ".out");
		ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile())
			.redirectErrorStream(true)
			.redirectOutput(output.toFile());
		builder.environment().putAll(environment);
		Process process = builder.start();
		try {
			boolean ended = process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
			assertThat(ended).as("%s is still running: %s", command, Files.readString(output)).isTrue();
			return new End(process.exitValue(), Files.readString(output));
		}
		finally {
			process.destroyForcibly();
		}
	}

}
