/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;

import org.apache.kafka.clients.NodeApiVersions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * When the version cap is installed, and when it is too late for it.
 */
@LyingKafka
@Timeout(value = 180, unit = TimeUnit.SECONDS)
@Tag("long")
class VersionCapInstallationTests {

	private final AskedVersions asked;

	@TempDir
	private Path directory;

	VersionCapInstallationTests(KafkaCluster cluster) {
		asked = new AskedVersions(cluster);
	}

	@Test
	void withoutARuleKafkaClientsAreTheVendorsByteForByte() throws Exception {
		Path loaded = directory.resolve("ApiVersions.class");

		jvm().options("-javaagent:%s=%s".formatted(agent(), loaded))
			.run(AskingApplication.class, asked.arguments("no-rule", "--holdfast.kafka.version-cap.apply-to=all"))
			.succeeded();

		assertThat(loaded).hasBinaryContent(vendors());
		assertThat(asked.of("no-rule")).containsExactly(AskedVersions.LATEST);
	}

	@Test
	void aLogAppenderWithAClientIsNotTooEarly() throws Exception {
		ForkedJvm.End end = jvm()
			.run(AskingApplication.class,
					asked.arguments("appender", AskedVersions.CAP, "--logging.config=classpath:kafka-appender.xml"))
			.succeeded();

		assertThat(end.output()).contains("The appender has had its client");
		assertThat(asked.of("appender")).containsExactly(AskedVersions.CAPPED);
	}

	@Test
	void aClientBeforeTheApplicationFailsTheStart() throws Exception {
		ForkedJvm.End end = jvm().options("-XX:SharedArchiveFile=missing.jsa")
			.run(ClientFirst.class, AskedVersions.CAP)
			.failed();

		assertThat(end.output()).containsOnlyOnce("APPLICATION FAILED TO START")
			.contains("the class org.apache.kafka.clients.ApiVersions of kafka-clients is loaded already")
			.contains(
					"This JVM starts from [-XX:SharedArchiveFile=missing.jsa]: if that was made by a run without the cap, "
							+ "the class may come from there; make it again by a run with the cap.")
			.contains("Threads of Kafka clients that run at present: [consumer_background_thread]")
			.contains("call VersionCapInstaller.install() first thing in main")
			.contains("set 'holdfast.kafka.version-cap.on-install-failure=warn' to start without any version cap");
	}

	@Test
	void aClientBeforeTheApplicationIsToleratedWithOneWarning() throws Exception {
		ForkedJvm.End end = jvm()
			.run(ClientFirst.class,
					asked.arguments("tolerated", AskedVersions.CAP,
							"--holdfast.kafka.version-cap.on-install-failure=warn"))
			.succeeded();

		assertThat(end.output().lines().filter((line) -> line.contains("cannot be installed any more"))).singleElement()
			.asString()
			.startsWith("WARN  dev.holdfast.kafka.autoconfigure.VersionCaps : All clients speak what they like: ");
		assertThat(asked.of("tolerated")).containsExactly(AskedVersions.LATEST);
	}

	@Test
	void aClientBeforeTheApplicationDoesNotMatterOnceItIsInstalled() throws Exception {
		jvm().options("-Dinstall-first=true")
			.run(ClientFirst.class, asked.arguments("in-time", AskedVersions.CAP))
			.succeeded();

		assertThat(asked.of("in-time")).containsExactly(AskedVersions.CAPPED);
	}

	@Test
	void applicationsOfOneJvmHaveTheirOwnCaps() {
		try (ConfigurableApplicationContext twelve = start(asked.arguments("twelve", AskedVersions.CAP));
				ConfigurableApplicationContext plain = start(asked.arguments("plain"));
				ConfigurableApplicationContext eleven = start(
						asked.arguments("eleven", AskedVersions.CAP.replace("=12", "=11")))) {
			List.of(twelve, plain, eleven).forEach(AskingApplication::ask);
		}

		assertThat(asked.of("twelve")).containsExactly(AskedVersions.CAPPED);
		assertThat(asked.of("plain")).containsExactly(AskedVersions.LATEST);
		assertThat(asked.of("eleven")).containsExactly((short) 11);
	}

	private ForkedJvm jvm() {
		return new ForkedJvm(directory).classPath(ApplicationFiles.classPath());
	}

	private Path agent() throws IOException {
		Attributes manifest = new Attributes();
		manifest.putValue("Premain-Class", ClassFileAgent.class.getName());
		return ApplicationFiles.jar(directory.resolve("agent.jar"), manifest,
				Files.createDirectory(directory.resolve("empty")));
	}

	private static byte[] vendors() throws IOException {
		try (InputStream stream = NodeApiVersions.class.getResourceAsStream("ApiVersions.class")) {
			return stream.readAllBytes();
		}
	}

	private static ConfigurableApplicationContext start(String... arguments) {
		return new SpringApplicationBuilder(AskingApplication.class).run(arguments);
	}

}
