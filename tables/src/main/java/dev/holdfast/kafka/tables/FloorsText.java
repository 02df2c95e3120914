/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.tables;

import java.util.ArrayList;
import java.util.List;

/**
 * The needs of consumers as the text of a file: a comment, a line of headings, and a line
 * for each API that they cannot do without.
 */
final class FloorsText {

	private static final String COMMENT = "# Made by ConsumerFloorsProbe in the module tables; do not edit. The lowest "
			+ "version at which each API can be capped so that consumers read and commit; they can do without the others.";

	private static final String HEADINGS = "protocol,api,floor";

	private FloorsText() {
	}

	static String of(List<ProbedApi> probed) {
		List<String> lines = new ArrayList<>(List.of(COMMENT, HEADINGS));
		for (ProbedApi each : probed) {
			each.floor()
				.ifPresent((floor) -> lines.add("%s,%s,%d".formatted(each.protocol(), each.api().name(), floor)));
		}
		return String.join("\n", lines) + "\n";
	}

}
