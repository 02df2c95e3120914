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
import java.util.TreeSet;

import dev.holdfast.kafka.offsetguard.policy.Action;
import dev.holdfast.kafka.offsetguard.policy.Cause;

/**
 * What happens in histories besides what {@link ScriptMaker} has always made. It comes
 * from a random source of its own, so that a seed of {@link #NONE} means the same history
 * as ever.
 */
enum Dimension {

	NONE {
		@Override
		Script add(Script script, Random random) {
			return script;
		}
	},

	/**
	 * The cluster's name leads to another cluster.
	 */
	CLUSTER {
		@Override
		Script add(Script script, Random random) {
			boolean isAsync = script.protocol() == ClientSettings.Protocol.CONSUMER;
			// With the other protocol, such a member of a group fails for good.
			Script changed = (isAsync || random.nextInt(100) < 50) ? script.withSubscribed(false) : script;
			int back = (random.nextInt(100) < 50) ? -1 : (random.nextInt(100) < 60) ? 0 : random.nextInt(30);
			return insert(changed, random, new Step.OtherCluster(random.nextInt(60), back));
		}
	},

	/**
	 * The guard only observes, or operators switch between the two modes.
	 */
	MODE {
		@Override
		Script add(Script script, Random random) {
			if (random.nextInt(100) < 50) {
				return settled(script, random).withOptions(new Script.Options(true));
			}
			Script changed = script.withOptions(new Script.Options(random.nextInt(100) < 30));
			int times = 1 + random.nextInt(3);
			for (int i = 0; i < times; i++) {
				changed = insert(changed, random, new Step.SwitchMode(random.nextInt(100) < 60));
			}
			return changed;
		}
	},

	/**
	 * Decisions have limits, and policies are anything.
	 */
	LIMITS {
		@Override
		Script add(Script script, Random random) {
			Map<Cause, Action> policy = new TreeMap<>(script.policy());
			int causes = random.nextInt(Cause.values().length);
			for (int i = 0; i < causes; i++) {
				Cause cause = Cause.values()[random.nextInt(Cause.values().length)];
				List<Action> allowed = List.copyOf(new TreeSet<>(cause.allowedActions()));
				policy.put(cause, allowed.get(random.nextInt(allowed.size())));
			}
			return script.withPolicy(policy)
				.withOptions(new Script.Options(false, limit(random), limit(random), false));
		}

		private long limit(Random random) {
			return (random.nextInt(100) < 30) ? -1 : (random.nextInt(100) < 20) ? 0 : random.nextInt(50);
		}
	},

	/**
	 * The application asks for positions between any two steps, and mostly waits a short
	 * time only, as listener containers do that tell of idle partitions. Its rebalance
	 * listener may ask for them, too, as listener containers do that commit them.
	 */
	POSITIONS {
		@Override
		Script add(Script script, Random random) {
			List<Step> steps = new ArrayList<>();
			for (Step each : script.steps()) {
				steps.add(each);
				while (random.nextInt(100) < 40) {
					int millis = List.of(-1, 0, 10, 100, 100, 100, 1000).get(random.nextInt(7));
					steps.add(new Step.Position(random.nextInt(script.partitions()), millis));
				}
			}
			if (random.nextInt(100) < 40) {
				steps.add(0, new Step.AskWhenAssigned(List.of(-1, 0, 10, 100).get(random.nextInt(4))));
			}
			Script asking = script.with(steps);
			return (random.nextInt(100) < 80) ? asking : MODE.add(asking, random);
		}
	},

	/**
	 * The application commits through a producer's transactions.
	 */
	TRANSACTIONS {
		@Override
		Script add(Script script, Random random) {
			return script.withoutAutoCommit().withOptions(new Script.Options(false, -1, -1, true));
		}
	};

	abstract Script add(Script script, Random random);

	Script make(long seed) {
		Random random = new Random(seed * 0xD1342543DE82EF95L + 0x7654321);
		random.nextInt();
		return add(ScriptMaker.make(seed), random);
	}

	/**
	 * Where the client has spoken to its brokers.
	 */
	private static int first(List<Step> steps) {
		for (int i = 0; i < steps.size(); i++) {
			if (steps.get(i) instanceof Step.Poll poll && poll.millis() >= 100) {
				return i + 1;
			}
		}
		return steps.size();
	}

	/**
	 * Half of the scripts, with an application that reads all there is after each step.
	 */
	private static Script settled(Script script, Random random) {
		if (random.nextInt(100) < 50) {
			return script;
		}
		List<Step> steps = new ArrayList<>();
		for (Step each : script.steps()) {
			if (!(each instanceof Step.Poll)) {
				steps.add(each);
				steps.add(new Step.Settle());
			}
		}
		return script.with(steps);
	}

	private static Script insert(Script script, Random random, Step step) {
		List<Step> steps = new ArrayList<>(script.steps());
		int first = first(steps);
		int at = first + random.nextInt(steps.size() - first + 1);
		steps.add(at, step);
		if (random.nextInt(100) < 60) {
			steps.add(at + 1, new Step.Poll(List.of(10, 100, 500, 1000, 3000).get(random.nextInt(5))));
		}
		return script.with(steps);
	}

}
