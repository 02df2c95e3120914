/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.consumer;

import dev.holdfast.kafka.offsetguard.internal.client.ClientReports;
import dev.holdfast.kafka.offsetguard.internal.client.CurrentMode;
import dev.holdfast.kafka.offsetguard.internal.client.WhileAssigned;
import dev.holdfast.kafka.offsetguard.internal.enforcement.Decisions;
import dev.holdfast.kafka.offsetguard.internal.partition.Hold;
import dev.holdfast.kafka.offsetguard.internal.partition.Holds;
import dev.holdfast.kafka.offsetguard.internal.partition.PartitionStates;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * Carries out on the consumer's thread that an operator has switched the mode. A guard
 * that only observes from now on lets go of all that it holds, or that waits for
 * evidence. A guard that carries decisions out from now on begins with the next position
 * that comes into question.
 */
final class ModeSwitch {

	private final Consumer<?, ?> client;

	private final CurrentMode mode;

	private final ClientReports reports;

	private final PartitionStates states;

	private final Holds holds;

	private final Decisions decisions;

	private final Wiring.Triggers triggers;

	ModeSwitch(Wiring wiring) {
		this.client = wiring.basics().client();
		this.mode = wiring.basics().mode();
		this.reports = wiring.basics().reports();
		this.states = wiring.basics().states();
		this.holds = wiring.basics().holds();
		this.decisions = wiring.enforcement().decisions();
		this.triggers = wiring.triggers();
	}

	/**
	 * Takes over what is switched on. Every poll asks.
	 */
	void takeOver() {
		if (mode.takeOver() && mode.isObserving()) {
			letGo();
		}
	}

	private void letGo() {
		triggers.incident().forgetAll();
		// The client does not report again soon what the guard has just forgotten.
		reports.claimsForgotten();
		triggers.topicChecks().giveUp();
		triggers.rechecks().forgetAll();
		triggers.starts().forgetAll();
		triggers.clusterChanges().forget();
		states.undecided().commits().forEach(this::startAtCommit);
		for (TopicPartition partition : states.partitions()) {
			letGo(partition);
		}
	}

	/**
	 * Kafka alone waits for nothing but the commit.
	 */
	private void startAtCommit(TopicPartition partition, long offset) {
		OffsetAndMetadata commit = new OffsetAndMetadata(offset);
		WhileAssigned.seek(client, partition, commit);
		states.get(partition).seek(commit);
		states.started(partition);
	}

	private void letGo(TopicPartition partition) {
		Hold hold = holds.find(partition);
		if (hold != null) {
			decisions.letGo(hold);
		}
	}

}
