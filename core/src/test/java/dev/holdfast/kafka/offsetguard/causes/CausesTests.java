/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.causes;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

import dev.holdfast.kafka.offsetguard.policy.Cause;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.platform.commons.annotation.Testable;
import org.junit.platform.commons.support.AnnotationSupport;
import org.junit.platform.commons.support.HierarchyTraversalMode;
import org.junit.platform.commons.support.ReflectionSupport;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Each cause has a class of tests that tells its story, and docs/causes.md leads to it.
 */
class CausesTests {

	private static final Path DOCUMENT = Path.of(System.getProperty("basedir", ""), "..", "docs", "causes.md");

	@ParameterizedTest
	@EnumSource(Cause.class)
	void causeHasItsTests(Cause cause) {
		String name = getClass().getPackageName() + "." + testsOf(cause);

		Class<?> tests = ReflectionSupport.tryToLoadClass(name).toOptional().orElse(null);

		assertThat(tests).as("the tests of the cause %s, which have to be the class %s", cause, name).isNotNull();
		assertThat(ReflectionSupport.findMethods(tests,
				(method) -> AnnotationSupport.isAnnotated(method, Testable.class), HierarchyTraversalMode.TOP_DOWN))
			.as("the tests in %s", name)
			.isNotEmpty();
	}

	@ParameterizedTest
	@EnumSource(Cause.class)
	void documentLinksToTheTests(Cause cause) throws IOException {
		String tests = testsOf(cause);
		String source = "../core/src/test/java/%s/%s.java".formatted(getClass().getPackageName().replace('.', '/'),
				tests);
		String link = "Its test: [%s](%s)".formatted(tests, source);

		assertThat(sectionOf(cause).contains(link)).as("the section of %s in docs/causes.md has: %s", cause, link)
			.isTrue();
		assertThat(DOCUMENT.resolveSibling(source)).isRegularFile();
	}

	private static String testsOf(Cause cause) {
		return Arrays.stream(cause.name().split("_"))
			.map((word) -> word.charAt(0) + word.substring(1).toLowerCase(Locale.ROOT))
			.collect(Collectors.joining()) + "Tests";
	}

	private static String sectionOf(Cause cause) throws IOException {
		String heading = "## `%s`\n".formatted(cause.id());
		return Arrays.stream(Files.readString(DOCUMENT).split("(?m)^(?=## )"))
			.filter((section) -> section.startsWith(heading))
			.findFirst()
			.orElseThrow(() -> new AssertionError("docs/causes.md has no section " + heading));
	}

}
