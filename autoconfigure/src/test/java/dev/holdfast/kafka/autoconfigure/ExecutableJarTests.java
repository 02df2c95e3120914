/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An application in an executable jar, laid out as Spring Boot's Maven plugin does it and
 * started by Spring Boot's own launcher: kafka-clients and Holdfast are in jars inside of
 * the jar. Configured by an environment variable, as such jars are.
 */
@LyingKafka
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class ExecutableJarTests {

	private final AskedVersions asked;

	@TempDir
	private Path directory;

	ExecutableJarTests(KafkaCluster cluster) {
		asked = new AskedVersions(cluster);
	}

	@Test
	void capHolds() throws Exception {
		Path jar = executableJar();

		ForkedJvm.End end = new ForkedJvm(directory).options("-jar", jar.toString())
			.environment("HOLDFAST_KAFKA_VERSIONCAP_MAXVERSIONS_METADATA", Short.toString(AskedVersions.CAPPED))
			.run(asked.arguments("executable"))
			.succeeded();

		assertThat(end.output()).contains("Guarding the consumers of 'kafkaConsumerFactory'");
		assertThat(asked.of("executable")).containsExactly(AskedVersions.CAPPED);
	}

	private Path executableJar() throws IOException {
		Manifest manifest = new Manifest();
		manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
		manifest.getMainAttributes()
			.put(Attributes.Name.MAIN_CLASS, "org.springframework.boot.loader.launch.JarLauncher");
		manifest.getMainAttributes().putValue("Start-Class", AskingApplication.class.getName());
		manifest.getMainAttributes().putValue("Spring-Boot-Classes", "BOOT-INF/classes/");
		manifest.getMainAttributes().putValue("Spring-Boot-Lib", "BOOT-INF/lib/");
		Path jar = directory.resolve("application.jar");
		try (OutputStream stream = Files.newOutputStream(jar);
				JarOutputStream output = new JarOutputStream(stream, manifest)) {
			addLauncher(output);
			addClasses(output, ApplicationFiles.application());
			List<Path> libraries = new ArrayList<>(ApplicationFiles.libraries());
			libraries.addAll(ApplicationFiles.holdfastJars(directory));
			for (Path library : libraries) {
				addLibrary(output, library);
			}
		}
		return jar;
	}

	private static void addLauncher(JarOutputStream output) throws IOException {
		try (JarFile loader = new JarFile("target/spring-boot/spring-boot-loader.jar")) {
			for (ZipEntry entry : loader.stream().filter((entry) -> !entry.isDirectory()).toList()) {
				if (!entry.getName().equals(JarFile.MANIFEST_NAME)) {
					output.putNextEntry(new ZipEntry(entry.getName()));
					loader.getInputStream(entry).transferTo(output);
				}
			}
		}
	}

	private static void addClasses(JarOutputStream output, Path classes) throws IOException {
		output.putNextEntry(new ZipEntry("BOOT-INF/classes/"));
		try (Stream<Path> files = Files.walk(classes)) {
			for (Path file : files.filter(Files::isRegularFile).toList()) {
				output.putNextEntry(new ZipEntry("BOOT-INF/classes/" + ApplicationFiles.entryName(classes, file)));
				Files.copy(file, output);
			}
		}
	}

	/**
	 * Adds a jar uncompressed, as the launcher wants it.
	 */
	private static void addLibrary(JarOutputStream output, Path library) throws IOException {
		byte[] bytes = Files.readAllBytes(library);
		CRC32 checksum = new CRC32();
		checksum.update(bytes);
		ZipEntry entry = new ZipEntry("BOOT-INF/lib/" + library.getFileName());
		entry.setMethod(ZipEntry.STORED);
		entry.setSize(bytes.length);
		entry.setCrc(checksum.getValue());
		output.putNextEntry(entry);
		output.write(bytes);
	}

}
