/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.sample.tour;

import java.util.List;

/**
 * What the tour shows, on the page and without it.
 */
public final class ExpectedTour {

	/** The cells of its table, without headings. */
	public static final List<List<String>> ROWS = List.of(
			List.of("retention passes a slow consumer, latest", "plain", "none", "0", "0", "70", "0", "-", "-"),
			List.of("retention passes a slow consumer, latest", "guarded", "230", "40", "0", "30", "0",
					"below-log-start", "earliest"),
			List.of("a partition is added, latest", "plain", "none", "0", "0", "70", "0", "-", "-"),
			List.of("a partition is added, latest", "guarded", "0", "70", "0", "0", "0", "new-partition", "earliest"),
			List.of("a commit is lost, earliest", "plain", "0", "270", "200", "0", "0", "-", "-"),
			List.of("a commit is lost, earliest", "guarded", "none", "0", "0", "0", "70", "committed-offset-lost",
					"hold"),
			List.of("a topic is recreated, latest", "plain", "none", "0", "0", "70", "0", "-", "-"),
			List.of("a topic is recreated, latest", "guarded", "0", "70", "0", "0", "0", "topic-recreated", "earliest"),
			List.of("a broker lies, earliest", "plain", "0", "270", "200", "0", "0", "-", "-"),
			List.of("a broker lies, earliest", "guarded", "200", "70", "0", "0", "0", "false-truncation", "keep"));

	private ExpectedTour() {
	}

}
