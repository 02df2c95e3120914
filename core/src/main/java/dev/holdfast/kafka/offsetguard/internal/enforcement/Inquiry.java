/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.enforcement;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;

import dev.holdfast.kafka.offsetguard.decision.Outcome;
import dev.holdfast.kafka.offsetguard.evidence.Evidence;
import dev.holdfast.kafka.offsetguard.internal.cluster.ClientCluster;
import dev.holdfast.kafka.offsetguard.internal.commit.PositionCommits;
import dev.holdfast.kafka.offsetguard.internal.inspection.Findings;
import dev.holdfast.kafka.offsetguard.internal.inspection.Inspector;
import dev.holdfast.kafka.offsetguard.internal.inspection.LatestOffsets;
import dev.holdfast.kafka.offsetguard.internal.inspection.Look;
import dev.holdfast.kafka.offsetguard.internal.inspection.Suspect;
import dev.holdfast.kafka.offsetguard.internal.partition.PartitionStates;
import dev.holdfast.kafka.offsetguard.internal.ruling.Classifier;
import dev.holdfast.kafka.offsetguard.internal.time.EvidenceBudget;
import dev.holdfast.kafka.offsetguard.internal.time.GuardClock;
import dev.holdfast.kafka.offsetguard.policy.Cause;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * From partitions in question to decisions. Gathers the evidence about all of them
 * together.
 */
public final class Inquiry {

	private static final Logger logger = LoggerFactory.getLogger(Inquiry.class);

	/**
	 * After how many times its timeout the guard gives an inspection up.
	 */
	private static final int STUCK = 4;

	private final Consumer<?, ?> client;

	private final ClientCluster cluster;

	private final PartitionStates states;

	private final Decisions decisions;

	private final PositionCommits commits;

	private final Inspector inspector;

	private final LatestOffsets latestOffsets;

	private final EvidenceBudget budget;

	private final Listeners listeners;

	private final GuardClock clock;

	public Inquiry(Consumer<?, ?> client, ClientCluster cluster, PartitionStates states, Decisions decisions,
			PositionCommits commits, Inspector inspector, LatestOffsets latestOffsets, EvidenceBudget budget,
			Listeners listeners, GuardClock clock) {
		this.client = client;
		this.cluster = cluster;
		this.states = states;
		this.decisions = decisions;
		this.commits = commits;
		this.inspector = inspector;
		this.latestOffsets = latestOffsets;
		this.budget = budget;
		this.listeners = listeners;
		this.clock = clock;
	}

	/**
	 * Gathers evidence, decides and applies.
	 * @return the partitions about which the guard could not decide, since brokers have
	 * not answered
	 * @throws org.apache.kafka.common.errors.WakeupException if the application has woken
	 * the consumer up: nothing was decided
	 */
	public Set<TopicPartition> examine(List<Suspect> suspects, Duration timeout) {
		int changes = cluster.changes();
		List<Findings> findings = inspect(suspects, timeout);
		if (cluster.changes() != changes) {
			// The findings may be those of either cluster.
			return partitions(findings);
		}
		judge(findings);
		return open(findings);
	}

	private static Set<TopicPartition> partitions(Collection<Findings> findings) {
		Set<TopicPartition> partitions = new HashSet<>();
		findings.forEach((each) -> partitions.add(each.partition()));
		return partitions;
	}

	/**
	 * The partitions about which the guard cannot decide yet.
	 */
	public static Set<TopicPartition> open(List<Findings> findings) {
		Set<TopicPartition> open = new HashSet<>();
		findings.stream().filter(Findings::isOpen).forEach((each) -> open.add(each.partition()));
		return open;
	}

	public List<Findings> inspect(List<Suspect> suspects, Duration timeout) {
		if (suspects.isEmpty()) {
			return List.of();
		}
		long start = clock.nanoTime();
		try (EvidenceBudget.Spending spending = budget.spend()) {
			List<Findings> findings = inspector.inspect(suspects, timeout);
			latestOffsets.lookUp(findings, budget.longest());
			return findings;
		}
		finally {
			listeners.inspected(Duration.ofNanos(clock.nanoTime() - start));
		}
	}

	/**
	 * Evidence on its way, gathered beside the poll.
	 */
	public final class Investigation {

		private final Look look;

		private final LatestOffsets.@Nullable Question ends;

		private final Duration timeout;

		private final int changes = cluster.changes();

		private Investigation(List<Suspect> suspects, Duration timeout, Look.Occasion occasion) {
			this.look = inspector.begin(suspects, timeout, occasion);
			this.ends = latestOffsets.begin(suspects, occasion);
			this.timeout = timeout;
		}

		/**
		 * Whether all evidence is there, or the time is over.
		 */
		public boolean isDone() {
			boolean isEndKnown = ends == null || ends.isDone() || isOverdue();
			return (look.isDone() && isEndKnown) || look.isStuck(timeout.multipliedBy(STUCK));
		}

		/**
		 * Whether it has taken longer than it should.
		 */
		public boolean isOverdue() {
			return look.age().compareTo(timeout) > 0;
		}

		/**
		 * The findings. Call it once.
		 * @return empty if the client has come to another cluster meanwhile: the findings
		 * may be those of either
		 */
		public List<Findings> findings() {
			listeners.inspected(look.took());
			if (!look.isDone()) {
				look.abandon();
			}
			List<Findings> findings = look.findings();
			latestOffsets.take(findings, ends);
			return (cluster.changes() == changes) ? findings : List.of();
		}

		/**
		 * Ends it soon, since the consumer no longer needs its findings.
		 */
		public void abandon() {
			look.abandon();
		}

	}

	/**
	 * Begins to gather evidence beside the poll about positions that came into question.
	 * @param timeout for how long at most
	 */
	public Investigation begin(List<Suspect> suspects, Duration timeout) {
		return begin(suspects, timeout, Look.Occasion.QUESTION);
	}

	/**
	 * Begins to gather evidence beside the poll.
	 * @param timeout for how long at most
	 * @param occasion what the evidence is for
	 */
	public Investigation begin(List<Suspect> suspects, Duration timeout, Look.Occasion occasion) {
		return new Investigation(suspects, timeout, occasion);
	}

	/**
	 * Decides about findings that still matter.
	 * @return the partitions about which brokers have answered enough
	 */
	public Set<TopicPartition> settle(List<Findings> findings) {
		Set<TopicPartition> settled = partitions(findings);
		settled.removeAll(open(findings));
		settled.removeAll(judge(findings));
		return settled;
	}

	/**
	 * Decides about partitions that are still assigned and have enough evidence.
	 * @return the partitions for which leaders have not told in time where the decision
	 * leads
	 */
	public Set<TopicPartition> judge(List<Findings> findings) {
		Queue<Findings> left = new ArrayDeque<>(findings);
		judge(left);
		return partitions(left);
	}

	/**
	 * Decides about partitions that are still assigned and have enough evidence.
	 * @param findings those about which the guard has decided are taken out, so that the
	 * others are left if anything is thrown. Left are also those for which leaders have
	 * not told in time where the decision leads.
	 * @return whether any decision is to let the client's own exception through
	 */
	public boolean judge(Queue<Findings> findings) {
		boolean rethrow = false;
		Map<TopicPartition, Long> recreated = new HashMap<>();
		Deque<Findings> untold = new ArrayDeque<>();
		// Clients copy their assignment at each call.
		Set<TopicPartition> assigned = client.assignment();
		for (Findings each = findings.peek(); each != null; each = findings.peek()) {
			boolean mereBystander = each.suspect.isBystander() && each.repeatedClaim == null;
			if (!mereBystander && !each.isOpen() && assigned.contains(each.partition())
					&& !states.isRevoked(each.partition())) {
				Evidence evidence = each.toEvidence();
				Outcome outcome = decide(each, evidence, untold);
				rethrow |= outcome instanceof Outcome.Rethrown;
				if (outcome instanceof Outcome.ReadFrom readFrom
						&& Classifier.classify(evidence) == Cause.TOPIC_RECREATED) {
					recreated.put(each.partition(), readFrom.offset());
				}
			}
			findings.remove();
		}
		findings.addAll(untold);
		commits.commitRecreated(recreated);
		return rethrow;
	}

	/**
	 * Decides, unless the leader does not tell in time where the decision leads. Those
	 * for which there was no time left come first the next time.
	 */
	private @Nullable Outcome decide(Findings findings, Evidence evidence, Deque<Findings> untold) {
		boolean isAsked = !budget.longest().isZero();
		try {
			return decisions.decide(findings.partition(), evidence);
		}
		catch (RetriableException ex) {
			logger.debug("Not known yet where {} goes on", findings.partition(), ex);
			if (isAsked) {
				untold.addLast(findings);
			}
			else {
				untold.addFirst(findings);
			}
			return null;
		}
	}

}
