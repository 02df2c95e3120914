/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;

import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Applies decisions to one client and tells of them.
 */
final class Decisions {

	private static final Logger logger = LoggerFactory.getLogger(Decisions.class);

	private static final Duration FIRST_RETRY = Duration.ofMillis(100);

	/** After this many vain attempts, within 2 seconds, somebody should hear of it. */
	private static final int TIMES_UNTIL_HELD = 6;

	private final Consumer<?, ?> client;

	private final ClientConfiguration configuration;

	private final OffsetPolicy policy;

	private final PartitionStates states;

	private final Holds holds;

	private final HeldBackCommits heldBack;

	private final List<DecisionListener> listeners;

	private @Nullable Decision failure;

	Decisions(Consumer<?, ?> client, ClientConfiguration configuration, OffsetPolicy policy, PartitionStates states,
			Holds holds, HeldBackCommits heldBack, List<DecisionListener> listeners) {
		this.client = client;
		this.configuration = configuration;
		this.policy = policy;
		this.states = states;
		this.holds = holds;
		this.heldBack = heldBack;
		this.listeners = listeners;
	}

	/**
	 * Fails if any decision so far was to fail.
	 */
	void throwFailure() {
		if (failure != null) {
			throw new OffsetDecisionException(failure);
		}
	}

	/**
	 * Decides about evidence and applies the decision.
	 */
	void decide(TopicPartition partition, Evidence evidence) {
		Cause cause = Classifier.classify(evidence);
		Action action = isClaimWithdrawn(partition, cause, evidence) ? Action.KEEP
				: policy.action(partition.topic(), cause);
		apply(partition, cause, DecisionMaker.rule(cause, action, policy.limits(partition.topic()), evidence),
				evidence);
	}

	/**
	 * Whether a partition is held for a claim that its leader does not make any more:
	 * what it waited for has come.
	 */
	private boolean isClaimWithdrawn(TopicPartition partition, Cause cause, Evidence evidence) {
		Hold hold = holds.find(partition);
		return hold != null && !hold.isRetry() && cause == Cause.FALSE_TRUNCATION
				&& evidence.validation() == Evidence.Validation.VALID;
	}

	void apply(TopicPartition partition, Cause cause, Ruling ruling, Evidence evidence) {
		Ruling effective = possible(ruling, evidence);
		Hold hold = holds.find(partition);
		if (hold != null && hold.decision().cause() == cause && effective.outcome() instanceof Outcome.Held) {
			holds.postponeRecheck(partition);
			return;
		}
		Decision.Impact impact = DecisionMaker.impact(evidence, effective.outcome(), configuration.autoOffsetReset());
		Decision decision = new Decision(Instant.now(), configuration.groupId(), configuration.clientId(), partition,
				cause, effective.named(), effective.action(), effective.outcome(), impact, evidence);
		if (apply(decision)) {
			tell(decision);
		}
	}

	/**
	 * The client commits whatever position it has under {@code enable.auto.commit}: a
	 * partition that has none cannot be held then.
	 */
	private Ruling possible(Ruling ruling, Evidence evidence) {
		boolean impossible = ruling.outcome() instanceof Outcome.Held && evidence.position() < 0
				&& configuration.autoCommit();
		return impossible ? Ruling.fail(ruling.named()) : ruling;
	}

	/**
	 * Applies a decision.
	 * @return whether anybody has to hear of it
	 */
	private boolean apply(Decision decision) {
		// Whatever this is about, nobody has to find out any more where it starts.
		states.started(decision.partition());
		if (decision.outcome() instanceof Outcome.ReadFrom readFrom) {
			return readFrom(decision, readFrom.offset());
		}
		if (decision.outcome() instanceof Outcome.LookedUp lookedUp) {
			lookUp(decision.partition(), lookedUp.end());
			return true;
		}
		holds.hold(decision);
		if (decision.outcome() instanceof Outcome.Failed && failure == null) {
			failure = decision;
		}
		return true;
	}

	private boolean readFrom(Decision decision, long offset) {
		TopicPartition partition = decision.partition();
		if (offset != decision.evidence().position()) {
			heldBack.forget(partition);
			seekAndRelease(partition, offset);
			states.get(partition).seek(new OffsetAndMetadata(offset));
			return true;
		}
		heldBack.makeDue(partition, offset);
		int times = states.get(partition).keep(offset);
		if (times == 1) {
			seekAndRelease(partition, offset);
			return true;
		}
		// Decided before, and nothing has come of it: no reason to ask as fast as we can.
		holds.hold(decision, FIRST_RETRY.multipliedBy(1L << Math.min(times - 2, 20)));
		if (times == TIMES_UNTIL_HELD) {
			tell(decision.held());
		}
		return false;
	}

	private void lookUp(TopicPartition partition, Action end) {
		if (end == Action.EARLIEST) {
			client.seekToBeginning(Set.of(partition));
		}
		else {
			client.seekToEnd(Set.of(partition));
		}
		states.get(partition).seekToUnknown();
		heldBack.forget(partition);
		holds.release(partition);
	}

	private void seekAndRelease(TopicPartition partition, long offset) {
		client.seek(partition, new OffsetAndMetadata(offset));
		holds.release(partition);
	}

	/**
	 * Lets the client try a good position again that was refused before.
	 */
	void retry(Hold hold) {
		seekAndRelease(hold.decision().partition(), hold.provisionalPosition());
	}

	/**
	 * Ends a hold without a decision: the group has an offset for the partition now.
	 */
	void release(TopicPartition partition) {
		heldBack.forget(partition);
		holds.release(partition);
	}

	private void tell(Decision decision) {
		for (DecisionListener listener : listeners) {
			try {
				listener.onDecision(decision);
			}
			catch (RuntimeException ex) {
				logger.warn("Listener {} failed on a decision about {}", listener, decision.partition(), ex);
			}
		}
	}

}
