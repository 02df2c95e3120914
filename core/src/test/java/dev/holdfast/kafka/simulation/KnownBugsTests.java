/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.simulation;

import java.io.File;
import java.io.IOException;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Puts known bugs into the guard's source, one at a time, and compiles it: the simulation
 * finds each of them.
 */
@Tag("long")
@Timeout(600)
class KnownBugsTests {

	private static final Path SOURCES = Path.of("src/main/java/dev/holdfast/kafka/offsetguard");

	private static final long HISTORIES = 10_000;

	private static final Logger LOGGER = (Logger) LoggerFactory.getLogger("dev.holdfast");

	private final Level level = LOGGER.getLevel();

	@BeforeEach
	void beQuiet() {
		LOGGER.setLevel(Level.OFF);
	}

	@AfterEach
	void beLoud() {
		LOGGER.setLevel(level);
	}

	static Stream<KnownBug> bugs() {
		return KnownBugs.ALL.stream();
	}

	@ParameterizedTest
	@MethodSource("bugs")
	void simulationFindsKnownBug(KnownBug bug, @TempDir Path classes) throws Exception {
		compile(bug, classes);

		try (Broken broken = new Broken(classes)) {
			Method search = broken.loadClass(Explorer.class.getName()).getDeclaredMethod("firstFailing", long.class);
			search.setAccessible(true);
			Object found = search.invoke(null, HISTORIES);

			System.out.printf("%s: %s%n", bug, found);
			assertThat(found).as(bug.what()).isNotNull();
		}
	}

	private static void compile(KnownBug bug, Path classes) throws IOException {
		Path file = SOURCES.resolve(bug.file());
		String right = Files.readString(file);
		assertThat(right).as("The code has changed since: put the bug in anew").contains(bug.from());
		Path wrong = Files.createDirectories(classes.resolve("source")).resolve(file.getFileName());
		Files.writeString(wrong, right.replace(bug.from(), bug.to()));
		JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
		assertThat(compiler.run(null, null, null, "-nowarn", "-proc:none", "-d", classes.toString(), "-cp",
				System.getProperty("java.class.path"), wrong.toString()))
			.isZero();
	}

	/**
	 * Loads all classes of Holdfast anew, and first those with the bug.
	 */
	private static final class Broken extends URLClassLoader {

		Broken(Path classes) throws IOException {
			super(urls(classes), KnownBugsTests.class.getClassLoader());
		}

		private static URL[] urls(Path classes) throws IOException {
			List<URL> urls = new ArrayList<>();
			urls.add(classes.toUri().toURL());
			for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
				urls.add(Path.of(entry).toUri().toURL());
			}
			return urls.toArray(URL[]::new);
		}

		@Override
		protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
			synchronized (getClassLoadingLock(name)) {
				Class<?> loaded = findLoadedClass(name);
				if (loaded == null && name.startsWith("dev.holdfast.")) {
					loaded = findClass(name);
				}
				return (loaded != null) ? loaded : super.loadClass(name, resolve);
			}
		}

	}

}
