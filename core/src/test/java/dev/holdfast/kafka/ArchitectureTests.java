/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.LineMap;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreePathScanner;
import com.sun.source.util.Trees;
import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.conditions.ArchConditions.accessTargetWhere;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * The walls of the core: which room may use which, what is a door of it, and how large
 * things may become.
 */
class ArchitectureTests {

	private static final String CORE = "dev.holdfast.kafka.";

	/** From the top down: a room uses only rooms below it. */
	private static final List<String> ROOMS = Stream
		.of("conformance", "conformance.internal.asking", "conformance.internal.judging",
				"conformance.internal.evidence", "conformance.report", "offsetguard", "offsetguard.internal.consumer",
				"offsetguard.internal.incident", "offsetguard.internal.start", "offsetguard.internal.enforcement",
				"offsetguard.internal.commit", "offsetguard.internal.memory", "offsetguard.internal.inspection",
				"offsetguard.internal.partition", "offsetguard.internal.ruling", "offsetguard.internal.lookup",
				"offsetguard.internal.admin", "offsetguard.decision", "offsetguard.internal.client",
				"offsetguard.internal.cluster", "offsetguard.internal.time", "offsetguard.policy",
				"offsetguard.evidence", "versioncap", "versioncap.internal", "versioncap.rules", "internal.wrapping")
		.map(CORE::concat)
		.toList();

	private static final int MOST_TYPES_A_ROOM = 10;

	private static final int MOST_LINES_A_TYPE = 400;

	private static final int MOST_LINES_A_METHOD = 40;

	private static final JavaClasses CLASSES = new ClassFileImporter()
		.withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
		.importPackages(CORE + "conformance", CORE + "offsetguard", CORE + "versioncap", CORE + "internal");

	@Test
	void everyPackageIsARoom() {
		assertThat(types().map(JavaClass::getPackageName).distinct()).containsExactlyInAnyOrderElementsOf(ROOMS);
	}

	static List<Integer> rooms() {
		return Stream.iterate(1, (i) -> i + 1).limit(ROOMS.size() - 1L).toList();
	}

	@ParameterizedTest
	@MethodSource("rooms")
	void aRoomUsesOnlyRoomsBelowIt(int index) {
		noClasses().that()
			.resideInAPackage(ROOMS.get(index))
			.should()
			.dependOnClassesThat()
			.resideInAnyPackage(ROOMS.subList(0, index).toArray(String[]::new))
			.check(CLASSES);
	}

	@Test
	void theOffsetGuardDoesNotUseTheHook() {
		noClasses().that()
			.resideInAPackage(CORE + "offsetguard..")
			.should()
			.dependOnClassesThat()
			.resideInAPackage(CORE + "versioncap.internal")
			.check(CLASSES);
	}

	@Test
	void rulingAndJudgingArePure() {
		noClasses().that()
			.resideInAnyPackage(CORE + "offsetguard.internal.ruling", CORE + "conformance.internal.judging")
			.should()
			.dependOnClassesThat()
			.areAssignableTo(Consumer.class)
			.orShould()
			.dependOnClassesThat()
			.areAssignableTo(Admin.class)
			.orShould()
			.dependOnClassesThat()
			.resideInAnyPackage("org.slf4j..", CORE + "offsetguard.internal.time")
			.orShould()
			.callMethod(System.class, "nanoTime")
			.orShould()
			.callMethod(System.class, "currentTimeMillis")
			.orShould()
			.callMethod(Instant.class, "now")
			.check(CLASSES);
	}

	/**
	 * Tests script the time.
	 */
	@Test
	void onlyTheClockOfTheOffsetGuardLooksAtTheTime() {
		noClasses().that()
			.resideInAnyPackage(CORE + "offsetguard..", CORE + "conformance..")
			.and()
			.doNotHaveSimpleName("SystemClock")
			.should(accessTargetWhere(describe("it is the JDK's time", ArchitectureTests::isTime)))
			.check(CLASSES);
	}

	private static boolean isTime(JavaAccess<?> access) {
		AccessTarget target = access.getTarget();
		return (target.getOwner().isEquivalentTo(System.class)
				&& Set.of("nanoTime", "currentTimeMillis").contains(target.getName()))
				|| (target.getOwner().isEquivalentTo(Instant.class) && target.getName().equals("now"))
				|| target.getOwner().isEquivalentTo(Clock.class);
	}

	@Test
	void noInternalTypeIsInASignatureThatApplicationsSee() {
		List<String> leaks = CLASSES.stream()
			.filter((type) -> isExported(type) && !isInternal(type))
			.flatMap((type) -> type.getCodeUnits().stream())
			.filter((each) -> each.getModifiers().contains(JavaModifier.PUBLIC))
			.filter((each) -> Stream.concat(Stream.of(each.getRawReturnType()), each.getRawParameterTypes().stream())
				.anyMatch(ArchitectureTests::isInternal))
			.map(JavaCodeUnit::getFullName)
			.toList();
		assertThat(leaks).isEmpty();
	}

	/**
	 * What other rooms see of an inner room. Whoever opens another door writes it down.
	 */
	@Test
	void innerRoomsHaveTheDoorsThatAreListed() throws IOException {
		Map<String, String> doors = new TreeMap<>();
		types().filter((type) -> isInternal(type) && type.getModifiers().contains(JavaModifier.PUBLIC))
			.collect(Collectors.groupingBy(ArchitectureTests::room, TreeMap::new, Collectors.toList()))
			.forEach((room, types) -> doors.put(room, types.size() + " "
					+ types.stream().map(JavaClass::getSimpleName).sorted().collect(Collectors.joining(" "))));
		Map<String, String> listed = new TreeMap<>();
		for (String line : Files.readAllLines(Path.of("src/test/resources/doors.txt"))) {
			int colon = line.indexOf(": ");
			listed.put(line.substring(0, colon), line.substring(colon + 2));
		}
		assertThat(doors).isEqualTo(listed);
	}

	@Test
	void roomsAreSmall() {
		Map<String, Long> large = new TreeMap<>(
				types().collect(Collectors.groupingBy(ArchitectureTests::room, Collectors.counting())));
		large.values().removeIf((count) -> count <= MOST_TYPES_A_ROOM);
		assertThat(large).isEmpty();
	}

	@Test
	void typesAndMethodsAreShort() throws IOException {
		JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
		List<String> large = new ArrayList<>();
		try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null);
				Stream<Path> sources = Files.walk(Path.of("src/main/java"))) {
			List<Path> java = sources.filter((path) -> path.toString().endsWith(".java")).toList();
			assertThat(java).isNotEmpty();
			JavacTask task = (JavacTask) compiler.getTask(null, files, null, null, null,
					files.getJavaFileObjectsFromPaths(java));
			SourcePositions positions = Trees.instance(task).getSourcePositions();
			task.parse().forEach((unit) -> new Lengths(unit, positions, large).scan(unit, null));
		}
		assertThat(large).isEmpty();
	}

	private static final class Lengths extends TreePathScanner<Void, Void> {

		private final CompilationUnitTree unit;

		private final SourcePositions positions;

		private final List<String> large;

		Lengths(CompilationUnitTree unit, SourcePositions positions, List<String> large) {
			this.unit = unit;
			this.positions = positions;
			this.large = large;
		}

		@Override
		public Void visitClass(ClassTree type, Void nothing) {
			measure(type, type.getSimpleName().toString(), MOST_LINES_A_TYPE);
			return super.visitClass(type, nothing);
		}

		@Override
		public Void visitMethod(MethodTree method, Void nothing) {
			measure(method, unit.getSourceFile().getName() + " " + method.getName(), MOST_LINES_A_METHOD);
			return super.visitMethod(method, nothing);
		}

		private void measure(Tree tree, String name, int most) {
			LineMap lines = unit.getLineMap();
			long count = lines.getLineNumber(positions.getEndPosition(unit, tree))
					- lines.getLineNumber(positions.getStartPosition(unit, tree)) + 1;
			if (count > most) {
				large.add("%s has %d lines".formatted(name, count));
			}
		}

	}

	private static Stream<JavaClass> types() {
		return CLASSES.stream()
			.filter((type) -> type.isTopLevelClass() && !type.getSimpleName().equals("package-info"));
	}

	private static String room(JavaClass type) {
		return type.getPackageName().substring(CORE.length());
	}

	private static boolean isInternal(JavaClass type) {
		return type.getPackageName().contains(".internal");
	}

	// A public type inside one that is not is nobody's business.
	private static boolean isExported(JavaClass type) {
		return type.getModifiers().contains(JavaModifier.PUBLIC)
				&& type.getEnclosingClass().map(ArchitectureTests::isExported).orElse(true);
	}

}
