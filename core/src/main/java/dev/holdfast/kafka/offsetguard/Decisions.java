/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Makes decisions, applies them to one client and tells of them.
 */
final class Decisions {

	private static final Duration FIRST_RETRY = Duration.ofMillis(100);

	private final Consumer<?, ?> client;

	private final ClientConfiguration configuration;

	private final ActionChooser chooser;

	private final PartitionStates states;

	private final Holds holds;

	private final HeldBackCommits heldBack;

	private final ResetOffsets resetOffsets;

	private final GroupCommits commits;

	private final Listeners listeners;

	private final boolean observing;

	private @Nullable Decision failure;

	private @Nullable Decision last;

	Decisions(Consumer<?, ?> client, ClientConfiguration configuration, ActionChooser chooser, PartitionStates states,
			Holds holds, HeldBackCommits heldBack, ResetOffsets resetOffsets, GroupCommits commits, Listeners listeners,
			boolean observing) {
		this.client = client;
		this.configuration = configuration;
		this.chooser = chooser;
		this.states = states;
		this.holds = holds;
		this.heldBack = heldBack;
		this.resetOffsets = resetOffsets;
		this.commits = commits;
		this.listeners = listeners;
		this.observing = observing;
	}

	/**
	 * Evidence with its cause and what is to be done about it.
	 *
	 * @param partition the partition
	 * @param cause the cause
	 * @param action the action to take
	 * @param evidence the evidence
	 */
	record Opening(TopicPartition partition, Cause cause, Action action, Evidence evidence) {
	}

	/**
	 * What to fail with if any decision so far was to fail.
	 */
	@Nullable OffsetDecisionException failure() {
		return (failure != null) ? new OffsetDecisionException(failure) : null;
	}

	/**
	 * Names the cause and chooses the action.
	 */
	Opening open(TopicPartition partition, Evidence evidence) {
		Cause cause = Classifier.classify(evidence);
		return new Opening(partition, cause, action(partition, cause, evidence), evidence);
	}

	private Action action(TopicPartition partition, Cause cause, Evidence evidence) {
		if (cause == Cause.BELOW_LOG_START && evidence.isSoughtBelowLogStart()) {
			return Action.EARLIEST;
		}
		return isReleased(partition, cause, evidence) ? Action.KEEP : chooser.choose(partition, cause, evidence);
	}

	/**
	 * Whether there is nothing to be decided: a partition is held for what is not so any
	 * more, as its leader does not make the claim, or has reached the committed epoch; or
	 * the position is as good on the new cluster as it was on the old one.
	 */
	private boolean isReleased(TopicPartition partition, Cause cause, Evidence evidence) {
		if (cause == Cause.CLUSTER_CHANGED) {
			return evidence.witness() != null && evidence.witness().standsInMirror();
		}
		Hold hold = holds.find(partition);
		if (hold == null || hold.isRetry()) {
			return false;
		}
		return switch (cause) {
			case FALSE_TRUNCATION -> evidence.validation() == Evidence.Validation.VALID;
			case EPOCH_AHEAD -> evidence.currentLeaderEpoch() >= evidence.leaderEpoch();
			default -> false;
		};
	}

	/**
	 * Decides about evidence and applies the decision.
	 * @return what was done to the client
	 */
	@Nullable Outcome decide(TopicPartition partition, Evidence evidence) {
		Opening opening = open(partition, evidence);
		Ruling ruling = DecisionMaker.rule(opening.cause(), opening.action(), chooser.limits(partition), evidence);
		return observing ? observe(opening, ruling, PlainKafka.outcome(evidence, configuration.autoOffsetReset()))
				: enforce(opening, ruling);
	}

	/**
	 * Applies what the chosen action comes to for a partition without a position.
	 * @param opening what was chosen
	 * @param outcome what that comes to
	 * @param plain what a client without a guard does, if that is what is to be done
	 * @return what was done to the client
	 */
	Outcome decideFirst(Opening opening, Outcome outcome, @Nullable Outcome plain) {
		if (outcome instanceof Outcome.Rethrown) {
			return outcome;
		}
		Ruling ruling = DecisionMaker.limit(opening.cause(), new Ruling(opening.action(), outcome),
				chooser.limits(opening.partition()), opening.evidence());
		if (plain == null) {
			return enforce(opening, ruling);
		}
		observe(opening, ruling, plain);
		return plain;
	}

	private @Nullable Outcome observe(Opening opening, Ruling ruling, @Nullable Outcome plain) {
		states.started(opening.partition());
		if (plain instanceof Outcome.ReadFrom readFrom) {
			OffsetAndMetadata position = new OffsetAndMetadata(readFrom.offset(), claimedEpoch(opening), "");
			client.seek(opening.partition(), position);
			states.get(opening.partition()).seek(position);
		}
		else if (plain instanceof Outcome.LookedUp lookedUp) {
			lookUp(opening.partition(), lookedUp.end());
		}
		listeners.decided(decision(opening, possible(opening, ruling)));
		return plain;
	}

	/**
	 * The epoch of the divergent offset where the client goes. It would wait for a leader
	 * that has reached it if it was sought with one that none has; alone it believes the
	 * claim without waiting.
	 */
	private Optional<Integer> claimedEpoch(Opening opening) {
		TruncationClaim claim = opening.evidence().claim();
		int reached = Math.max(states.get(opening.partition()).ownEpoch(), opening.evidence().currentLeaderEpoch());
		return (claim != null && claim.isDefined() && claim.leaderEpoch() <= reached) ? Optional.of(claim.leaderEpoch())
				: Optional.empty();
	}

	private Outcome enforce(Opening opening, Ruling ruling) {
		Ruling effective = possible(opening, ruling);
		Hold hold = holds.find(opening.partition());
		if (hold != null && !hold.isRetry() && opening.cause() == Cause.UNVERIFIABLE
				&& !opening.evidence().isAnswered()) {
			// What it is held for was established, and no answer is no news.
			holds.postponeRecheck(opening.partition());
			return hold.decision().outcome();
		}
		if (hold != null && hold.decision().cause() == opening.cause() && effective.outcome() instanceof Outcome.Held) {
			holds.postponeRecheck(opening.partition());
			return effective.outcome();
		}
		Decision decision = decision(opening, effective);
		boolean telling = apply(decision);
		lose(decision);
		if (telling) {
			listeners.decided(decision);
		}
		return effective.outcome();
	}

	private Decision decision(Opening opening, Ruling ruling) {
		if (opening.cause() == Cause.TOPIC_RECREATED && (observing || moves(ruling.outcome()))) {
			states.get(opening.partition()).topicId(opening.evidence().topicId());
			commits.leave(opening.partition(), opening.evidence());
		}
		if (opening.cause() == Cause.COMMITTED_OFFSET_REGRESSED && ruling.named() == Action.KEEP
				&& moves(ruling.outcome())) {
			commits.believe(opening.partition());
		}
		Decision.Impact impact = DecisionMaker.impact(opening.evidence(), ruling.outcome(),
				configuration.autoOffsetReset());
		last = new Decision(Instant.now(), configuration.groupId(), configuration.clientId(), opening.partition(),
				opening.cause(), ruling.named(), ruling.action(), ruling.outcome(), impact, opening.evidence(),
				observing, resolution(opening.partition(), ruling));
		return last;
	}

	/**
	 * An application may have records in hand that are in the log no more.
	 */
	private void lose(Decision decision) {
		TopicPartition partition = decision.partition();
		long position = decision.evidence().position();
		boolean isMirrored = decision.cause() == Cause.CLUSTER_CHANGED
				&& decision.outcome() instanceof Outcome.ReadFrom readFrom && readFrom.offset() == position;
		if (decision.cause().isOtherLog() && !isMirrored) {
			states.lose(partition, 0, position, holds.isPausedByApplication(partition));
			if (decision.cause() == Cause.TOPIC_RECREATED) {
				states.get(partition).recreatedAs(decision.evidence().topicId());
			}
		}
		else if (decision.cause() == Cause.LOG_TRUNCATED && decision.outcome() instanceof Outcome.ReadFrom readFrom
				&& readFrom.offset() < position) {
			states.lose(partition, readFrom.offset() + 1, position, holds.isPausedByApplication(partition));
		}
	}

	private static boolean moves(Outcome outcome) {
		return outcome instanceof Outcome.ReadFrom || outcome instanceof Outcome.LookedUp;
	}

	/**
	 * What somebody has decided, if that is what is done: the reason to hold may be gone.
	 */
	private @Nullable Resolution resolution(TopicPartition partition, Ruling ruling) {
		Resolution resolution = chooser.resolution(partition);
		return (resolution != null && resolution.action() == ruling.named()) ? resolution : null;
	}

	/**
	 * The decision that was made last.
	 */
	@Nullable Decision last() {
		return last;
	}

	/**
	 * A client that has read the committed epoch itself believes no leader with a lower
	 * one, wherever it is sought to. A new client will, once the commit is replaced.
	 * <p>
	 * The client commits whatever position it has under {@code enable.auto.commit}: a
	 * partition that has none cannot be held then.
	 */
	private Ruling possible(Opening opening, Ruling ruling) {
		Evidence evidence = opening.evidence();
		boolean isWaiting = (configuration.readsCommitsFirst() || states.isCommitsRead())
				&& opening.cause() != Cause.TOPIC_RECREATED
				&& evidence.currentLeaderEpoch() < states.get(opening.partition()).committedEpoch();
		if (isWaiting && moves(ruling.outcome())) {
			return Ruling.hold(ruling.named());
		}
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
		if (moves(decision.outcome())) {
			commits.release(decision.partition());
		}
		if (decision.outcome() instanceof Outcome.ReadFrom readFrom) {
			return readFrom(decision, readFrom.offset());
		}
		if (decision.outcome() instanceof Outcome.LookedUp lookedUp) {
			lookUp(decision.partition(), lookedUp.end());
			return true;
		}
		boolean wasHeld = holds.contains(decision.partition());
		holds.hold(decision);
		commits.hold(decision.partition(), decision.evidence());
		if (!wasHeld && decision.outcome() instanceof Outcome.Held && decision.evidence().position() < 0) {
			resetOffsets.startAsPlain(decision.partition());
		}
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
			if (decision.evidence().isSoughtBelowLogStart()) {
				// The log start may move again before anything is delivered.
				states.get(partition).meant();
			}
			return true;
		}
		heldBack.makeDue(partition, offset);
		PartitionState state = states.get(partition);
		Witness witness = decision.evidence().witness();
		if (decision.cause() == Cause.CLUSTER_CHANGED && witness != null && witness.found() != null
				&& witness.standsInMirror()) {
			// In the epoch that it has in this cluster.
			state.witness(witness.found());
		}
		if (decision.resolution() != null) {
			state.keepAnew();
		}
		int times = state.keep(offset);
		if (times == 1) {
			seekAndRelease(partition, offset);
			return true;
		}
		// Decided before, and nothing has come of it: no reason to ask as fast as we can.
		holds.hold(decision, FIRST_RETRY.multipliedBy(1L << Math.min(times - 2, 20)));
		if (times == PartitionState.TIMES_UNTIL_HELD) {
			Decision told = decision.held();
			holds.heldInVain(told);
			listeners.decided(told);
		}
		return false;
	}

	private void lookUp(TopicPartition partition, Action end) {
		if (end == Action.EARLIEST) {
			client.seekToBeginning(Set.of(partition));
		}
		else if (end == Action.LATEST) {
			client.seekToEnd(Set.of(partition));
		}
		else if (resetOffsets.reset(Set.of(partition)).get(partition) instanceof Outcome.ReadFrom readFrom) {
			client.seek(partition, readFrom.offset());
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
		seekAndRelease(hold.decision().partition(), hold.position());
		states.get(hold.decision().partition()).tried();
	}

	/**
	 * Ends a hold without a decision: the group has an offset for the partition now.
	 */
	void release(TopicPartition partition) {
		commits.release(partition);
		heldBack.forget(partition);
		holds.release(partition);
	}

}
