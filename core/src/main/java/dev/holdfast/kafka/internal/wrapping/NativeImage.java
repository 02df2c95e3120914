/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.internal.wrapping;

/**
 * Executables that GraalVM makes ahead of time. They define no class at run time.
 */
public final class NativeImage {

	/** GraalVM sets it in the executables that it makes, and while it builds one. */
	private static final String CODE = "org.graalvm.nativeimage.imagecode";

	private NativeImage() {
	}

	/**
	 * Whether this code runs in one, or while one is built.
	 */
	public static boolean isHere() {
		return System.getProperty(CODE) != null;
	}

}
