/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.sample.tour;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

import dev.holdfast.kafka.sample.service.Listener;
import dev.holdfast.kafka.sample.trial.Plan;
import dev.holdfast.kafka.sample.trial.Trial;
import dev.holdfast.kafka.test.KafkaCluster;

/**
 * Plays all steps, one after the other.
 */
public final class Tour {

	private static final int READ = 200;

	private final KafkaCluster cluster;

	private final Consumer<String> out;

	private final String[] args;

	/**
	 * Creates a tour.
	 * @param cluster the brokers, at least two
	 * @param out takes sentences that say what happens
	 * @param args arguments for the applications
	 */
	public Tour(KafkaCluster cluster, Consumer<String> out, String... args) {
		this.cluster = cluster;
		this.out = out;
		this.args = args;
	}

	/**
	 * Plays all steps.
	 * @return a row for each listener in each step
	 */
	public List<TourRow> play() {
		List<TourRow> rows = new ArrayList<>();
		for (Step step : Step.values()) {
			try (Trial trial = new Trial(cluster, cluster.bootstrapServers(), plan(step, topic(step), false), args)) {
				rows.addAll(play(step, trial));
			}
		}
		return rows;
	}

	/**
	 * What a step needs.
	 * @param step the step
	 * @param topic the topic to play it on
	 * @param endpoint whether guarded listeners have the Actuator endpoint
	 * @return the plan of the trial
	 */
	public static Plan plan(Step step, String topic, boolean endpoint) {
		return new Plan(topic, 1, step.autoOffsetReset(), List.of(Listener.PLAIN, Listener.GUARDED), endpoint);
	}

	/**
	 * The name of a step's topic.
	 * @param step the step
	 * @return the name
	 */
	public static String topic(Step step) {
		return "orders-" + step.name().toLowerCase(Locale.ROOT).replace('_', '-');
	}

	/**
	 * Plays a step.
	 * @param step the step
	 * @param trial a trial that nothing has happened to yet
	 * @return a row for each listener
	 */
	public List<TourRow> play(Step step, Trial trial) {
		out.accept(step.title());
		try {
			trial.publish(0, READ);
			trial.awaitRead();
			trial.awaitCommits();
			out.accept("  the listeners have read and committed %d orders; their auto.offset.reset is %s"
				.formatted(READ, step.autoOffsetReset()));
			trial.mark();
			step.play(trial, (sentence) -> out.accept("  " + sentence));
			return trial.participants().stream().map((each) -> TourRow.of(step, trial, each)).toList();
		}
		finally {
			cluster.wire().honest();
		}
	}

}
