/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

import dev.holdfast.kafka.offsetguard.policy.Action;
import dev.holdfast.kafka.offsetguard.policy.Cause;

/**
 * Makes the history of a seed.
 */
final class ScriptMaker {

	private static final int LONGEST = 24;

	private final Random random;

	private final int partitions;

	private final boolean subscribed;

	private ScriptMaker(Random random) {
		this.random = random;
		this.partitions = 1 + random.nextInt(3);
		this.subscribed = random.nextInt(4) > 0;
	}

	static Script make(long seed) {
		// Neighbouring seeds of Random begin alike.
		Random random = new Random(seed * 0x9E3779B97F4A7C15L + 0x1234567);
		random.nextInt();
		return new ScriptMaker(random).make();
	}

	private Script make() {
		ClientSettings.Protocol protocol = ClientSettings.Protocol.values()[random.nextInt(3)];
		String reset = chance(10) ? "none" : chance(50) ? "earliest" : "latest";
		boolean autoCommit = chance(12);
		List<Step> steps = new ArrayList<>();
		for (int i = 0; i < partitions; i++) {
			steps.add(new Step.Append(i, 1 + random.nextInt(60), chance(20)));
			if (chance(60)) {
				steps.add(new Step.Move(i));
				steps.add(new Step.Append(i, 1 + random.nextInt(40), false));
			}
		}
		if (chance(50)) {
			steps.add(new Step.ForeignCommit(random.nextInt(partitions), random.nextInt(1001), anyEpoch()));
		}
		int length = 3 + random.nextInt(LONGEST);
		for (int i = 0; i < length; i++) {
			steps.add(any());
			if (steps.get(steps.size() - 1) instanceof Step.Wakeup && chance(60)) {
				steps.add(new Step.Position(partition()));
			}
			if (chance(50)) {
				steps.add(new Step.Poll(duration()));
			}
		}
		return new Script(protocol, reset, autoCommit, subscribed, partitions, policy(), chance(70) ? 1 : duration(),
				steps);
	}

	private Map<Cause, Action> policy() {
		Map<Cause, Action> policy = new TreeMap<>();
		if (chance(30)) {
			for (int i = 0; i < 3; i++) {
				Cause cause = Cause.values()[random.nextInt(Cause.values().length)];
				List<Action> allowed = List.copyOf(new java.util.TreeSet<>(cause.allowedActions()));
				policy.put(cause, allowed.get(random.nextInt(allowed.size())));
			}
		}
		return policy;
	}

	private boolean chance(int percent) {
		return random.nextInt(100) < percent;
	}

	private int duration() {
		int[] durations = { 0, 10, 100, 100, 500, 1000, 3000 };
		return durations[random.nextInt(durations.length)];
	}

	private int partition() {
		return random.nextInt(partitions);
	}

	private int anyEpoch() {
		return chance(45) ? -1 : chance(80) ? 0 : 1 + random.nextInt(3);
	}

	private Step any() {
		int what = random.nextInt(100);
		if (what < 30) {
			return ofApplication();
		}
		if (what < 62) {
			return new Step.Poll(duration());
		}
		return ofBrokers();
	}

	private Step ofApplication() {
		return switch (random.nextInt(16)) {
			case 0 -> new Step.Seek(partition(), random.nextInt(1101), anyEpoch());
			case 1 -> new Step.SeekToEnd(partition(), chance(50));
			case 2 -> new Step.Pause(partition());
			case 3 -> new Step.Resume(partition());
			case 4, 5, 6, 7 -> new Step.CommitProcessed(chance(60));
			case 8 -> new Step.CommitCurrent();
			case 9 -> new Step.Position(partition());
			case 10 -> new Step.Wakeup(duration());
			case 11, 12 -> new Step.Reopen(chance(40));
			case 13 -> new Step.Rebalance(random.nextInt(1 << partitions), chance(15));
			case 14 -> new Step.Order(partition(), random.nextInt(8));
			default -> new Step.Rebalance((1 << partitions) - 1, false);
		};
	}

	private Step ofBrokers() {
		return switch (random.nextInt(24)) {
			case 0, 1, 2, 3 -> new Step.Append(partition(), 1 + random.nextInt(40), chance(15));
			case 4, 5, 6 -> new Step.Move(partition());
			case 7, 8 -> new Step.Lie(chance(50) ? -1 : random.nextInt(ModelCluster.NODES),
					chance(40) ? 0 : chance(40) ? -1 : random.nextInt(60));
			case 9 -> new Step.LieAboutRange();
			case 10, 11 -> new Step.Honest();
			case 12 -> new Step.Silence(random.nextInt(ModelCluster.NODES + 2) - 2);
			case 13 -> new Step.Delay(duration());
			case 14 -> new Step.StaleMetadata();
			case 15, 16 -> new Step.Retain(partition(), random.nextInt(1001));
			case 17, 18 -> new Step.Truncate(partition(), 1 + random.nextInt(30), random.nextInt(40));
			case 19 -> new Step.Recreate(random.nextInt(60));
			case 20 -> new Step.LoseCommit(partition());
			case 21 -> new Step.RegressCommit(partition(), random.nextInt(3));
			case 22 -> new Step.ForeignCommit(partition(), random.nextInt(1001), anyEpoch());
			default -> new Step.Wait(random.nextInt(4) * 20_000);
		};
	}

}
