/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.simulation;

/**
 * Tells what happens in a history. Most histories are told to nobody.
 */
interface Trace {

	Trace NONE = (line) -> {
	};

	void say(String line);

	default void step(Step step, long millis) {
		if (this != NONE) {
			say(millis + " " + step);
		}
	}

}
