/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.enforcement;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;

import dev.holdfast.kafka.offsetguard.decision.Decision;
import dev.holdfast.kafka.offsetguard.decision.OffsetDecisionException;
import dev.holdfast.kafka.offsetguard.decision.Outcome;
import dev.holdfast.kafka.offsetguard.decision.Reason;
import dev.holdfast.kafka.offsetguard.evidence.Evidence;
import dev.holdfast.kafka.offsetguard.evidence.LogBounds;
import dev.holdfast.kafka.offsetguard.evidence.TruncationClaim;
import dev.holdfast.kafka.offsetguard.evidence.Witness;
import dev.holdfast.kafka.offsetguard.internal.client.AutoOffsetReset;
import dev.holdfast.kafka.offsetguard.internal.client.ClientConfiguration;
import dev.holdfast.kafka.offsetguard.internal.client.CurrentMode;
import dev.holdfast.kafka.offsetguard.internal.client.Pauses;
import dev.holdfast.kafka.offsetguard.internal.client.WhileAssigned;
import dev.holdfast.kafka.offsetguard.internal.commit.HeldBackCommits;
import dev.holdfast.kafka.offsetguard.internal.commit.MovedCommits;
import dev.holdfast.kafka.offsetguard.internal.memory.CommitMemory;
import dev.holdfast.kafka.offsetguard.internal.partition.Hold;
import dev.holdfast.kafka.offsetguard.internal.partition.Holds;
import dev.holdfast.kafka.offsetguard.internal.partition.Ordered;
import dev.holdfast.kafka.offsetguard.internal.partition.PartitionState;
import dev.holdfast.kafka.offsetguard.internal.partition.PartitionStates;
import dev.holdfast.kafka.offsetguard.internal.partition.Retries;
import dev.holdfast.kafka.offsetguard.internal.ruling.DecisionMaker;
import dev.holdfast.kafka.offsetguard.internal.ruling.PlainKafka;
import dev.holdfast.kafka.offsetguard.internal.ruling.Ruling;
import dev.holdfast.kafka.offsetguard.internal.time.GuardClock;
import dev.holdfast.kafka.offsetguard.policy.Action;
import dev.holdfast.kafka.offsetguard.policy.Cause;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Carries decisions out on one client, and tells the listeners.
 */
public final class Decisions {

	private static final Duration FIRST_RETRY = Duration.ofMillis(100);

	private final Consumer<?, ?> client;

	private final ClientConfiguration configuration;

	private final DecisionMaker maker;

	private final PartitionStates states;

	private final Pauses pauses;

	private final Holds holds;

	private final HeldBackCommits heldBack;

	private final MovedCommits moved;

	private final ResetOffsets resetOffsets;

	private final CommitMemory commits;

	private final Listeners listeners;

	private final CurrentMode mode;

	private final GuardClock clock;

	private @Nullable Decision failure;

	public Decisions(Consumer<?, ?> client, ClientConfiguration configuration, DecisionMaker maker,
			PartitionStates states, Pauses pauses, Holds holds, HeldBackCommits heldBack, MovedCommits moved,
			ResetOffsets resetOffsets, CommitMemory commits, Listeners listeners, CurrentMode mode, GuardClock clock) {
		this.client = client;
		this.configuration = configuration;
		this.maker = maker;
		this.states = states;
		this.pauses = pauses;
		this.holds = holds;
		this.heldBack = heldBack;
		this.moved = moved;
		this.resetOffsets = resetOffsets;
		this.commits = commits;
		this.listeners = listeners;
		this.mode = mode;
		this.clock = clock;
	}

	/**
	 * The exception to throw if any decision so far was to fail.
	 */
	public @Nullable OffsetDecisionException failure() {
		return (failure != null) ? new OffsetDecisionException(failure) : null;
	}

	/**
	 * Names the cause and chooses the action.
	 */
	public DecisionMaker.Opening open(TopicPartition partition, Evidence evidence) {
		Hold hold = holds.find(partition);
		Ordered ordered = states.get(partition).ordered();
		// An order is about what the partition is held for.
		return maker.open(partition, evidence, hold != null && !hold.isRetry(),
				(ordered != null && hold != null) ? ordered.resolution() : null);
	}

	/**
	 * Decides about evidence and applies the decision.
	 * @return what it has done to the client
	 */
	@Nullable Outcome decide(TopicPartition partition, Evidence evidence) {
		DecisionMaker.Opening opening = open(partition, evidence);
		Ruling ruling = maker.rule(opening, states.awaitedEpoch(partition));
		return (mode.isObserving() && holds.find(partition) == null)
				? observe(opening, ruling, PlainKafka.outcome(evidence, configuration.autoOffsetReset()))
				: enforce(opening, ruling);
	}

	/**
	 * Applies what the chosen action comes to for a partition without a position.
	 * @param opening the chosen action
	 * @param outcome what that comes to
	 * @param plain what a client without a guard does, {@code null} if the guard is not
	 * just observing
	 * @return what it has done to the client
	 */
	public Outcome decideFirst(DecisionMaker.Opening opening, Outcome outcome, @Nullable Outcome plain) {
		if (outcome instanceof Outcome.Rethrown) {
			return outcome;
		}
		Ruling ruling = maker.ruleFirst(opening, outcome, states.awaitedEpoch(opening.partition()));
		if (plain == null || holds.find(opening.partition()) != null) {
			return enforce(opening, ruling);
		}
		observe(opening, ruling, plain);
		return plain;
	}

	private @Nullable Outcome observe(DecisionMaker.Opening opening, Ruling ruling, @Nullable Outcome plain) {
		Runnable lookUp = resetOffsets.lookUp(opening.partition(), plain);
		states.started(opening.partition());
		if (plain instanceof Outcome.ReadFrom readFrom) {
			OffsetAndMetadata position = new OffsetAndMetadata(readFrom.offset(), claimedEpoch(opening), "");
			WhileAssigned.seek(client, opening.partition(), position);
			states.get(opening.partition()).seek(position);
		}
		else if (plain instanceof Outcome.LookedUp) {
			lookUp.run();
			holds.release(opening.partition());
		}
		listeners.decided(decision(opening, ruling, true));
		return plain;
	}

	/**
	 * The epoch of the divergent offset that the client goes to, if a leader has reached
	 * it. A client that is sought with any other epoch waits for a leader that has
	 * reached that, and the leaders of a topic that was created anew begin with lower
	 * ones. A client without a guard believes the claim and does not wait.
	 */
	private Optional<Integer> claimedEpoch(DecisionMaker.Opening opening) {
		TruncationClaim claim = opening.evidence().claim();
		int own = opening.evidence().isOtherTopic() ? -1 : states.get(opening.partition()).ownEpoch();
		int reached = Math.max(own, opening.evidence().currentLeaderEpoch());
		return (claim != null && claim.isDefined() && claim.leaderEpoch() <= reached) ? Optional.of(claim.leaderEpoch())
				: Optional.empty();
	}

	private Outcome enforce(DecisionMaker.Opening opening, Ruling ruling) {
		Hold hold = holds.find(opening.partition());
		Ordered ordered = states.get(opening.partition()).ordered();
		if (hold != null && ordered != null && ordered.isTrial()) {
			ordered.decided(maker.decision(opening, ruling, false, clock.instant()));
			return hold.decision().outcome();
		}
		if (hold != null && ordered == null && mode.isObserving()) {
			// Only an operator's order ends such a hold.
			found(opening);
			holds.postponeRecheck(opening.partition());
			return new Outcome.Held();
		}
		if (opening.cause() == Cause.UNVERIFIABLE && isEstablished(opening, ruling, hold)) {
			return new Outcome.Held();
		}
		if (hold != null && hold.decision().cause() == opening.cause() && ruling.outcome() instanceof Outcome.Held) {
			if (ordered != null) {
				ordered.refused(ruling.reason());
			}
			found(opening);
			holds.postponeRecheck(opening.partition());
			return ruling.outcome();
		}
		Runnable lookUp = resetOffsets.lookUp(opening.partition(), ruling.outcome());
		Decision decision = decision(opening, ruling, false);
		boolean telling = apply(decision, lookUp);
		found(opening);
		lose(decision);
		if (telling) {
			listeners.decided(decision);
		}
		return ruling.outcome();
	}

	/**
	 * Whether the guard has established before what it holds a partition for: an outage
	 * of brokers changes nothing about that, even if they have answered in part.
	 */
	private boolean isEstablished(DecisionMaker.Opening opening, Ruling ruling, @Nullable Hold hold) {
		TopicPartition partition = opening.partition();
		boolean isAnswered = opening.evidence().isAnswered();
		if (hold != null && !hold.isRetry()) {
			boolean isOther = hold.decision().cause() != Cause.UNVERIFIABLE && opening.order() == null
					&& ruling.outcome() instanceof Outcome.Held;
			if (!isAnswered || isOther) {
				holds.postponeRecheck(partition);
			}
			return !isAnswered || isOther;
		}
		boolean isInVain = !isAnswered && holds.holdInVainStill(partition, FIRST_RETRY.multipliedBy(32));
		if (isInVain) {
			states.get(partition).retries().unanswered();
		}
		return isInVain;
	}

	/**
	 * Takes note of what operators see of a partition, if the guard holds it.
	 */
	private void found(DecisionMaker.Opening opening) {
		holds.found(opening.partition(), opening.evidence(), states.awaitedEpoch(opening.partition()));
	}

	private Decision decision(DecisionMaker.Opening opening, Ruling ruling, boolean observed) {
		if (opening.cause() == Cause.TOPIC_RECREATED && (observed || ruling.isMove())) {
			states.get(opening.partition()).topicId(opening.evidence().topicId());
			commits.leave(opening.partition(), opening.evidence());
		}
		if (opening.cause() == Cause.COMMITTED_OFFSET_REGRESSED && ruling.isKeep()) {
			commits.believe(opening.partition());
		}
		Decision decision = maker.decision(opening, ruling, observed, clock.instant());
		Ordered ordered = states.get(opening.partition()).ordered();
		if (ordered != null) {
			ordered.decided(decision);
		}
		return decision;
	}

	/**
	 * Takes note that the application may have records in hand that the log no longer
	 * has.
	 */
	private void lose(Decision decision) {
		TopicPartition partition = decision.partition();
		long position = decision.evidence().position();
		boolean isMirrored = decision.cause() == Cause.CLUSTER_CHANGED
				&& decision.outcome() instanceof Outcome.ReadFrom readFrom && readFrom.offset() == position;
		if (decision.cause().isOtherLog() && !isMirrored) {
			states.lose(partition, 0, position, pauses.isByApplication(partition));
			if (decision.cause() == Cause.TOPIC_RECREATED) {
				states.get(partition).recreatedAs(decision.evidence().topicId());
			}
		}
		else if (decision.cause() == Cause.LOG_TRUNCATED && decision.outcome() instanceof Outcome.ReadFrom readFrom
				&& readFrom.offset() < position) {
			states.lose(partition, readFrom.offset() + 1, position, pauses.isByApplication(partition));
		}
	}

	/**
	 * Applies a decision.
	 * @param lookUp lets the client look up where it goes on
	 * @return whether listeners have to hear of it
	 */
	private boolean apply(Decision decision, Runnable lookUp) {
		// After any decision the guard need not find out any more where the partition
		// starts.
		states.started(decision.partition());
		if (decision.isMove()) {
			commits.release(decision.partition());
		}
		if (decision.outcome() instanceof Outcome.ReadFrom readFrom) {
			return readFrom(decision, readFrom.offset());
		}
		if (decision.outcome() instanceof Outcome.LookedUp) {
			lookUp.run();
			holds.release(decision.partition());
			heldBack.forget(decision.partition());
			return true;
		}
		boolean wasHeld = holds.contains(decision.partition());
		holds.hold(decision);
		heldBack.doubt(decision.partition());
		moved.forget(Set.of(decision.partition()));
		commits.hold(decision.partition(), decision.evidence());
		if (!wasHeld && decision.outcome() instanceof Outcome.Held && decision.evidence().position() < 0) {
			resetOffsets.startAsPlain(decision.partition());
		}
		if (decision.outcome() instanceof Outcome.Failed && failure == null) {
			failure = decision;
		}
		return true;
	}

	/**
	 * Has the guard commit where the partition goes on. A start has its own way to its
	 * first commit, and so has another log.
	 */
	private void makeLast(Decision decision, long offset) {
		long position = decision.evidence().position();
		LogBounds bounds = decision.evidence().boundsAfter();
		boolean isSought = decision.evidence().trigger() == Evidence.Trigger.SOUGHT_OUT_OF_RANGE;
		if (position < 0 || isSought || decision.cause().isOtherLog()) {
			moved.forget(Set.of(decision.partition()));
		}
		else {
			moved.moved(decision.partition(), position, offset, (bounds != null) ? bounds.logStartOffset() : -1);
		}
	}

	private boolean readFrom(Decision decision, long offset) {
		TopicPartition partition = decision.partition();
		if (offset != decision.evidence().position()) {
			heldBack.forget(partition);
			seekAndRelease(partition, offset);
			makeLast(decision, offset);
			states.get(partition).seek(new OffsetAndMetadata(offset));
			if (decision.evidence().isSoughtBelowLogStart()) {
				// The log start may move again before the client delivers anything.
				states.get(partition).meant();
			}
			return true;
		}
		heldBack.makeDue(partition, offset);
		PartitionState state = states.get(partition);
		Witness witness = decision.evidence().witness();
		if (decision.cause() == Cause.CLUSTER_CHANGED && witness != null && witness.found() != null
				&& witness.standsInMirror()) {
			// The same record, with the epoch that it has in this cluster.
			state.witness(witness.found());
		}
		if (decision.resolution() != null) {
			state.retries().forget();
		}
		int times = state.keep(offset);
		if (times == 1) {
			seekAndRelease(partition, offset);
			return true;
		}
		// The guard has decided this before, in vain: it asks again only after a while.
		holds.hold(decision, FIRST_RETRY.multipliedBy(1L << Math.min(times - 2, 20)));
		if (times == Retries.UNTIL_HELD) {
			Decision told = inVain(decision);
			holds.heldInVain(told);
			listeners.decided(told);
		}
		return false;
	}

	/**
	 * The decision to hold what the guard has kept, since brokers refuse it.
	 */
	private static Decision inVain(Decision kept) {
		return new Decision(kept.at(), kept.groupId(), kept.clientId(), kept.partition(), kept.cause(),
				kept.policyAction(), Action.HOLD, Reason.of(Reason.Kind.IN_VAIN), new Outcome.Held(),
				Decision.Impact.NONE, kept.evidence(), kept.observed(), kept.resolution());
	}

	private void seekAndRelease(TopicPartition partition, long offset) {
		WhileAssigned.seek(client, partition, new OffsetAndMetadata(offset));
		holds.release(partition);
	}

	/**
	 * Ends a hold as the guard only observes from now on: the client goes where Kafka
	 * alone would have taken it. Tells what the guard would have decided. Stays with a
	 * hold where Kafka alone would have thrown, since the application wants to say itself
	 * where a partition without a commit starts: the client has a position by now, and
	 * would not throw any more. Leaves the hold as it is if brokers do not tell in time
	 * where the client would have gone.
	 */
	public void letGo(Hold hold) {
		TopicPartition partition = hold.decision().partition();
		Evidence evidence = hold.decision().evidence();
		AutoOffsetReset reset = configuration.autoOffsetReset();
		boolean isFirst = evidence.position() < 0;
		if (isFirst && reset.strategy() == AutoOffsetReset.Strategy.NONE) {
			return;
		}
		if (hold.isRetry()) {
			retry(hold);
			return;
		}
		DecisionMaker.Opening opening = open(partition, evidence);
		int awaited = states.awaitedEpoch(partition);
		Ruling ruling = isFirst ? maker.ruleFirst(opening, new Outcome.Held(), awaited) : maker.rule(opening, awaited);
		observe(opening, ruling, isFirst ? resetOffsets.plainStart(hold) : PlainKafka.outcome(evidence, reset));
		// Kafka alone would have committed what the application has dealt with.
		heldBack.makeDue(partition, evidence.position());
		commits.release(partition);
		holds.release(partition);
	}

	/**
	 * Lets the client try a good position again that brokers have refused before.
	 */
	public void retry(Hold hold) {
		seekAndRelease(hold.decision().partition(), hold.position());
		states.get(hold.decision().partition()).retries().tried();
	}

	/**
	 * Ends a hold without a decision: the group has an offset for the partition now.
	 */
	public void release(TopicPartition partition) {
		commits.release(partition);
		heldBack.forget(partition);
		holds.release(partition);
	}

}
