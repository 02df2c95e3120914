/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.holdfast.kafka.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * What the starter adds to an application with Spring Kafka.
 */
final class Jars {

	/** Without Spring's and Kafka's own jars. The starter itself is empty. */
	private static final List<String> ADDED = List.of("core", "autoconfigure", "starter", "asm");

	private Jars() {
	}

	static boolean isHoldfast(String entry) {
		return !name(entry).isEmpty();
	}

	/**
	 * Which of the added jars an entry of the class path is.
	 */
	private static String name(String entry) {
		String path = entry.replace('\\', '/');
		if (path.contains("/org/ow2/asm/asm/")) {
			return "asm";
		}
		for (String module : ADDED) {
			boolean jar = path.matches(".*/holdfast-kafka-(spring-boot-)?" + module + "-[^/]*\\.jar");
			if (jar || path.endsWith("/" + module + "/target/classes")) {
				return module;
			}
		}
		return "";
	}

	static Section measure() throws IOException {
		List<List<String>> rows = new ArrayList<>();
		long withCode = 0;
		for (String entry : OwnJvm.classPath()) {
			String name = name(entry);
			if (!name.isEmpty()) {
				rows.add(List.of(name, Section.number(size(Path.of(entry)) / 1024.0)));
				withCode += name.equals("starter") ? 0 : 1;
			}
		}
		return new Section("Jars", """
				What the starter adds to the class path of an application that has Spring Boot's starter for Kafka.
				That nothing else comes along is what `StarterDependenciesTests` in the starter compares with
				what Maven resolves.""", List.of("jar", "KiB"), rows,
				List.of(Section.Target.atMost("Jars with code beyond Spring's and Kafka's own", withCode, 3, "")));
	}

	private static long size(Path entry) throws IOException {
		try (Stream<Path> files = Files.walk(entry)) {
			return files.filter(Files::isRegularFile).mapToLong((file) -> file.toFile().length()).sum();
		}
	}

}
