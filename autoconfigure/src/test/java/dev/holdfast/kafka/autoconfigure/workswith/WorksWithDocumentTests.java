/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure.workswith;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the documentation says that Holdfast works with is what has a test: its table is
 * made of the tests' display names.
 */
@Timeout(10)
class WorksWithDocumentTests {

	private static final String WRITE = "works-with.write";

	private static final Path ROOT = Path.of(System.getProperty("basedir", ""), "..");

	private static final Path DOCUMENT = ROOT.resolve("docs/works-with.md");

	private static final String SOURCES = "autoconfigure/src/test/java/";

	/** A feature, and the group protocol that it is for. */
	private static final Pattern NAME = Pattern.compile("(.*?)(?: \\((`classic`|`consumer`)\\))?");

	private static final String HEADING = "| feature | group protocol | tested by |\n|---|---|---|\n";

	@Test
	void theTableIsMadeOfTheTests() throws IOException {
		String document = Files.readString(DOCUMENT);
		assertThat(document).contains(HEADING);
		int start = document.indexOf(HEADING) + HEADING.length();
		int end = start;
		while (document.startsWith("|", end)) {
			end = document.indexOf('\n', end) + 1;
		}
		String made = document.substring(0, start) + rows() + document.substring(end);
		if (Boolean.getBoolean(WRITE)) {
			Files.writeString(DOCUMENT, made);
			return;
		}
		assertThat(document)
			.as("docs/works-with.md; write it anew with: mvn -q -pl autoconfigure -am test "
					+ "-Dtest=WorksWithDocumentTests -Dsurefire.failIfNoSpecifiedTests=false -D%s=true", WRITE)
			.isEqualTo(made);
	}

	private static String rows() throws IOException {
		return classes().stream()
			.flatMap((type) -> Arrays.stream(type.getDeclaredMethods()))
			.filter((method) -> method.isAnnotationPresent(DisplayName.class))
			.map(WorksWithDocumentTests::row)
			.sorted(Comparator.comparing((row) -> row.replace("`", ""), String.CASE_INSENSITIVE_ORDER))
			.collect(Collectors.joining());
	}

	private static String row(Method test) {
		boolean both = test.isAnnotationPresent(EachProtocol.class)
				|| test.isAnnotationPresent(ParameterizedTest.class);
		Matcher name = NAME.matcher(test.getAnnotation(DisplayName.class).value());
		assertThat(name.matches()).isTrue();
		String protocol = (name.group(2) != null) ? name.group(2) : "none";
		Class<?> type = test.getDeclaringClass();
		return "| %s | %s | [%s](../%s) `%s` |\n".formatted(name.group(1), both ? "both" : protocol,
				type.getSimpleName(), SOURCES + type.getName().replace('.', '/') + ".java", test.getName());
	}

	private static List<Class<?>> classes() throws IOException {
		Path directory = ROOT.resolve(SOURCES).resolve(WorksWithDocumentTests.class.getPackageName().replace('.', '/'));
		try (Stream<Path> files = Files.list(directory)) {
			return files.map((file) -> file.getFileName().toString())
				.filter((name) -> name.endsWith("Tests.java"))
				.<Class<?>>map(WorksWithDocumentTests::load)
				.toList();
		}
	}

	private static Class<?> load(String file) {
		try {
			return Class
				.forName(WorksWithDocumentTests.class.getPackageName() + "." + file.substring(0, file.length() - 5));
		}
		catch (ClassNotFoundException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
