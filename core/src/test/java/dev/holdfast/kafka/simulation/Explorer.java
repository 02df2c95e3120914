/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.simulation;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Looks for failing seeds: {@code Explorer first count [trace]}.
 */
final class Explorer {

	private Explorer() {
	}

	/**
	 * Looks for a seed that fails.
	 * @return the seed and what is wrong; {@code null} if there is none
	 */
	static String firstFailing(long histories) {
		for (long seed = 1; seed <= histories; seed++) {
			Violation violation = Simulation.check(ScriptMaker.make(seed));
			if (violation != null) {
				return seed + " " + violation.getMessage();
			}
		}
		return null;
	}

	public static void main(String[] arguments) {
		((ch.qos.logback.classic.Logger) org.slf4j.LoggerFactory.getLogger("ROOT"))
			.setLevel(ch.qos.logback.classic.Level.OFF);
		((ch.qos.logback.classic.Logger) org.slf4j.LoggerFactory.getLogger("dev.holdfast"))
			.setLevel(ch.qos.logback.classic.Level.OFF);
		Dimension dimension = Dimension.valueOf(System.getProperty("holdfast.simulation.dimension", "NONE"));
		long first = Long.parseLong(arguments[0]);
		long count = Long.parseLong(arguments[1]);
		if (arguments.length > 3) {
			((ch.qos.logback.classic.Logger) org.slf4j.LoggerFactory.getLogger("dev.holdfast"))
				.setLevel(ch.qos.logback.classic.Level.DEBUG);
			System.out.println(Simulation.check(Shrinker.shrink(dimension.make(first)), System.out::println));
			return;
		}
		if (arguments.length > 2) {
			Script script = Shrinker.shrink(dimension.make(first));
			System.out.println(script.code());
			Violation violation = Simulation.check(script, System.out::println);
			System.out.println(violation);
			if (violation != null && violation.getCause() != null) {
				violation.getCause().printStackTrace(System.out);
			}
			return;
		}
		Map<String, Integer> kinds = new LinkedHashMap<>();
		long begin = System.nanoTime();
		for (long seed = first; seed < first + count; seed++) {
			Violation violation = Simulation.check(dimension.make(seed));
			if (violation != null
					&& kinds.merge(violation.invariant(), 1, Integer::sum) <= Integer.getInteger("most", 2)) {
				System.out.println(seed + " " + violation.getMessage());
			}
		}
		double seconds = (System.nanoTime() - begin) / 1e9;
		double cpu = java.lang.management.ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() / 1e9;
		System.out.printf("%s, %.0f histories a second, %.0f by CPU time, %s%n", kinds, count / seconds, count / cpu,
				Simulation.STATISTICS);
	}

}
