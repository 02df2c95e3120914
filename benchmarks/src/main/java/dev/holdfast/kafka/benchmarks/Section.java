/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.holdfast.kafka.benchmarks;

import java.util.List;
import java.util.Locale;

import org.jspecify.annotations.Nullable;

/**
 * A part of the report.
 *
 * @param title its title
 * @param text what the part measures, and how
 * @param header the heads of the columns
 * @param rows the cells, by row
 * @param targets the targets of its measurements
 * @param chart a picture in Mermaid's language, if there is one
 */
record Section(String title, String text, List<String> header, List<List<String>> rows, List<Target> targets,
		@Nullable String chart) {

	Section(String title, String text, List<String> header, List<List<String>> rows, List<Target> targets) {
		this(title, text, header, rows, targets, null);
	}

	Section with(String chart) {
		return new Section(title, text, header, rows, targets, chart);
	}

	/**
	 * A limit that a measurement must keep.
	 *
	 * @param what what is limited
	 * @param measured the measured value
	 * @param interval the interval in which that lies with some confidence, if it is
	 * known
	 * @param limit the limit
	 * @param atMost whether the limit is an upper one, or a lower one
	 * @param unit the unit of both
	 */
	record Target(String what, double measured, @Nullable Interval interval, double limit, boolean atMost,
			String unit) {

		static Target atMost(String what, double measured, double limit, String unit) {
			return new Target(what, measured, null, limit, true, unit);
		}

		static Target atLeast(String what, double measured, double limit, String unit) {
			return new Target(what, measured, null, limit, false, unit);
		}

		Target within(Interval interval) {
			return new Target(what, measured, interval, limit, atMost, unit);
		}

		private boolean isMet() {
			return atMost ? measured <= limit : measured >= limit;
		}

		private String verdict() {
			String verdict = isMet() ? "reached" : "**missed**";
			return (interval != null && interval.contains(limit)) ? verdict + ", but not for certain" : verdict;
		}

		@Override
		public String toString() {
			return "%s: %s %s%s (%s %s %s): %s"
				.formatted(what, number(measured), unit, (interval != null) ? ", 95 %: " + interval : "",
						atMost ? "at most" : "at least", number(limit), unit, verdict())
				.replace("  ", " ")
				.replace(" )", ")");
		}

	}

	static String number(double value) {
		double magnitude = Math.abs(value);
		String format = (magnitude >= 100 || value == Math.rint(value)) ? "%,.0f"
				: (magnitude >= 10) ? "%,.1f" : (magnitude >= 0.1) ? "%,.3f" : "%,.4f";
		return String.format(Locale.ROOT, format, value);
	}

}
