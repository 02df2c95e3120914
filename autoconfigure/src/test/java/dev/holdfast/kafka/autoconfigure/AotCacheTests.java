/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.io.TempDir;

import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Applications that start from an ahead-of-time cache, in which classes are loaded
 * already if the run that made it had loaded them.
 */
@LyingKafka
@EnabledForJreRange(min = JRE.JAVA_25, disabledReason = "A run makes such a cache since JDK 25: run the tests on that")
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class AotCacheTests {

	private final AskedVersions asked;

	@TempDir
	private Path directory;

	private List<Path> classPath;

	AotCacheTests(KafkaCluster cluster) {
		asked = new AskedVersions(cluster);
	}

	@BeforeEach
	void prepareClassPath() throws Exception {
		classPath = new ArrayList<>(ApplicationFiles.libraries());
		classPath.addAll(ApplicationFiles.holdfastJars(directory));
		// There are no directories in the class path of a cache.
		classPath.add(ApplicationFiles.applicationJar(directory));
	}

	@Test
	void madeByARunWithACapItServesRunsWithAndWithout() throws Exception {
		jvm("-XX:AOTCacheOutput=capped.aot", "made-capped", AskedVersions.CAP).succeeded();

		assertStartsFrom(jvm("-XX:AOTCache=capped.aot", "capped-capped", AskedVersions.CAP).succeeded());
		assertStartsFrom(jvm("-XX:AOTCache=capped.aot", "capped-plain").succeeded());

		assertThat(asked.of("made-capped")).containsExactly(AskedVersions.CAPPED);
		assertThat(asked.of("capped-capped")).containsExactly(AskedVersions.CAPPED);
		assertThat(asked.of("capped-plain")).containsExactly(AskedVersions.LATEST);
	}

	@Test
	void madeByARunWithoutACapItIsSaidToBeTheCause() throws Exception {
		jvm("-XX:AOTCacheOutput=plain.aot", "made-plain").succeeded();

		ForkedJvm.End end = jvm("-XX:AOTCache=plain.aot", "plain-capped", AskedVersions.CAP).failed();

		assertStartsFrom(end);
		assertThat(end.output()).contains("APPLICATION FAILED TO START")
			.contains("This JVM starts from [-XX:AOTCache=plain.aot]: if that was made by a run without the cap, the "
					+ "class may come from there; make it again by a run with the cap.");
		assertThat(asked.of("made-plain")).containsExactly(AskedVersions.LATEST);
		assertThat(asked.of("plain-capped")).isEmpty();
	}

	private ForkedJvm.End jvm(String option, String clientId, String... more) throws Exception {
		return new ForkedJvm(directory).classPath(classPath)
			.options(option, "-Xlog:class+load")
			.run(AskingApplication.class, asked.arguments(clientId, more));
	}

	private static void assertStartsFrom(ForkedJvm.End end) {
		assertThat(end.output()).contains("org.apache.kafka.clients.NodeApiVersions source: shared objects file")
			.doesNotContain("not guarded");
	}

}
