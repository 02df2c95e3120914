/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.simulation;

/**
 * A bug that is put into the guard by hand, to see whether the simulation finds it.
 *
 * @param what what is wrong then
 * @param file the source file, below the guard's package
 * @param from the right code
 * @param to the wrong code
 */
record KnownBug(String what, String file, String from, String to) {

	@Override
	public String toString() {
		return what;
	}

}
