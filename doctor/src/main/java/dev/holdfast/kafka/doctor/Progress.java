/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.doctor;

import java.io.PrintWriter;
import java.util.function.Consumer;

/**
 * One line on a terminal that says what the doctor does, and goes away at the end.
 */
final class Progress implements Consumer<String>, AutoCloseable {

	private static final String CLEAR = "\r\u001b[2K";

	private final PrintWriter err;

	private final boolean terminal;

	private boolean shown;

	Progress(PrintWriter err, boolean terminal) {
		this.err = err;
		this.terminal = terminal;
	}

	@Override
	public void accept(String step) {
		if (terminal) {
			err.print(CLEAR + step + " ...");
			err.flush();
			shown = true;
		}
	}

	@Override
	public void close() {
		if (shown) {
			err.print(CLEAR);
			err.flush();
			shown = false;
		}
	}

}
