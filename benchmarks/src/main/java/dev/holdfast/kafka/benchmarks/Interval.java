/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.holdfast.kafka.benchmarks;

import java.util.List;

/**
 * The interval in which a value lies with a confidence of 95 %.
 *
 * @param from its lower end
 * @param to its upper end
 */
record Interval(double from, double to) {

	static final double CONFIDENCE = 0.95;

	/**
	 * The interval of the median of measurements, by the sign test, which assumes nothing
	 * about their distribution. The whole range if there are too few for that confidence.
	 */
	static Interval ofMedian(List<Double> values) {
		List<Double> sorted = values.stream().sorted().toList();
		int n = sorted.size();
		int outside = 0;
		double probability = Math.pow(0.5, n);
		double below = probability;
		while (below <= (1 - CONFIDENCE) / 2) {
			outside++;
			probability *= (n - outside + 1) / (double) outside;
			below += probability;
		}
		int lowest = Math.max(0, outside - 1);
		return new Interval(sorted.get(lowest), sorted.get(n - 1 - lowest));
	}

	boolean contains(double value) {
		return from <= value && value <= to;
	}

	@Override
	public String toString() {
		return "%s to %s".formatted(Section.number(from), Section.number(to));
	}

}
