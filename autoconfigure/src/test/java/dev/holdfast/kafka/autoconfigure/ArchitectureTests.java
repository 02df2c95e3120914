/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClass.Predicates;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.core.io.ClassPathResource;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * The shape of the code, in all modules that applications get.
 */
class ArchitectureTests {

	private static final String OFFSET_GUARD = "dev.holdfast.kafka.offsetguard";

	private static final String CONFORMANCE = "dev.holdfast.kafka.conformance";

	private static final String VERSION_CAP = "dev.holdfast.kafka.versioncap";

	private static final String INTERNAL = "dev.holdfast.kafka..internal..";

	private static final String AUTOCONFIGURE = "dev.holdfast.kafka.autoconfigure";

	private static final String ACTUATE = AUTOCONFIGURE + ".actuate";

	private static final JavaClasses CLASSES = new ClassFileImporter()
		.withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
		.importPackages(CONFORMANCE, OFFSET_GUARD, VERSION_CAP, "dev.holdfast.kafka.internal", AUTOCONFIGURE);

	@Test
	void allPackagesAreLookedAt() {
		assertThat(CLASSES).extracting(JavaClass::getPackageName)
			.contains(OFFSET_GUARD, VERSION_CAP, AUTOCONFIGURE, ACTUATE);
	}

	@Test
	void theCoreDoesNotKnowSpring() {
		noClasses().that()
			.resideInAnyPackage(CONFORMANCE + "..", OFFSET_GUARD + "..", VERSION_CAP + "..", INTERNAL)
			.should()
			.dependOnClassesThat()
			.resideInAnyPackage("org.springframework..", AUTOCONFIGURE + "..")
			.check(CLASSES);
	}

	/**
	 * Where a client speaks to its brokers there is no public API to be had.
	 */
	@Test
	void onlyTheVersionCapUsesMoreThanPublicApiOfKafka() {
		noClasses().that()
			.resideOutsideOfPackage(VERSION_CAP + "..")
			.should()
			.dependOnClassesThat()
			.resideInAnyPackage("org.apache.kafka..internals..", "org.apache.kafka.common.protocol..",
					"org.apache.kafka.common.requests..", "org.apache.kafka.common.message..")
			.check(CLASSES);
	}

	@Test
	void nothingOutsideTheCoreUsesItsInnerRooms() {
		noClasses().that()
			.resideInAPackage(AUTOCONFIGURE + "..")
			.should()
			.dependOnClassesThat()
			.resideInAPackage(INTERNAL)
			.check(CLASSES);
	}

	@Test
	void theTestKitIsForTestsOnly() {
		noClasses().should().dependOnClassesThat().resideInAPackage("dev.holdfast.kafka.test..").check(CLASSES);
	}

	@Test
	void packagesHaveNoCycles() {
		slices().matching("dev.holdfast.kafka.(**)").should().beFreeOfCycles().check(CLASSES);
	}

	@Test
	void autoConfigurationsArePublicAndFinal() {
		classes().that()
			.areAnnotatedWith(AutoConfiguration.class)
			.should()
			.bePublic()
			.andShould()
			.haveModifier(JavaModifier.FINAL)
			.check(CLASSES);
	}

	@Test
	void failureAnalyzersAreNotPublic() {
		classes().that().haveSimpleNameEndingWith("FailureAnalyzer").should().notBePublic().check(CLASSES);
	}

	@ParameterizedTest
	@CsvSource({ OFFSET_GUARD + ", 4", OFFSET_GUARD + ".decision, 29", OFFSET_GUARD + ".policy, 11",
			OFFSET_GUARD + ".evidence, 9", VERSION_CAP + ", 10", VERSION_CAP + ".rules, 10", AUTOCONFIGURE + ", 10",
			AUTOCONFIGURE + ".properties, 27", CONFORMANCE + ", 1", CONFORMANCE + ".report, 9", ACTUATE + ", 2" })
	void onlyTheListedTypesArePublic(String packageName, int count) throws IOException {
		List<String> listed = new ClassPathResource("public-types/" + packageName + ".txt")
			.getContentAsString(StandardCharsets.UTF_8)
			.lines()
			.toList();
		assertThat(listed).hasSize(count);
		assertThat(CLASSES.that(Predicates.resideInAPackage(packageName))
			.stream()
			.filter(ArchitectureTests::isExported)
			.map((type) -> type.getName().substring(packageName.length() + 1)))
			.containsExactlyInAnyOrderElementsOf(listed);
	}

	// A public type inside one that is not is nobody's business.
	private static boolean isExported(JavaClass type) {
		return type.getModifiers().contains(JavaModifier.PUBLIC)
				&& type.getEnclosingClass().map(ArchitectureTests::isExported).orElse(true);
	}

}
