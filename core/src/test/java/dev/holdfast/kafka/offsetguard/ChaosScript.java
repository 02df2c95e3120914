/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * What happens to a cluster, in an order that a seed decides: every kind of event once in
 * each deck of them.
 *
 * @param seed what the script was made from
 * @param steps the events in their order
 */
record ChaosScript(long seed, List<Step> steps) {

	private static final int DECKS = 200;

	/** What can happen, and how often in a deck. */
	enum Event {

		LIE(3), LEADER_MOVE(6), RETENTION(3), NEW_PARTITION(1), BROKER_RESTART(1), REBALANCE(3);

		private final int frequency;

		Event(int frequency) {
			this.frequency = frequency;
		}

	}

	/**
	 * One event.
	 *
	 * @param event what happens
	 * @param choice chooses to whom, not negative
	 */
	record Step(Event event, int choice) {

	}

	static ChaosScript of(long seed) {
		Random random = new Random(seed);
		List<Step> steps = new ArrayList<>();
		for (int deck = 0; deck < DECKS; deck++) {
			List<Step> dealt = new ArrayList<>();
			for (Event event : Event.values()) {
				for (int i = 0; i < event.frequency; i++) {
					dealt.add(new Step(event, random.nextInt(Integer.MAX_VALUE)));
				}
			}
			Collections.shuffle(dealt, random);
			steps.addAll(dealt);
		}
		return new ChaosScript(seed, List.copyOf(steps));
	}

}
