/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import java.util.List;
import java.util.Locale;
import java.util.Map;

import static dev.holdfast.kafka.offsetguard.Consumers.range;

/**
 * What a group finds that starts, with {@code auto.offset.reset=latest}, and what has to
 * come of it; {@link LateAnswerStage} prepares it.
 */
enum LateSituation {

	/** 200 of 270 records are committed, with a bookmark. */
	STARTING(List.of(), Map.of(0, range(200, 270)), Map.of(0, 270L)),

	/** So they are on partition 0; the commit of partition 1, 100 of 100, is lost. */
	COMMIT_LOST(List.of("1 committed-offset-lost hold"), Map.of(0, range(200, 270)), Map.of(0, 270L)),

	/** 20 of 20 are committed on partition 0; partition 1 was added then, 50 records. */
	NEW_PARTITION(List.of("1 new-partition earliest"), Map.of(1, range(0, 50)), Map.of(0, 20L, 1, 50L)),

	/** As {@link #COMMIT_LOST}, for a consumer that is assigned partition 1 only. */
	COMMIT_LOST_ALONE(List.of("1 committed-offset-lost hold"), Map.of(), Map.of(0, 200L)),

	/** As {@link #NEW_PARTITION}, for a consumer that is assigned partition 1 only. */
	NEW_PARTITION_ALONE(List.of("1 new-partition earliest"), Map.of(1, range(0, 50)), Map.of(0, 20L, 1, 50L)),

	/** Brokers say that the epoch of the commit, 200 of 270 records, ends at 0. */
	LIE(List.of("0 false-truncation keep"), Map.of(0, range(200, 270)), Map.of(0, 270L)),

	/** 50 of 50 were committed in a topic that was deleted since; the new one has 80. */
	TOPIC_RECREATED(List.of("0 topic-recreated earliest"), Map.of(0, range(0, 80)), Map.of(0, 80L)),

	/**
	 * 500 is committed in a log of 100 records. Held before answers are late, resolved
	 * after.
	 */
	HELD_ABOVE_LOG_END(List.of("0 above-log-end hold", "0 above-log-end earliest"), Map.of(0, range(0, 100)),
			Map.of(0, 100L)),

	/**
	 * As {@link #COMMIT_LOST}, held before answers are late, resolved after.
	 */
	HELD_AS_LOST(List.of("1 committed-offset-lost hold", "1 committed-offset-lost earliest"),
			Map.of(0, range(200, 270), 1, range(0, 100)), Map.of(0, 270L, 1, 100L));

	private final LateAnswerRun.Result expected;

	LateSituation(List<String> decisions, Map<Integer, List<Long>> delivered, Map<Integer, Long> committed) {
		this.expected = new LateAnswerRun.Result(decisions, delivered, committed);
	}

	/**
	 * What has to come of it.
	 */
	LateAnswerRun.Result expected() {
		return expected;
	}

	/**
	 * Which partition is held before answers are late, -1 for none.
	 */
	int held() {
		return switch (this) {
			case HELD_ABOVE_LOG_END -> 0;
			case HELD_AS_LOST -> 1;
			default -> -1;
		};
	}

	boolean isHeld() {
		return held() >= 0;
	}

	/**
	 * Whether what is late is about where partitions start, and about nothing that would
	 * have to be proven.
	 */
	boolean isStart() {
		return this != LIE && !isHeld();
	}

	/**
	 * Whether the consumer is assigned partition 1, and does not subscribe.
	 */
	boolean isAlone() {
		return this == COMMIT_LOST_ALONE || this == NEW_PARTITION_ALONE;
	}

	/**
	 * The situation whose topic and commits this one has, too.
	 */
	LateSituation stage() {
		return switch (this) {
			case COMMIT_LOST_ALONE, HELD_AS_LOST -> COMMIT_LOST;
			case NEW_PARTITION_ALONE -> NEW_PARTITION;
			default -> this;
		};
	}

	/**
	 * How late answers to the consumer itself may be as well: a classic client that had
	 * to connect anew joins its group anew, and nothing may be committed by then of what
	 * was decided about a partition that was held.
	 */
	List<Lateness> survivedByConsumer() {
		return isHeld() ? List.of(Lateness.LATE_ONCE, Lateness.LATE_ALWAYS)
				: List.of(Lateness.LATE_ONCE, Lateness.LATE_ALWAYS, Lateness.UNANSWERED_ONCE);
	}

	String topic() {
		return "late-" + stage();
	}

	@Override
	public String toString() {
		return name().toLowerCase(Locale.ROOT).replace('_', '-');
	}

}
