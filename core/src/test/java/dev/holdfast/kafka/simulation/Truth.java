/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.simulation;

import java.util.Map;

import dev.holdfast.kafka.offsetguard.decision.Decision;
import dev.holdfast.kafka.offsetguard.decision.Outcome;
import dev.holdfast.kafka.offsetguard.evidence.LogBounds;
import dev.holdfast.kafka.offsetguard.policy.Action;
import dev.holdfast.kafka.offsetguard.policy.Cause;
import dev.holdfast.kafka.offsetguard.policy.MoveLimits;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * Compares each decision with what brokers really have.
 */
final class Truth {

	private final ClusterName name;

	private final Ledger ledger;

	private final Script script;

	Truth(ClusterName name, Ledger ledger, Script script) {
		this.name = name;
		this.ledger = ledger;
		this.script = script;
	}

	/**
	 * Checks that there is a proof.
	 */
	void check(Decision decision) {
		if (decision.resolution() != null) {
			return;
		}
		TopicPartition partition = decision.partition();
		long position = decision.evidence().position();
		if (position >= 0 && !ledger.mayBeAt(partition, position)) {
			throw new Violation("elsewhere", decision.summary() + ", delivered up to " + ledger.next(partition));
		}
		if (!isWithinLimits(decision)) {
			throw new Violation("limit", decision.summary() + ", limits " + script.options().limits());
		}
		if (name.all().stream().noneMatch((cluster) -> isTrue(decision, cluster))) {
			ModelLog log = name.now().log(partition);
			throw new Violation("untrue", decision.summary() + ", log " + log.start() + ".." + log.end()
					+ ", truncated to " + log.lowestTruncation());
		}
	}

	/**
	 * Whether a decision is right by the logs of a cluster: the guard may have looked
	 * before it came to another one.
	 */
	private boolean isTrue(Decision decision, ModelCluster cluster) {
		TopicPartition partition = decision.partition();
		long position = decision.evidence().position();
		ModelLog log = cluster.log(partition);
		return switch (decision.cause()) {
			case LOG_TRUNCATED ->
				log.lowestTruncation() <= position || position > log.end() || script.isAny(Step.Recreate.class);
			case FALSE_TRUNCATION ->
				!isMove(decision) && isInRange(log, position) && (isHistoryThere(cluster, partition, position)
						|| isEvidenceOld(decision, log) || script.isAny(Step.LieAboutRange.class));
			case SPURIOUS_OUT_OF_RANGE -> !isMove(decision) && isInRange(log, position);
			case BELOW_LOG_START -> position < log.start() || script.isAny(Step.Recreate.class);
			case ABOVE_LOG_END -> position > log.end() || script.isAny(Step.Append.class);
			case TOPIC_RECREATED -> script.isAny(Step.Recreate.class);
			case NO_COMMITTED_OFFSET, NEW_PARTITION -> wasWithoutCommit(decision, cluster);
			case COMMITTED_OFFSET_LOST -> wasWithoutCommit(decision, cluster) && mayBeLost();
			case COMMITTED_OFFSET_REGRESSED -> position == decision.evidence().remembered().committedOffset()
					|| script.isAny(Step.RegressCommit.class, Step.ForeignCommit.class);
			case EPOCH_AHEAD -> !isMove(decision);
			case CLUSTER_CHANGED -> name.all().size() > 1 && isKeptWithReason(decision, cluster);
			case UNVERIFIABLE -> isAnythingWrong();
		};
	}

	/**
	 * Whether a move is as short as the limits demand, and a hold for them is needed. By
	 * the contract they do not apply to another log, nor where the guard does not know
	 * where the consumer was.
	 */
	private boolean isWithinLimits(Decision decision) {
		MoveLimits limits = script.options().limits();
		long position = decision.evidence().position();
		boolean isFree = position < 0 || decision.cause().isOtherLog() || decision.observed()
				|| decision.evidence().isSoughtBelowLogStart();
		if (isFree || !(decision.outcome() instanceof Outcome.ReadFrom readFrom)) {
			return !(decision.outcome() instanceof Outcome.LookedUp) || isFree || limits.equals(MoveLimits.unlimited());
		}
		return limits.allow(position, readFrom.offset());
	}

	/** A group that comes to another cluster has lost nothing there. */
	private boolean mayBeLost() {
		return name.all().size() == 1 || script.isAny(Step.LoseCommit.class, Step.Recreate.class);
	}

	/**
	 * Whether a position that the guard keeps on another cluster is after the same record
	 * as before, unless the policy says so.
	 */
	private boolean isKeptWithReason(Decision decision, ModelCluster cluster) {
		if (decision.action() != Action.KEEP || script.policy().get(Cause.CLUSTER_CHANGED) == Action.KEEP) {
			return true;
		}
		ConsumerRecord<?, String> last = ledger.last(decision.partition());
		ModelLog.Entry there = (last != null) ? cluster.log(decision.partition()).at(last.offset()) : null;
		// All that a record has to tell it from another one.
		return there != null && there.timestamp() == last.timestamp()
				&& there.value().length() == last.value().length();
	}

	/** Whether the log has changed since the guard looked into it. */
	private static boolean isEvidenceOld(Decision decision, ModelLog log) {
		LogBounds seen = decision.evidence().boundsAfter();
		return seen == null || seen.logEndOffset() != log.end();
	}

	private boolean wasWithoutCommit(Decision decision, ModelCluster cluster) {
		return cluster.commit(decision.partition()) == null
				|| script.isAny(Step.ForeignCommit.class, Step.LoseCommit.class, Step.Recreate.class);
	}

	private boolean isAnythingWrong() {
		return script.isAny(Step.Lie.class, Step.Silence.class, Step.Delay.class, Step.LieAboutRange.class,
				Step.Truncate.class, Step.StaleMetadata.class, Step.Recreate.class, Step.ForeignCommit.class,
				Step.Seek.class, Step.OtherCluster.class);
	}

	private static boolean isMove(Decision decision) {
		return decision.outcome() instanceof Outcome.ReadFrom readFrom
				&& readFrom.offset() != decision.evidence().position();
	}

	/** The log may have changed since the guard looked. */
	private boolean isInRange(ModelLog log, long position) {
		return log.isInRange(position) || script.isAny(Step.Truncate.class, Step.Retain.class, Step.Recreate.class);
	}

	/**
	 * Whether the log still has the last record delivered below a position.
	 */
	private boolean isHistoryThere(ModelCluster cluster, TopicPartition partition, long position) {
		ConsumerRecord<?, String> last = ledger.last(partition);
		ModelLog log = cluster.log(partition);
		if (last == null || last.offset() >= position || last.offset() < log.start()
				|| cluster.logOf(last.value()) != log) {
			return true;
		}
		return log.isEver(last.offset(), last.value());
	}

	/**
	 * Whether a decision may stop the application.
	 */
	boolean mayFail(Decision decision) {
		Map<?, Action> policy = script.policy();
		return policy.containsValue(Action.FAIL) || script.autoCommit() || decision.resolution() != null;
	}

}
