/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.test;

import java.lang.reflect.InvocationTargetException;

import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/**
 * Installs Holdfast's version cap before the first test of a JVM. So a cap holds in any
 * order of the tests: after a plain test has created a client it would be too late. JUnit
 * finds this class by itself; it is public only for that. It does nothing where Holdfast
 * is not on the class path, or where the system property
 * {@code holdfast.kafka.test.install-version-cap} is {@code false}.
 */
public final class VersionCapSessionListener implements LauncherSessionListener {

	static final String SWITCH = "holdfast.kafka.test.install-version-cap";

	// By name: this module does not depend on those that it helps to test.
	private static final String INSTALLER = "dev.holdfast.kafka.versioncap.VersionCapInstaller";

	/**
	 * JUnit creates it.
	 */
	public VersionCapSessionListener() {
	}

	@Override
	public void launcherSessionOpened(LauncherSession session) {
		if (Boolean.parseBoolean(System.getProperty(SWITCH, "true"))) {
			install();
		}
	}

	private static void install() {
		try {
			Class.forName(INSTALLER).getMethod("install").invoke(null);
		}
		catch (ClassNotFoundException ex) {
			// Tests without Holdfast.
		}
		catch (InvocationTargetException ex) {
			throw new IllegalStateException("The version cap could not be installed before the first test; tests that "
					+ "need none run with -D%s=false".formatted(SWITCH), ex.getCause());
		}
		catch (ReflectiveOperationException ex) {
			throw new IllegalStateException("This version of Holdfast does not fit its test kit", ex);
		}
	}

}
