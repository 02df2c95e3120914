/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.sample.show;

import java.util.Locale;
import java.util.Objects;
import java.util.function.Function;

import dev.holdfast.kafka.offsetguard.evidence.LogBounds;
import dev.holdfast.kafka.test.Fault;
import dev.holdfast.kafka.test.KafkaCluster;
import org.jspecify.annotations.Nullable;

/**
 * A real fault that somebody can cause with a button. It concerns partition 0, or all.
 */
public enum Mishap {

	/** Retention. */
	RETENTION("Retention", "The listeners stop. 70 orders come, and retention deletes the first 30 of them.",
			(stage) -> {
				stage.whileListenersAreAway(() -> {
					LogBounds log = Objects.requireNonNull(stage.trial().bounds().get(stage.trial().partition(0)));
					stage.trial().publish(0, 70);
					stage.damage().retain(0, log.logEndOffset() + 30);
					stage.tell("While the listeners were away, retention deleted all records of partition 0 before "
							+ "offset %d.", log.logEndOffset() + 30);
				});
				return null;
			}),

	/** Partition. */
	ADDED_PARTITION("Added partition", "The listeners stop. The topic gets a partition, and that gets 70 orders.",
			(stage) -> {
				stage.whileListenersAreAway(() -> stage.tell(
						"While the listeners were away, the topic got partition %d, and that got 70 orders.",
						stage.damage().addPartition(70)));
				return null;
			}),

	/** Commits. */
	DELETED_COMMITS("Deleted commits",
			"The listeners stop. 70 orders come, and somebody deletes the groups' commits for partition 0.",
			(stage) -> {
				stage.whileListenersAreAway(() -> {
					stage.trial().publish(0, 70);
					stage.damage().deleteCommits(0);
					stage.tell("While the listeners were away, 70 orders came, and the groups' commits for partition 0 "
							+ "were deleted.");
				});
				return null;
			}),

	/** Topic. */
	RECREATED_TOPIC("Recreated topic",
			"No broker answers for a moment. Meanwhile the topic is deleted and created again, and gets 30 orders.",
			(stage) -> {
				stage.damage().recreateTopic(30);
				stage.tell("The topic was deleted and created again. Its new partition 0 got 30 orders.");
				return null;
			}),

	/** Election. */
	UNCLEAN_ELECTION("Unclean election", "A replica that lacks the last 50 orders becomes the leader.", (stage) -> {
		stage.damage().electUnclean(0, 50);
		stage.trial().publish(0, 20);
		stage.tell("A replica that lacked the last 50 orders leads partition 0 now. 20 orders came to it.");
		return null;
	}),

	/** Cluster. */
	OTHER_CLUSTER("Another cluster",
			"The listeners read 150 orders and stop. Their address leads to a mirror, which has the last 100 at other "
					+ "offsets, and the commits as they were.",
			(stage) -> {
				stage.tell("Another cluster starts.");
				stage.trial().publish(0, 150);
				stage.trial().awaitRead();
				KafkaCluster other = stage.otherCluster().get();
				stage.whileListenersAreAway(() -> {
					stage.damage().moveTo(stage.name(), other, 100);
					stage.tell("While the listeners were away, their address was led to a mirror. It has the last 100 "
							+ "orders of each partition, at other offsets.");
				});
				return null;
			}),

	/** Leader. */
	LEADER_MOVE("Leader moves", "Another replica becomes the leader of partition 0.", (stage) -> {
		stage.tell("Broker %d leads partition 0 now.", stage.damage().moveLeader(0));
		return null;
	}),

	/** Lie. */
	LIE("A broker lies", "All brokers claim that each leader epoch ended at offset 0. Then the leader moves.",
			(stage) -> {
				Fault.Handle lie = stage.damage().lie();
				stage.damage().moveLeader(0);
				stage.tell("The brokers answer OffsetForLeaderEpoch with end offset 0, and the leader of partition 0 "
						+ "has moved.");
				return lie::close;
			}),

	/** Undefined. */
	UNDEFINED_ANSWER("Undefined answer",
			"All brokers answer that they do not know where a leader epoch ended. Then the leader moves.", (stage) -> {
				Fault.Handle answer = stage.damage().answerUndefined();
				stage.damage().moveLeader(0);
				stage.tell("The brokers answer OffsetForLeaderEpoch with nothing, and the leader of partition 0 has "
						+ "moved.");
				return answer::close;
			}),

	/** Silence. */
	SILENCE("Silence", "No answer of any broker comes to the listeners.", (stage) -> {
		Fault.Handle silence = stage.damage().silence();
		stage.tell("No answer of any broker comes to the listeners.");
		return silence::close;
	}),

	/** Node. */
	STOPPED_NODE("Stop a node", "The broker that leads partition 0 stops.", (stage) -> {
		Runnable start = stage.damage().stopLeader(0);
		stage.tell("The broker that led partition 0 has stopped.");
		return start;
	});

	private final String title;

	private final String explanation;

	private final Function<Stage, @Nullable Runnable> happening;

	Mishap(String title, String explanation, Function<Stage, @Nullable Runnable> happening) {
		this.title = title;
		this.explanation = explanation;
		this.happening = happening;
	}

	public String id() {
		return name().toLowerCase(Locale.ROOT).replace('_', '-');
	}

	public String title() {
		return title;
	}

	public String explanation() {
		return explanation;
	}

	/**
	 * Whether it lasts until somebody ends it.
	 * @return {@code true} if it does
	 */
	public boolean lasts() {
		return switch (this) {
			case LIE, UNDEFINED_ANSWER, SILENCE, STOPPED_NODE -> true;
			case RETENTION, ADDED_PARTITION, DELETED_COMMITS, RECREATED_TOPIC, UNCLEAN_ELECTION, OTHER_CLUSTER,
					LEADER_MOVE ->
				false;
		};
	}

	/**
	 * Whether it needs all brokers.
	 * @return {@code true} if it cannot happen while a broker has stopped
	 */
	boolean needsAllBrokers() {
		return this != SILENCE && this != STOPPED_NODE;
	}

	@Nullable Runnable happen(Stage stage) {
		return happening.apply(stage);
	}

}
