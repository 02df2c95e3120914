/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import dev.holdfast.kafka.versioncap.VersionCapInstaller;

import dev.holdfast.kafka.test.KafkaCluster;

/**
 * The class path of an application: of what the tests have, what the starter brings, and
 * the tests' classes as those of the application.
 */
final class ApplicationFiles {

	private static final Pattern STARTER = Pattern
		.compile("(spring-(aop|beans|boot(-autoconfigure|-kafka|-transaction)?"
				+ "|context|core|expression|kafka|messaging|tx)|kafka-clients|slf4j-api|logback-\\w+"
				+ "|micrometer-(commons|observation)|jspecify|snakeyaml|asm|commons-logging)-\\d.*\\.jar");

	private static final Pattern JUNIT = Pattern.compile("(junit-\\w+-\\w+|opentest4j)-\\d.*\\.jar");

	private ApplicationFiles() {
	}

	/**
	 * The application's own classes.
	 */
	static Path application() {
		return location(ApplicationFiles.class);
	}

	static Path applicationJar(Path target) throws IOException {
		return jar(target.resolve("application.jar"), new Attributes(), application());
	}

	/**
	 * What comes with the starter, but Holdfast.
	 */
	static List<Path> libraries() {
		return jars(STARTER);
	}

	/**
	 * What an application's tests have more: JUnit and the test kit, without brokers.
	 */
	static List<Path> testing() {
		return Stream.concat(jars(JUNIT).stream(), Stream.of(location(KafkaCluster.class))).toList();
	}

	private static List<Path> jars(Pattern names) {
		return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
			.map(Path::of)
			.filter((entry) -> names.matcher(entry.toFile().getName()).matches())
			.toList();
	}

	static List<Path> classPath() {
		List<Path> classPath = new ArrayList<>(libraries());
		classPath.addAll(List.of(application(), location(HoldfastKafkaAutoConfiguration.class),
				location(VersionCapInstaller.class)));
		return classPath;
	}

	/**
	 * Holdfast as users have it.
	 * @param target where to put the jars
	 */
	static List<Path> holdfastJars(Path target) throws IOException {
		List<Path> jars = new ArrayList<>();
		for (Path part : List.of(location(HoldfastKafkaAutoConfiguration.class), location(VersionCapInstaller.class))) {
			Path jar = target.resolve("holdfast-%d.jar".formatted(jars.size()));
			// Directories where the build has not come to packaging.
			jars.add(Files.isDirectory(part) ? jar(jar, new Attributes(), part) : Files.copy(part, jar));
		}
		return jars;
	}

	/**
	 * Makes a jar.
	 * @param jar the file
	 * @param manifest what to say in its manifest
	 * @param directory what to put into it
	 * @return the file
	 */
	static Path jar(Path jar, Attributes manifest, Path directory) throws IOException {
		Manifest contents = new Manifest();
		contents.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
		contents.getMainAttributes().putAll(manifest);
		try (OutputStream stream = Files.newOutputStream(jar);
				JarOutputStream output = new JarOutputStream(stream, contents);
				Stream<Path> files = Files.walk(directory)) {
			for (Path file : files.filter(Files::isRegularFile).toList()) {
				String name = entryName(directory, file);
				if (!name.equals("META-INF/MANIFEST.MF")) {
					output.putNextEntry(new JarEntry(name));
					Files.copy(file, output);
				}
			}
		}
		return jar;
	}

	static String entryName(Path directory, Path file) {
		return directory.relativize(file).toString().replace(File.separatorChar, '/');
	}

	private static Path location(Class<?> type) {
		return Path.of(URI.create(type.getProtectionDomain().getCodeSource().getLocation().toString()));
	}

}
