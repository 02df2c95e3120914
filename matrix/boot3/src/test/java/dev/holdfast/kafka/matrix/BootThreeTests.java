/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.matrix;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.boot.SpringBootVersion;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Holdfast on the class path of Spring Boot 3: the start fails, and says in one line what
 * is missing.
 */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class BootThreeTests {

	private static final String ADVICE = "Holdfast needs Spring Boot 4, and this application has Spring Boot "
			+ SpringBootVersion.getVersion() + ".";

	/** As after adding the starter, which brings a module of Spring Boot 4. */
	@Test
	void theStarterSaysThatItNeedsBootFour() throws Exception {
		Run run = run((entry) -> true, true);

		assertThat(run.exitCode()).as(run.out()).isOne();
		assertThat(run.out()).contains(ADVICE)
			.doesNotContain("ClassNotFoundException", "NoClassDefFoundError", "\tat ");
	}

	@Test
	void theAutoConfigurationAloneSaysIt() throws Exception {
		Run run = run(BootThreeTests::isOfBootThree, true);

		assertThat(run.exitCode()).as(run.out()).isOne();
		assertThat(run.out()).contains(ADVICE)
			.doesNotContain("ClassNotFoundException", "NoClassDefFoundError", "\tat ");
	}

	@Test
	void whatIsSwitchedOffDoesNothing() throws Exception {
		Run run = run(BootThreeTests::isOfBootThree, true, "--holdfast.kafka.enabled=false");

		assertThat(run.exitCode()).as(run.out()).isZero();
		assertThat(run.out()).contains("Started");
	}

	/** Without Holdfast the application starts: nothing else is wrong with it. */
	@Test
	void theApplicationStartsWithoutHoldfast() throws Exception {
		Run run = run(BootThreeTests::isOfBootThree, false);

		assertThat(run.exitCode()).as(run.out()).isZero();
		assertThat(run.out()).contains("Started");
	}

	private static boolean isOfBootThree(String entry) {
		return !entry.endsWith("-" + System.getProperty("boot.version") + ".jar");
	}

	private static Run run(Predicate<String> entries, boolean withHoldfast, String... arguments)
			throws IOException, InterruptedException {
		Path modules = Path.of(System.getProperty("holdfast"));
		Stream<String> own = Stream.of("core", "autoconfigure")
			.filter((module) -> withHoldfast)
			.map((module) -> modules.resolve(module).resolve("target/classes").toString());
		Stream<String> boot = Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
			.filter(entries);
		List<String> command = new ArrayList<>(
				List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
						Stream.concat(own, boot).collect(Collectors.joining(File.pathSeparator)),
						BootThreeApplication.class.getName()));
		command.addAll(List.of(arguments));
		Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
		String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
		return new Run(process.waitFor(), out);
	}

	private record Run(int exitCode, String out) {

	}

}
