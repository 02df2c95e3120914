/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.sample.tour;

import java.util.function.Consumer;

import dev.holdfast.kafka.sample.trial.Trial;

/**
 * A fault of an everyday kind. Before each of them the listeners have read, and
 * committed, 200 orders.
 */
public enum Step {

	/** The listeners are away for longer than the brokers keep records. */
	RETENTION("retention passes a slow consumer", "latest") {

		@Override
		void play(Trial trial, Consumer<String> out) {
			trial.stopListening();
			trial.publish(0, 70);
			trial.damage().retain(0, 230);
			out.accept("the listeners stop, 70 orders come, and retention deletes all records before offset 230");
			trial.listen();
			trial.awaitDecisions();
			trial.awaitRead();
		}

		@Override
		int deleted() {
			return 30;
		}

	},

	/** The listeners are away while the topic gets another partition. */
	ADDED_PARTITION("a partition is added", "latest") {

		@Override
		void play(Trial trial, Consumer<String> out) {
			trial.stopListening();
			trial.damage().addPartition(70);
			out.accept("the listeners stop, the topic gets partition 1, and 70 orders come to it");
			trial.listen();
			trial.awaitDecisions();
			trial.awaitRead();
		}

		@Override
		int partition() {
			return 1;
		}

	},

	/** The groups have no commits any more when the listeners start again. */
	LOST_COMMIT("a commit is lost", "earliest") {

		@Override
		void play(Trial trial, Consumer<String> out) {
			trial.stopListening();
			trial.publish(0, 70);
			trial.damage().deleteCommits(0);
			out.accept("the listeners stop, 70 orders come, and the groups' commits for the partition are deleted");
			trial.listen();
			trial.awaitDecisions();
			trial.awaitRead();
		}

	},

	/** The topic is deleted and created again while the listeners listen. */
	RECREATED_TOPIC("a topic is recreated", "latest") {

		@Override
		void play(Trial trial, Consumer<String> out) {
			trial.damage().recreateTopic(70);
			out.accept("no broker answers for a moment: the topic is deleted, created again, and gets 70 orders");
			trial.awaitDecisions();
			trial.awaitRead();
		}

	},

	/** A new leader claims that the log was truncated. */
	LIE("a broker lies", "earliest") {

		@Override
		void play(Trial trial, Consumer<String> out) {
			trial.damage().lie();
			trial.damage().moveLeader(0);
			out.accept("the brokers answer OffsetForLeaderEpoch with end offset 0, and the partition's leader moves");
			trial.awaitClaims();
			trial.publish(0, 70);
			trial.awaitDecisions();
			trial.awaitRead();
		}

	};

	private final String title;

	private final String autoOffsetReset;

	Step(String title, String autoOffsetReset) {
		this.title = title;
		this.autoOffsetReset = autoOffsetReset;
	}

	/**
	 * Does the damage, and waits until it is done.
	 * @param trial where
	 * @param out takes sentences that say what happens
	 */
	abstract void play(Trial trial, Consumer<String> out);

	/**
	 * The partition whose position is in question.
	 * @return its number
	 */
	int partition() {
		return 0;
	}

	/**
	 * How many orders the brokers delete before anybody has read them.
	 * @return the count
	 */
	int deleted() {
		return 0;
	}

	public String title() {
		return title;
	}

	public String autoOffsetReset() {
		return autoOffsetReset;
	}

}
