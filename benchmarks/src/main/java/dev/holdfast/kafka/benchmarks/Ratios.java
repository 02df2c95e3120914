/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.holdfast.kafka.benchmarks;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Ratios of pairs of measurements, one right after the other, so that what slows the
 * machine down for a while slows down both.
 */
final class Ratios {

	private final List<Double> guarded = new ArrayList<>();

	private final List<Double> bare = new ArrayList<>();

	void add(double guarded, double bare) {
		this.guarded.add(guarded);
		this.bare.add(bare);
	}

	/** The median of the ratios of guarded to bare. */
	double median() {
		return median(ratios());
	}

	double medianOfGuarded() {
		return median(guarded);
	}

	double medianOfBare() {
		return median(bare);
	}

	/** The least and the greatest ratio. */
	String spread() {
		List<Double> ratios = ratios();
		return "%s to %s".formatted(Section.number(Collections.min(ratios)), Section.number(Collections.max(ratios)));
	}

	/**
	 * The interval in which the median of ratios lies with a confidence of 95 %, for any
	 * distribution.
	 */
	Interval interval() {
		return Interval.ofMedian(ratios());
	}

	/** The same for the differences of guarded and bare. */
	Interval intervalOfDifferences() {
		return Interval.ofMedian(differences());
	}

	void addAll(Ratios others) {
		guarded.addAll(others.guarded);
		bare.addAll(others.bare);
	}

	/** The median of the differences of guarded and bare. */
	double medianDifference() {
		return median(differences());
	}

	/** The least and the greatest difference. */
	String spreadOfDifferences() {
		List<Double> differences = differences();
		return "%s to %s".formatted(Section.number(Collections.min(differences)),
				Section.number(Collections.max(differences)));
	}

	private List<Double> differences() {
		List<Double> differences = new ArrayList<>();
		for (int i = 0; i < guarded.size(); i++) {
			differences.add(guarded.get(i) - bare.get(i));
		}
		return differences;
	}

	private List<Double> ratios() {
		List<Double> ratios = new ArrayList<>();
		for (int i = 0; i < guarded.size(); i++) {
			ratios.add(guarded.get(i) / bare.get(i));
		}
		return ratios;
	}

	static double median(List<Double> values) {
		List<Double> sorted = values.stream().sorted().toList();
		int middle = sorted.size() / 2;
		return (sorted.size() % 2 == 1) ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
	}

}
