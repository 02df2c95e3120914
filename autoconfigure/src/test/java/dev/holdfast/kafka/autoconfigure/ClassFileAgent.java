/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.instrument.ClassFileTransformer;
import java.lang.instrument.Instrumentation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.ProtectionDomain;

/**
 * Java agent that keeps what the JVM loads as {@code ApiVersions}, byte for byte.
 */
public final class ClassFileAgent {

	private ClassFileAgent() {
	}

	public static void premain(String file, Instrumentation instrumentation) {
		instrumentation.addTransformer(new ClassFileTransformer() {

			@Override
			public byte[] transform(ClassLoader loader, String name, Class<?> redefined, ProtectionDomain domain,
					byte[] classFile) {
				if ("org/apache/kafka/clients/ApiVersions".equals(name)) {
					write(Path.of(file), classFile);
				}
				return null;
			}

		});
	}

	private static void write(Path file, byte[] classFile) {
		try {
			Files.write(file, classFile);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
