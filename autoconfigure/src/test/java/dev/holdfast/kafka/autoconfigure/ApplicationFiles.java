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

/**
 * The class path of an application: of what the tests have, what the starter brings, and
 * the tests' classes as those of the application.
 */
final class ApplicationFiles {

	private static final Pattern STARTER = Pattern
		.compile("(spring-(aop|beans|boot(-autoconfigure|-kafka|-transaction)?"
				+ "|context|core|expression|kafka|messaging|tx)|kafka-clients|slf4j-api|logback-\\w+"
				+ "|micrometer-(commons|observation)|jspecify|snakeyaml|asm|commons-logging)-\\d.*\\.jar");

	private ApplicationFiles() {
	}

	/**
	 * The application's own classes.
	 */
	static Path application() {
		return location(ApplicationFiles.class);
	}

	/**
	 * Holdfast as the build has it: in directories or in jars.
	 */
	static List<Path> holdfast() {
		return List.of(location(HoldfastKafkaAutoConfiguration.class), location(VersionCapInstaller.class));
	}

	/**
	 * Everything else.
	 */
	static List<Path> libraries() {
		List<Path> libraries = Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
			.map(Path::of)
			.filter((entry) -> STARTER.matcher(entry.toFile().getName()).matches())
			.toList();
		if (libraries.size() < 20) {
			throw new IllegalStateException("The tests' class path is not as expected: " + libraries);
		}
		return libraries;
	}

	static List<Path> classPath() {
		return Stream.of(List.of(application()), holdfast(), libraries()).flatMap(List::stream).toList();
	}

	/**
	 * The class path as users have it: Holdfast in jars.
	 * @param target where to make jars of directories
	 */
	static List<Path> inJars(List<Path> classPath, Path target) throws IOException {
		List<Path> jars = new ArrayList<>();
		for (Path entry : classPath) {
			jars.add(Files.isDirectory(entry)
					? jar(target.resolve("part-" + jars.size() + ".jar"), new Attributes(), entry) : entry);
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
				String name = directory.relativize(file).toString().replace(File.separatorChar, '/');
				if (!name.equals("META-INF/MANIFEST.MF")) {
					output.putNextEntry(new JarEntry(name));
					Files.copy(file, output);
				}
			}
		}
		return jar;
	}

	private static Path location(Class<?> type) {
		return Path.of(URI.create(type.getProtectionDomain().getCodeSource().getLocation().toString()));
	}

}
