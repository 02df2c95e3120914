/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import dev.holdfast.kafka.test.KafkaCluster;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The same scripts on real brokers with real clients, and on the model: an application
 * sees the same.
 */
@Tag("long")
@Timeout(1800)
class ModelIsTrueTests {

	private static final int SCRIPTS = Integer.getInteger("holdfast.simulation.compared", 24);

	private static final long SEED = Long.getLong("holdfast.simulation.comparison", 1);

	private static KafkaCluster cluster;

	@BeforeAll
	static void start() {
		cluster = KafkaCluster.start(3);
	}

	@AfterAll
	static void close() {
		cluster.close();
	}

	@Test
	void applicationSeesTheSameWithTheModelAsWithRealBrokers() {
		List<String> differences = new ArrayList<>();
		for (int i = 0; i < SCRIPTS; i++) {
			long seed = SEED + i;
			Script script = script(seed);
			String topic = "compared-" + seed;
			List<String> model = new Performance(new ModelStage(topic), script).perform();
			List<String> real = new Performance(new RealStage(cluster, topic), script).perform();
			if (!real.equals(model)) {
				differences.add("seed %d%nreal:  %s%nmodel: %s%n%s".formatted(seed, real, model, script.code()));
			}
		}
		System.out.printf("Compared %d scripts, %d differ%n", SCRIPTS, differences.size());
		assertThat(differences).isEmpty();
	}

	/**
	 * A script of what both can do. Both protocols come in turn.
	 */
	private static Script script(long seed) {
		Random random = new Random(seed * 0x9E3779B97F4A7C15L);
		random.nextInt();
		String reset = List.of("earliest", "latest", "none").get(random.nextInt(3));
		List<Step> steps = new ArrayList<>();
		steps.add(new Step.Append(0, 1 + random.nextInt(60), false));
		if (random.nextBoolean()) {
			steps.add(new Step.Move(0));
		}
		if (reset.equals("none") || random.nextBoolean()) {
			steps.add(new Step.ForeignCommit(0, random.nextInt(1001), random.nextInt(2) - 1));
		}
		int length = 2 + random.nextInt(6);
		for (int i = 0; i < length; i++) {
			steps.add(step(random, reset));
			if (random.nextInt(100) < 40) {
				steps.add(new Step.Poll(100));
			}
		}
		return new Script((seed % 2 == 0) ? ClientSettings.Protocol.EAGER : ClientSettings.Protocol.CONSUMER, reset,
				false, false, 1, Map.of(), 1, steps);
	}

	private static Step step(Random random, String reset) {
		return switch (random.nextInt(15)) {
			case 0 -> new Step.Append(0, 1 + random.nextInt(30), false);
			case 1, 2 -> new Step.Move(0);
			case 3, 4 -> new Step.Lie(-1, (random.nextInt(3) == 0) ? -1 : random.nextInt(40));
			case 5 -> new Step.Honest();
			case 6 -> new Step.Retain(0, random.nextInt(1001));
			case 7, 8 -> new Step.Seek(0, random.nextInt(1101), random.nextInt(2) - 1);
			case 9 -> new Step.SeekToEnd(0, random.nextBoolean());
			case 10 -> random.nextBoolean() ? new Step.Pause(0) : new Step.Resume(0);
			case 11 -> new Step.CommitCurrent();
			case 12 -> new Step.Reopen(true);
			case 13 -> reset.equals("none") ? new Step.LieAboutRange() : new Step.Poll(100);
			default -> new Step.Position(0);
		};
	}

}
