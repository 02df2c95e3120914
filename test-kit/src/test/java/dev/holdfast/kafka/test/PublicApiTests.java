/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.test;

import java.io.IOException;
import java.lang.reflect.Modifier;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

@Timeout(10)
class PublicApiTests {

	@Test
	void publicTypesAreTheseAndNoOthers() throws IOException, URISyntaxException {
		Path classes = Path.of(KafkaCluster.class.getProtectionDomain().getCodeSource().getLocation().toURI());
		try (Stream<Path> files = Files.walk(classes)) {
			assertThat(files.map((file) -> classes.relativize(file).toString())
				.filter((name) -> name.endsWith(".class") && !name.endsWith("package-info.class"))
				.map(PublicApiTests::type)
				.filter(PublicApiTests::isPublic)).containsExactlyInAnyOrder(KafkaCluster.class,
						KafkaCluster.Builder.class, Wire.class, WireRequest.class, Fault.class, Fault.Handle.class,
						LyingKafka.class, MovableAddress.class, NumberedRecords.class, PlainPasswords.class,
						Polling.class, Security.class, Users.class, VersionCapSessionListener.class);
		}
	}

	private static Class<?> type(String file) {
		try {
			return Class.forName(file.replace(".class", "").replace('/', '.'));
		}
		catch (ClassNotFoundException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static boolean isPublic(Class<?> type) {
		return Modifier.isPublic(type.getModifiers())
				&& (type.getEnclosingClass() == null || isPublic(type.getEnclosingClass()));
	}

}
