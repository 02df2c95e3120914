/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure;

import java.lang.reflect.Method;

import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;

/**
 * Tells what a test has mocked, or spies on, with Mockito. A test sees each call to a
 * mock, with its arguments, so Holdfast leaves mocks alone. Holdfast does not depend on
 * Mockito, and asks it only where it is in use: the question would start it.
 */
final class Mocks {

	static final String REASON = "it is a mock";

	/**
	 * In the class name of mocks that have a class of their own: all mocks of interfaces.
	 */
	private static final String CLASS_NAME = "$MockitoMock$";

	/**
	 * Mockito adds this class to those of the JVM before it makes the first mock that
	 * keeps its class.
	 */
	private static final String IN_USE = "org.mockito.internal.creation.bytebuddy.inject.MockMethodDispatcher";

	private Mocks() {
	}

	static boolean isMock(Object candidate) {
		return candidate.getClass().getName().contains(CLASS_NAME) || (isInUse() && is("isMock", candidate));
	}

	/**
	 * Whether it is a mock that calls the real object's methods.
	 */
	static boolean isSpy(Object candidate) {
		return isMock(candidate) && is("isSpy", candidate);
	}

	private static boolean isInUse() {
		try {
			Class.forName(IN_USE, false, null);
			return true;
		}
		catch (ClassNotFoundException | LinkageError ex) {
			return false;
		}
	}

	private static boolean is(String question, Object candidate) {
		try {
			Class<?> mockito = ClassUtils.forName("org.mockito.Mockito", Mocks.class.getClassLoader());
			Method inspection = ReflectionUtils.findMethod(mockito, "mockingDetails", Object.class);
			Object details = (inspection != null) ? ReflectionUtils.invokeMethod(inspection, null, candidate) : null;
			Method answer = (inspection != null) ? ReflectionUtils.findMethod(inspection.getReturnType(), question)
					: null;
			return answer != null && Boolean.TRUE.equals(ReflectionUtils.invokeMethod(answer, details));
		}
		catch (ClassNotFoundException | LinkageError ex) {
			return false;
		}
	}

}
