/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.sample.show;

import java.util.function.Consumer;
import java.util.function.Supplier;

import dev.holdfast.kafka.sample.trial.Damage;
import dev.holdfast.kafka.sample.trial.Trial;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.MovableAddress;

/**
 * Where a mishap happens.
 *
 * @param trial the trial that it happens to
 * @param name the address from which the listeners start
 * @param otherCluster starts another cluster
 * @param out takes sentences that say what happens
 */
record Stage(Trial trial, MovableAddress name, Supplier<KafkaCluster> otherCluster, Consumer<String> out) {

	Damage damage() {
		return trial.damage();
	}

	void tell(String sentence, Object... arguments) {
		out.accept(sentence.formatted(arguments));
	}

	/**
	 * Stops the listeners, lets something happen, and starts them again.
	 */
	void whileListenersAreAway(Runnable happening) {
		trial.stopListening();
		try {
			happening.run();
		}
		finally {
			trial.listen();
		}
	}

}
