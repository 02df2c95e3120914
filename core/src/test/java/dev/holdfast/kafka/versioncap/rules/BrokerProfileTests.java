/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.versioncap.rules;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class BrokerProfileTests {

	private static final List<String> SHIPPED = BrokerProfile.SHIPPED;

	@TempDir
	private Path directory;

	@ParameterizedTest
	@FieldSource("SHIPPED")
	void aShippedProfileSaysWhyAndSinceWhen(String name) {
		BrokerProfile profile = BrokerProfile.load(name, getClass().getClassLoader());
		assertThat(profile.name()).isEqualTo(name);
		assertThat(profile.date()).matches("\\d{4}-\\d{2}-\\d{2}");
		assertThat(profile.evidence()).isNotBlank();
		assertThat(profile.notes()).isNotEmpty().allSatisfy((note) -> assertThat(note).matches("[A-Z].*\\."));
	}

	@Test
	void allThatAreThereAreListed() throws Exception {
		URI directory = getClass().getResource("/META-INF/holdfast/profiles").toURI();
		try (Stream<Path> files = Files.list(Path.of(directory))) {
			assertThat(files.map((file) -> file.getFileName().toString().replace(".properties", "")))
				.containsExactlyInAnyOrderElementsOf(BrokerProfile.SHIPPED);
		}
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			alibaba-cloud | OffsetForLeaderEpoch never
			azure-event-hubs | ApiVersions <= 3, OffsetForLeaderEpoch never
			kafka-proxy | ApiVersions <= 3
			warpstream | ''
			""")
	void itsRulesAreThese(String name, String cap) {
		assertThat(BrokerProfile.load(name, getClass().getClassLoader()).cap()).hasToString(cap);
	}

	@Test
	void anUnknownOneIsRefused() {
		assertThatIllegalArgumentException()
			.isThrownBy(() -> BrokerProfile.load("alibaba", getClass().getClassLoader()))
			.withMessageStartingWith("There is no broker profile 'alibaba'. Allowed are alibaba-cloud, automq")
			.withMessageEndingWith("META-INF/holdfast/profiles/<name>.properties define");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> BrokerProfile.load("../profiles/kop", getClass().getClassLoader()));
	}

	@Test
	void usersAddTheirOwn() {
		BrokerProfile profile = load("""
				description=Our gateway
				max-versions.23=-1
				min-versions.fetch=11
				policy.unverifiable=fail
				note.2=Second.
				note.1=First.
				evidence=ticket 4711
				date=2026-11-22
				""");
		assertThat(profile).isEqualTo(
				new BrokerProfile("own", "Our gateway", VersionCap.parse("OffsetForLeaderEpoch never, Fetch >= 11"),
						Map.of("unverifiable", "fail"), List.of("First.", "Second."), "ticket 4711", "2026-11-22"));
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			max-version.Fetch=3 | unknown entries [max-version.Fetch]; allowed are description, max-versions.<api>
			max-versions.Fetch=three | is no version of Fetch
			max-versions.Fetched=3 | is no API that clients speak
			max-versions.SaslHandshake=0 | SASL negotiates its versions by itself
			date= | is missing
			""")
	void oneOfAnotherFormIsRefused(String line, String problem) {
		String text = "description=Ours\nevidence=us\ndate=2026-11-22\n" + line + "\n";
		assertThatIllegalArgumentException().isThrownBy(() -> load(text))
			.withMessageContaining("The broker profile file:")
			.withMessageContaining(problem);
	}

	private BrokerProfile load(String text) {
		Path file = directory.resolve("META-INF/holdfast/profiles/own.properties");
		try (URLClassLoader loader = new URLClassLoader(new URL[] { directory.toUri().toURL() }, null)) {
			Files.createDirectories(file.getParent());
			Files.writeString(file, text);
			return BrokerProfile.load("own", loader);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
