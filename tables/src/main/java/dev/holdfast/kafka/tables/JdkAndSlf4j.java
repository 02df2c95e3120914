/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.tables;

/**
 * Parent of a jar's class loader. It shows the JDK, and SLF4J, which Kafka before 2.5
 * needs to load its protocol classes. All else must come from the jar itself.
 */
final class JdkAndSlf4j extends ClassLoader {

	JdkAndSlf4j() {
		super(getPlatformClassLoader());
	}

	@Override
	protected Class<?> findClass(String name) throws ClassNotFoundException {
		if (name.startsWith("org.slf4j.")) {
			return Class.forName(name, false, JdkAndSlf4j.class.getClassLoader());
		}
		throw new ClassNotFoundException(name);
	}

}
