/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.tables;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The kafka-clients jar of a release.
 *
 * @param release the release
 * @param file where the jar is
 */
record ClientsJar(KafkaRelease release, Path file) {

	private static final Pattern FILE_NAME = Pattern.compile("kafka-clients-(\\d+\\.\\d+)\\.\\d+\\.jar");

	/**
	 * Finds the jars in a directory.
	 * @param directory contains them, and nothing else
	 * @return the jars by release
	 */
	static SortedMap<KafkaRelease, ClientsJar> in(Path directory) throws IOException {
		if (!Files.isDirectory(directory)) {
			throw new UnusableInputException("There is no directory %s".formatted(directory));
		}
		SortedMap<KafkaRelease, ClientsJar> jars = new TreeMap<>();
		for (Path file : filesIn(directory)) {
			ClientsJar jar = of(file);
			ClientsJar other = jars.put(jar.release(), jar);
			if (other != null) {
				throw new UnusableInputException("%s: two jars of release %s, %s and %s; allowed: one for each release"
					.formatted(directory, jar.release(), other.file().getFileName(), file.getFileName()));
			}
		}
		if (jars.isEmpty()) {
			throw new UnusableInputException("%s: no jars".formatted(directory));
		}
		return jars;
	}

	private static List<Path> filesIn(Path directory) throws IOException {
		try (Stream<Path> files = Files.list(directory)) {
			return files.sorted().toList();
		}
	}

	private static ClientsJar of(Path file) {
		Matcher matcher = FILE_NAME.matcher(file.toFile().getName());
		if (!matcher.matches()) {
			throw new UnusableInputException(
					"%s is out of place; allowed: kafka-clients-<major>.<minor>.<patch>.jar".formatted(file));
		}
		return new ClientsJar(KafkaRelease.parse(matcher.group(1)), file);
	}

	/**
	 * Reads what the brokers of the release offer. It sees nothing of another jar.
	 * @return the APIs
	 */
	List<OfferedApi> read() throws IOException {
		URL[] urls = { file.toUri().toURL() };
		try (URLClassLoader loader = new URLClassLoader(urls, new JdkAndSlf4j())) {
			return new ApiKeysReader(loader).read();
		}
		catch (ReflectiveOperationException | LinkageError ex) {
			throw new UnusableInputException(
					"%s is no kafka-clients jar, or of a kind unknown to this program: %s".formatted(file, ex), ex);
		}
	}

}
