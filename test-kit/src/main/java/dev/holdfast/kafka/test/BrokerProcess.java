/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.test;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;

import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

/**
 * One node of a cluster in a process of its own, which ends with this JVM at the latest.
 */
final class BrokerProcess {

	private static final int STOP_SECONDS = 60;

	private static final int LINES = 20;

	private final Path directory;

	private final String classPath;

	private final String clusterId;

	private final Path properties;

	private final Path log;

	private @Nullable Process process;

	BrokerProcess(Path directory, String classPath, String clusterId, int id, Map<String, String> properties) {
		this.directory = directory;
		this.classPath = classPath;
		this.clusterId = clusterId;
		this.properties = directory.resolve("server.properties");
		this.log = directory.resolve("server.log");
		try {
			Path data = Files.createDirectories(directory.resolve("data"));
			write(this.properties, properties);
			// What kafka-storage writes for a broker; of a controller it knows more.
			write(data.resolve("meta.properties"), Map.of("version", "1", "cluster.id", clusterId, "node.id",
					Integer.toString(id), "directory.id", Uuid.randomUuid().toString()));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static void write(Path file, Map<String, String> content) throws IOException {
		Properties properties = new Properties();
		properties.putAll(content);
		try (Writer writer = Files.newBufferedWriter(file)) {
			properties.store(writer, null);
		}
	}

	/**
	 * Format the storage of a controller.
	 */
	void format() {
		try {
			Files.delete(this.directory.resolve("data").resolve("meta.properties"));
			Process format = run("kafka.tools.StorageTool", "format", "--cluster-id", this.clusterId, "--config",
					this.properties.toString());
			await(format, "format the storage");
			if (format.exitValue() != 0) {
				throw new IllegalStateException("The storage was not formatted: " + lastLines());
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	void start() {
		try {
			Process started = run("kafka.Kafka", this.properties.toString());
			Runtime.getRuntime().addShutdownHook(new Thread(started::destroyForcibly));
			this.process = started;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private Process run(String mainClass, String... arguments) throws IOException {
		List<String> command = new ArrayList<>(
				List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx256m",
						"-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
						"-Dlog4j2.level=OFF", "-cp", this.classPath, mainClass));
		command.addAll(List.of(arguments));
		return new ProcessBuilder(command).directory(this.directory.toFile())
			.redirectErrorStream(true)
			.redirectOutput(ProcessBuilder.Redirect.appendTo(new File(this.log.toString())))
			.start();
	}

	void requireAlive() {
		if (this.process == null || !this.process.isAlive()) {
			throw new IllegalStateException("A process of the cluster has ended: " + lastLines());
		}
	}

	private String lastLines() {
		try {
			List<String> lines = Files.readAllLines(this.log);
			return String.join(System.lineSeparator(), lines.subList(Math.max(0, lines.size() - LINES), lines.size()));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/** In an orderly way. */
	void stop() {
		if (this.process != null) {
			this.process.destroy();
			await(this.process, "stop");
		}
	}

	void kill() {
		if (this.process != null) {
			this.process.destroyForcibly();
			await(this.process, "end");
		}
	}

	private static void await(Process process, String what) {
		try {
			if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
				process.destroyForcibly();
				throw new IllegalStateException("A process of the cluster took too long: " + what);
			}
		}
		catch (InterruptedException ex) {
			process.destroyForcibly();
			Thread.currentThread().interrupt();
			throw new IllegalStateException("Interrupted: " + what, ex);
		}
	}

}
