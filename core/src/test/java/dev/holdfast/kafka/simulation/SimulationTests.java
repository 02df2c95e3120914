/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Thousands of histories against the invariants. Run more, or one again, with
 * {@code -Dholdfast.simulation.seed=42 -Dholdfast.simulation.histories=1000000}, of one
 * {@link Dimension} with {@code -Dholdfast.simulation.dimension=CLUSTER}.
 */
@Tag("long")
@Timeout(1800)
class SimulationTests {

	private static final int HISTORIES = Integer.getInteger("holdfast.simulation.histories", 20_000);

	private static final Logger LOGGER = (Logger) LoggerFactory.getLogger("dev.holdfast");

	private final Level level = LOGGER.getLevel();

	@BeforeEach
	void beQuiet() {
		LOGGER.setLevel(Level.OFF);
	}

	@AfterEach
	void beLoud() {
		LOGGER.setLevel(level);
	}

	@ParameterizedTest
	@MethodSource("dimensions")
	void invariantsHoldInTheSameHistoriesInEachBuild(Dimension dimension) {
		boolean isOldest = dimension == Dimension.NONE;
		assertInvariantsHold(dimension, 1, isOldest ? HISTORIES : HISTORIES / 4);
	}

	/**
	 * Only if somebody asks for it: it may still find histories, see docs/reliability.md.
	 */
	@ParameterizedTest
	@MethodSource("dimensions")
	@EnabledIfSystemProperty(named = "holdfast.simulation.histories", matches = "\\d+")
	void invariantsHoldInHistoriesThatNobodyHasSeen(Dimension dimension) {
		assertInvariantsHold(dimension, Long.getLong("holdfast.simulation.seed", System.nanoTime() & 0xFFFFFFFFFFFFL),
				HISTORIES);
	}

	static List<Dimension> dimensions() {
		String one = System.getProperty("holdfast.simulation.dimension");
		return (one != null) ? List.of(Dimension.valueOf(one)) : List.of(Dimension.values());
	}

	private static void assertInvariantsHold(Dimension dimension, long first, int histories) {
		System.out.printf("Simulates %d histories of %s from seed %d on%n", histories, dimension, first);
		List<String> failures = new ArrayList<>();
		long begin = System.nanoTime();
		for (long seed = first; seed < first + histories && failures.size() < 3; seed++) {
			Script script = dimension.make(seed);
			Violation violation = Simulation.check(script);
			if (violation != null) {
				Script shrunk = Shrinker.shrink(script);
				failures.add("seed %d: %s%n%s".formatted(seed, violation.getMessage(), shrunk.code()));
			}
		}
		long seconds = Math.max(1, TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begin));
		System.out.printf("Simulated them, %d a second%n", histories / seconds);
		assertThat(failures).as("Run them again with -Dholdfast.simulation.seed=%d", first).isEmpty();
	}

}
