/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Under Spring Boot's devtools the cap still holds after a restart: where Holdfast stays
 * as it is, and where each restart brings a new copy of it, over kafka-clients that stay.
 */
@LyingKafka
@Timeout(value = 120, unit = TimeUnit.SECONDS)
@Tag("long")
class DevtoolsTests {

	private final AskedVersions asked;

	@TempDir
	private Path directory;

	DevtoolsTests(KafkaCluster cluster) {
		asked = new AskedVersions(cluster);
	}

	/**
	 * The tests' spring-devtools.properties say that jars in {@code restarted} are new in
	 * each restart.
	 */
	@ParameterizedTest
	@CsvSource({ "kept, AppClassLoader", "restarted, RestartClassLoader" })
	void capHoldsAfterARestart(String jars, String loader) throws Exception {
		List<Path> classPath = new ArrayList<>(ApplicationFiles.libraries());
		classPath.add(Path.of("target/spring-boot/spring-boot-devtools.jar").toAbsolutePath());
		classPath.add(ApplicationFiles.application());
		classPath.addAll(ApplicationFiles.holdfastJars(Files.createDirectory(directory.resolve(jars))));

		ForkedJvm.End end = new ForkedJvm(directory).classPath(classPath)
			.run(RestartingApplication.class,
					asked.arguments(jars, AskedVersions.CAP, "--spring.devtools.livereload.enabled=false"))
			.succeeded();

		String run = "Holdfast in %s, kafka-clients in AppClassLoader".formatted(loader);
		assertThat(end.output().lines()).filteredOn((line) -> line.startsWith("Holdfast in")).containsExactly(run, run);
		assertThat(asked.of(jars)).containsExactly(AskedVersions.CAPPED);
	}

}
