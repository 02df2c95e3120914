/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.decision;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

import dev.holdfast.kafka.offsetguard.evidence.Evidence;
import dev.holdfast.kafka.offsetguard.evidence.LogBounds;
import dev.holdfast.kafka.offsetguard.evidence.TruncationClaim;
import dev.holdfast.kafka.offsetguard.policy.Action;
import dev.holdfast.kafka.offsetguard.policy.Cause;
import dev.holdfast.kafka.offsetguard.policy.MoveLimits;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * One decision about one partition's position: immutable, whole, and free of record
 * contents.
 *
 * @param at when the guard made it
 * @param groupId the consumer group, {@code null} for a consumer without one
 * @param clientId the consumer's client id
 * @param partition the partition
 * @param cause why the position was in question
 * @param policyAction the action that the policy names
 * @param action the action taken: the policy's. Where that was impossible or went beyond
 * {@link MoveLimits}, {@link Action#HOLD} or {@link Action#FAIL}
 * @param reason why the action is not the one that the policy names, {@code null} where
 * it is
 * @param outcome what the decision does to the consumer
 * @param impact the records concerned
 * @param evidence what the decision rests on
 * @param observed whether the guard did not carry it out: the client did what Kafka alone
 * would have done
 * @param resolution which operator made it and why, {@code null} where the policy did
 */
public record Decision(Instant at, @Nullable String groupId, String clientId, TopicPartition partition, Cause cause,
		Action policyAction, Action action, @Nullable Reason reason, Outcome outcome, Impact impact, Evidence evidence,
		boolean observed, @Nullable Resolution resolution) {

	/** What an operator reads about a partition that is held. */
	private static final String NEXT_STEP = "docs/runbook.md#2-why";

	/**
	 * The records that a decision concerns, counted in offsets.
	 *
	 * @param lost how many the consumer skips for good
	 * @param rewound how many it gets again
	 * @param spared how many it neither skips nor gets again, although under plain Kafka
	 * it would
	 */
	public record Impact(long lost, long rewound, long spared) {

		/** The decision concerns no records. */
		public static final Impact NONE = new Impact(0, 0, 0);

	}

	/**
	 * Whether the consumer delivers other records now than it would have before.
	 * @return {@code true} unless the guard kept the position; or unless, by policy, it
	 * is a first one, or the log start because the application has sought below that
	 */
	public boolean isNotable() {
		if (observed && impact.spared() > 0) {
			return true;
		}
		if (outcome instanceof Outcome.ReadFrom readFrom) {
			if (resolution != null) {
				// Where there was no position, nobody can count what comes again.
				return readFrom.offset() != evidence.origin();
			}
			return evidence.origin() >= 0 && readFrom.offset() != evidence.origin()
					&& !evidence.isSoughtBelowLogStart();
		}
		return resolution != null || !(outcome instanceof Outcome.LookedUp);
	}

	/**
	 * Whether the consumer reads on, from another position or from the one that it has.
	 * @return {@code false} if the partition is held or the consumer fails
	 */
	public boolean isMove() {
		return outcome instanceof Outcome.ReadFrom || outcome instanceof Outcome.LookedUp;
	}

	/**
	 * The decision as {@code key=value} pairs in one line, for logs and exceptions.
	 * @return the line, without line breaks
	 */
	public String summary() {
		StringBuilder line = new StringBuilder(256);
		line.append("group=").append(word(groupId));
		line.append(" client=").append(word(clientId));
		line.append(" topic=").append(partition.topic());
		line.append(" partition=").append(partition.partition());
		line.append(" cause=").append(cause.id());
		line.append(" action=").append(action.id());
		if (policyAction != action) {
			line.append(" policy=").append(policyAction.id());
		}
		if (reason != null && reason.limits() != null) {
			appendLimit(line, reason.records(), reason.limits());
		}
		if (evidence.position() >= 0) {
			line.append(" position=").append(evidence.position());
		}
		if (evidence.trigger() == Evidence.Trigger.COMMITTED_OFFSET) {
			line.append(" latest-known=").append(evidence.remembered().committedOffset());
		}
		if (outcome instanceof Outcome.ReadFrom readFrom) {
			line.append(" continue=").append(readFrom.offset());
		}
		else if (outcome instanceof Outcome.LookedUp lookedUp) {
			line.append(" continue=").append(lookedUp.end().id());
		}
		appendRest(line);
		return line.toString();
	}

	private void appendRest(StringBuilder line) {
		LogBounds bounds = evidence.boundsAfter();
		if (bounds != null) {
			line.append(" log-start=").append(bounds.logStartOffset());
			line.append(" log-end=").append(bounds.logEndOffset());
		}
		TruncationClaim claim = evidence.lastClaim();
		if (claim != null) {
			line.append(" claimed-divergent-offset=").append(claim.divergentOffset());
		}
		line.append(" lost=").append(impact.lost());
		line.append(" rewound=").append(impact.rewound());
		line.append(" protected=").append(impact.spared());
		if (observed) {
			line.append(" observed=true");
		}
		if (resolution != null) {
			line.append(" by=").append(quoted(resolution.by()));
			line.append(" reason=").append(quoted(resolution.reason()));
		}
		if (outcome instanceof Outcome.Held && !observed) {
			line.append(" resolutions=")
				.append(String.join(",", cause.resolutions().stream().map(Action::id).toList()));
			line.append(" next=").append(NEXT_STEP);
		}
	}

	/**
	 * Where nobody knows how far the action leads, any limit is in its way.
	 */
	private static void appendLimit(StringBuilder line, long records, MoveLimits limits) {
		List<String> inTheWay = new ArrayList<>();
		if (records <= 0 && limits.maxRewindRecords() != null) {
			inTheWay.add("max-rewind-records:" + limits.maxRewindRecords());
		}
		if (records >= 0 && limits.maxSkipRecords() != null) {
			inTheWay.add("max-skip-records:" + limits.maxSkipRecords());
		}
		line.append(" limit=").append(String.join(",", inTheWay));
		if (records != 0) {
			line.append((records > 0) ? " would-lose=" : " would-rewind=").append(Math.abs(records));
		}
	}

	/**
	 * A name that could break the line, or pass for another pair of it, in quotes:
	 * brokers take any text for the names of groups and clients.
	 */
	private static @Nullable String word(@Nullable String name) {
		return (name != null && name.codePoints().anyMatch(Decision::isNoPartOfAWord)) ? quoted(name) : name;
	}

	private static boolean isNoPartOfAWord(int each) {
		return Character.isWhitespace(each) || Character.isSpaceChar(each) || isControl(each) || each == '"';
	}

	private static String quoted(String text) {
		StringBuilder quoted = new StringBuilder(text.length() + 2).append('"');
		text.codePoints().forEach((each) -> {
			if (isControl(each)) {
				quoted.append("\\u%04x".formatted(each));
				return;
			}
			if (each == '"' || each == '\\') {
				quoted.append('\\');
			}
			quoted.appendCodePoint(each);
		});
		return quoted.append('"').toString();
	}

	/**
	 * Line separators would break a line in two as well.
	 */
	private static boolean isControl(int each) {
		return Character.isISOControl(each) || each == 0x2028 || each == 0x2029;
	}

}
