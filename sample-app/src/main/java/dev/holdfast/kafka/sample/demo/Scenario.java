/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.sample.demo;

import dev.holdfast.kafka.sample.service.Listener;

/**
 * What happens to the listeners once the brokers lie.
 *
 * @param id a name for topics and groups
 * @param title a name for people
 * @param autoOffsetReset the listeners' {@code auto.offset.reset}
 * @param logStart where the log starts by then
 * @param leaderMoves whether the partition's leader moves while the listeners run; if
 * not, the demo restarts them
 */
record Scenario(String id, String title, String autoOffsetReset, int logStart, boolean leaderMoves) {

	static final int PUBLISHED = 270;

	static final int CONSUMED = 200;

	/** How many orders arrive while the leader moves. */
	static final int ARRIVING = 300;

	static Scenario restart(String autoOffsetReset, int logStart) {
		String title = "restart, " + autoOffsetReset + ((logStart > 0) ? ", log start " + logStart : "");
		return new Scenario("restart-" + autoOffsetReset, title, autoOffsetReset, logStart, false);
	}

	static Scenario leaderMoved() {
		return new Scenario("leader-moved", "running, leader moved", "earliest", 0, true);
	}

	String topic() {
		return "orders-" + id;
	}

	String group(Listener listener) {
		return id + "-" + listener;
	}

}
