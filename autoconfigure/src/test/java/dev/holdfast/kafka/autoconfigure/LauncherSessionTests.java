/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;

import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A test with a plain client runs before a test of an application with a cap, as users'
 * tests do: in one JVM, in whatever order.
 */
@LyingKafka
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class LauncherSessionTests {

	private final AskedVersions asked;

	@TempDir
	private Path directory;

	LauncherSessionTests(KafkaCluster cluster) {
		asked = new AskedVersions(cluster);
	}

	@Test
	void withTheTestKitTheOrderDoesNotMatter() throws Exception {
		ForkedJvm.End end = jvm("in-order").run(Run.class).succeeded();

		assertThat(end.output()).containsSubsequence("a plain client", "an application with a cap");
		assertThat(asked.of("in-order")).containsExactly(AskedVersions.CAPPED);
	}

	@Test
	void withoutItTheSecondTestSaysWhatToDo() throws Exception {
		ForkedJvm.End end = jvm("too-late").options("-Dholdfast.kafka.test.install-version-cap=false")
			.run(Run.class)
			.failed();

		assertThat(end.output()).containsSubsequence("a plain client", "an application with a cap",
				"CappedApplicationCase", "VersionCapInstallException: The version cap cannot be installed any more",
				"In tests, put holdfast-kafka-test on the class path: it installs the cap before the first test");
		assertThat(asked.of("too-late")).isEmpty();
	}

	@Test
	void aClientBeforeAnyTestIsReportedWithTheWayAround() throws Exception {
		ForkedJvm.End end = jvm("before").options("-Dclient-first=true").run(Run.class).failed();

		assertThat(end.output()).contains("The version cap could not be installed before the first test")
			.contains("tests that need none run with -Dholdfast.kafka.test.install-version-cap=false")
			.contains("The version cap cannot be installed any more");
	}

	private ForkedJvm jvm(String clientId) {
		List<Path> classPath = new ArrayList<>(ApplicationFiles.classPath());
		classPath.addAll(ApplicationFiles.testing());
		return new ForkedJvm(directory).classPath(classPath)
			.options(Stream.of(asked.arguments(clientId, AskedVersions.CAP))
				.map((argument) -> argument.replaceFirst("^--", "-D"))
				.toArray(String[]::new));
	}

	private static void createClient() {
		new KafkaConsumer<>(Map.of("bootstrap.servers", "localhost:1"), new StringDeserializer(),
				new StringDeserializer())
			.close();
	}

	/**
	 * What runs the tests in the JVM of their own.
	 */
	static final class Run {

		private Run() {
		}

		public static void main(String[] arguments) {
			if (Boolean.getBoolean("client-first")) {
				createClient();
			}
			SummaryGeneratingListener summary = new SummaryGeneratingListener();
			LauncherFactory.create()
				.execute(LauncherDiscoveryRequestBuilder.request()
					.selectors(DiscoverySelectors.selectClass(PlainClientCase.class),
							DiscoverySelectors.selectClass(CappedApplicationCase.class))
					.build(), summary);
			summary.getSummary().printFailuresTo(new PrintWriter(System.out, true));
			if (summary.getSummary().getTestsSucceededCount() != 2) {
				System.exit(1);
			}
		}

	}

	static class PlainClientCase {

		@Test
		void createsAClient() {
			System.out.println("a plain client");
			createClient();
		}

	}

	static class CappedApplicationCase {

		@Test
		void starts() {
			System.out.println("an application with a cap");
			AskingApplication.main(new String[0]);
		}

	}

}
