/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.sample.tour;

import java.util.List;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.stream.Collectors;

import dev.holdfast.kafka.offsetguard.decision.Decision;
import dev.holdfast.kafka.sample.service.Listener;
import dev.holdfast.kafka.sample.trial.Participant;
import dev.holdfast.kafka.sample.trial.Tally;
import dev.holdfast.kafka.sample.trial.Trial;

/**
 * What became of one listener in one step, counted from the orders that it received.
 *
 * @param step what happened to it
 * @param listener which one it is
 * @param first the first offset that it received after that
 * @param tally what became of the orders
 * @param decisions what the guard decided
 */
public record TourRow(Step step, Listener listener, OptionalLong first, Tally tally, List<Decision> decisions) {

	/** The headings of the cells. */
	public static final List<String> HEADINGS = List.of("fault", "listener", "first offset", "delivered", "duplicates",
			"lost", "waiting", "cause", "action");

	static TourRow of(Step step, Trial trial, Participant participant) {
		return new TourRow(step, participant.listener(), participant.watch().first(trial.partition(step.partition())),
				trial.tally(participant), participant.watch().decisions());
	}

	/**
	 * Whether the guard has done what it must not do.
	 * @return {@code true} if a guarded listener got an order twice, or lost one that was
	 * still in a log
	 */
	public boolean isHarmOfTheGuard() {
		return listener == Listener.GUARDED && (tally.duplicates() > 0 || tally.lost() > step.deleted());
	}

	/**
	 * The row in words.
	 * @return its cells
	 */
	public List<String> cells() {
		return List.of(step.title() + ", " + step.autoOffsetReset(), listener.toString(),
				first.isPresent() ? Long.toString(first.getAsLong()) : "none", Long.toString(tally.delivered()),
				Long.toString(tally.duplicates()), Long.toString(tally.lost()), Long.toString(tally.waiting()),
				decided((decision) -> decision.cause().id()), decided((decision) -> decision.action().id()));
	}

	private String decided(Function<Decision, String> what) {
		return decisions.isEmpty() ? "-" : decisions.stream().map(what).distinct().collect(Collectors.joining(", "));
	}

}
