/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.consumer;

import java.util.Set;

import dev.holdfast.kafka.offsetguard.internal.client.AutoOffsetReset;
import dev.holdfast.kafka.offsetguard.internal.client.ClientConfiguration;
import dev.holdfast.kafka.offsetguard.internal.client.ClientPositions;
import dev.holdfast.kafka.offsetguard.internal.client.ClientReports;
import dev.holdfast.kafka.offsetguard.internal.client.CurrentMode;
import dev.holdfast.kafka.offsetguard.internal.client.Pauses;
import dev.holdfast.kafka.offsetguard.internal.cluster.ClientCluster;
import dev.holdfast.kafka.offsetguard.internal.cluster.ToldCluster;
import dev.holdfast.kafka.offsetguard.internal.commit.ApplicationCommits;
import dev.holdfast.kafka.offsetguard.internal.commit.ClientCommits;
import dev.holdfast.kafka.offsetguard.internal.commit.CommitFilter;
import dev.holdfast.kafka.offsetguard.internal.commit.FirstCommits;
import dev.holdfast.kafka.offsetguard.internal.commit.HeldBackCommits;
import dev.holdfast.kafka.offsetguard.internal.commit.MovedCommits;
import dev.holdfast.kafka.offsetguard.internal.commit.PositionCommits;
import dev.holdfast.kafka.offsetguard.internal.enforcement.ApplicationPolicy;
import dev.holdfast.kafka.offsetguard.internal.enforcement.Decisions;
import dev.holdfast.kafka.offsetguard.internal.enforcement.Inquiry;
import dev.holdfast.kafka.offsetguard.internal.enforcement.Listeners;
import dev.holdfast.kafka.offsetguard.internal.enforcement.ResetOffsets;
import dev.holdfast.kafka.offsetguard.internal.enforcement.TimestampOffsets;
import dev.holdfast.kafka.offsetguard.internal.incident.ClusterChanges;
import dev.holdfast.kafka.offsetguard.internal.incident.HoldRechecks;
import dev.holdfast.kafka.offsetguard.internal.incident.Incident;
import dev.holdfast.kafka.offsetguard.internal.incident.LeaderEpochs;
import dev.holdfast.kafka.offsetguard.internal.incident.Resolutions;
import dev.holdfast.kafka.offsetguard.internal.incident.TopicChecks;
import dev.holdfast.kafka.offsetguard.internal.inspection.Inspector;
import dev.holdfast.kafka.offsetguard.internal.inspection.LatestOffsets;
import dev.holdfast.kafka.offsetguard.internal.lookup.ClusterId;
import dev.holdfast.kafka.offsetguard.internal.lookup.TopicLookup;
import dev.holdfast.kafka.offsetguard.internal.lookup.Topics;
import dev.holdfast.kafka.offsetguard.internal.memory.BookmarkReader;
import dev.holdfast.kafka.offsetguard.internal.memory.CommitMemory;
import dev.holdfast.kafka.offsetguard.internal.memory.Coverage;
import dev.holdfast.kafka.offsetguard.internal.memory.GroupCommits;
import dev.holdfast.kafka.offsetguard.internal.partition.Holds;
import dev.holdfast.kafka.offsetguard.internal.partition.PartitionStates;
import dev.holdfast.kafka.offsetguard.internal.partition.UndecidedStarts;
import dev.holdfast.kafka.offsetguard.internal.ruling.ActionChooser;
import dev.holdfast.kafka.offsetguard.internal.ruling.DecisionMaker;
import dev.holdfast.kafka.offsetguard.internal.start.CommittedPositions;
import dev.holdfast.kafka.offsetguard.internal.start.FirstAssignments;
import dev.holdfast.kafka.offsetguard.internal.start.FirstPositions;
import dev.holdfast.kafka.offsetguard.internal.start.HeldLogs;
import dev.holdfast.kafka.offsetguard.internal.start.StartLookup;
import dev.holdfast.kafka.offsetguard.internal.start.StartRules;
import dev.holdfast.kafka.offsetguard.internal.start.StartingPositions;
import dev.holdfast.kafka.offsetguard.internal.start.UnansweredStarts;
import dev.holdfast.kafka.offsetguard.internal.time.EvidenceBudget;
import dev.holdfast.kafka.offsetguard.internal.time.GuardClock;
import dev.holdfast.kafka.offsetguard.policy.OffsetGuardSettings;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;

/**
 * The parts of one guard, from those that know nothing of the others up to those that
 * decide when to ask.
 */
record Wiring(Basics basics, Lookups lookups, Commits commits, Enforcement enforcement, Triggers triggers) {

	static Wiring of(Consumer<?, ?> client, ClientConfiguration configuration, GuardContext context,
			ToldCluster toldCluster) {
		Basics basics = Basics.of(client, configuration, context, toldCluster);
		Lookups lookups = Lookups.of(basics, context);
		Commits commits = Commits.of(basics, lookups);
		Enforcement enforcement = Enforcement.of(basics, lookups, commits, context);
		return new Wiring(basics, lookups, commits, enforcement,
				Triggers.of(basics, lookups, commits, enforcement, context));
	}

	/** The client, and what the guard remembers of its partitions. */
	record Basics(Consumer<?, ?> client, ClientConfiguration configuration, OffsetGuardSettings settings, Pauses pauses,
			ClientReports reports, ClientPositions positions, PartitionStates states, Holds holds,
			EvidenceBudget budget, Listeners listeners, ActionChooser chooser, ClientCluster cluster, CurrentMode mode,
			GuardClock clock) {

		/**
		 * Whether partitions may wait, paused, until the guard knows where they start. A
		 * client that is only observed goes on as Kafka alone would.
		 */
		boolean isPatient() {
			return !mode.isObserving() && !configuration.autoCommit()
					&& configuration.autoOffsetReset().strategy() != AutoOffsetReset.Strategy.NONE;
		}

		private static Basics of(Consumer<?, ?> client, ClientConfiguration configuration, GuardContext context,
				ToldCluster toldCluster) {
			OffsetGuardSettings settings = context.settings();
			GuardClock clock = context.clock();
			Pauses pauses = new Pauses(client);
			ClientReports reports = new ClientReports(client, pauses);
			PartitionStates states = new PartitionStates(UndecidedStarts.of(client, pauses, configuration), clock);
			return new Basics(client, configuration, settings, pauses, reports,
					new ClientPositions(client, reports, states::clientLooks), states,
					new Holds(client, pauses, states, settings.timing().holdRecheck(), clock),
					new EvidenceBudget(configuration.shorter(settings.timing().inspection()), clock),
					new Listeners(context.listeners(), configuration, settings.policy()),
					new ActionChooser(settings.policy(), ApplicationPolicy.of(context.ownPolicy(), configuration)),
					new ClientCluster(client, toldCluster), new CurrentMode(context.mode()::get), clock);
		}

	}

	/** What asks brokers, and remembers what they said. */
	record Lookups(TopicLookup lookup, Topics topics, ClusterId clusterId, BookmarkReader bookmarks, Coverage coverage,
			GroupCommits groupCommits, CommitMemory commitMemory) {

		private static Lookups of(Basics basics, GuardContext context) {
			String groupId = basics.configuration.groupId();
			TopicLookup lookup = new TopicLookup(context.admins(), basics.configuration, basics.cluster, basics.clock);
			ClusterId clusterId = new ClusterId(basics.cluster, lookup);
			Topics topics = new Topics(lookup, context.goneTopics(), basics.settings.timing().topicCheck(),
					basics.clock);
			BookmarkReader bookmarks = new BookmarkReader(clusterId::known);
			Coverage coverage = new Coverage(topics, bookmarks);
			return new Lookups(lookup, topics, clusterId, bookmarks, coverage,
					new GroupCommits(basics.client, groupId, lookup, basics.budget, basics.states, basics.clock),
					new CommitMemory(groupId, clusterId, context.memory(), bookmarks, coverage, topics, basics.states));
		}

	}

	/** What commits. */
	record Commits(HeldBackCommits heldBack, PositionCommits sender, FirstCommits first, MovedCommits moved,
			ClientCommits observer, ApplicationCommits application) {

		private static Commits of(Basics basics, Lookups lookups) {
			Consumer<?, ?> client = basics.client;
			HeldBackCommits heldBack = new HeldBackCommits(client);
			PositionCommits sender = new PositionCommits(client, basics.configuration, basics.settings, basics.mode,
					lookups.clusterId, basics.states, lookups.topics, lookups.coverage, lookups.commitMemory,
					basics.budget);
			FirstCommits first = new FirstCommits(client, basics.budget, basics.states, lookups.topics,
					lookups.coverage, lookups.groupCommits, sender, basics.clock);
			MovedCommits moved = new MovedCommits(sender, lookups.commitMemory, basics.states, basics.positions,
					basics.clock);
			CommitFilter filter = new CommitFilter(client, basics.states, basics.positions, basics.holds, heldBack,
					moved,
					new CommitFilter.OtherCluster(client, basics.cluster, basics.pauses, basics.states, basics.mode));
			ClientCommits observer = new ClientCommits(client, basics.configuration.autoCommit(), lookups.commitMemory,
					basics.states, basics.positions, filter);
			return new Commits(heldBack, sender, first, moved, observer,
					new ApplicationCommits(client, basics.states, sender, filter, observer, first, moved));
		}

	}

	/** What decides, and carries decisions out. */
	record Enforcement(ResetOffsets resetOffsets, DecisionMaker maker, Decisions decisions, Inspector inspector,
			Inquiry inquiry) {

		private static Enforcement of(Basics basics, Lookups lookups, Commits commits, GuardContext context) {
			ResetOffsets resetOffsets = new ResetOffsets(basics.client, basics.states,
					basics.configuration.autoOffsetReset(),
					new TimestampOffsets(basics.client, basics.cluster, lookups.lookup,
							basics.configuration.readCommitted(), basics.budget, basics.clock),
					basics.budget, basics::isPatient, basics.reports::add, basics.clock);
			DecisionMaker maker = new DecisionMaker(basics.chooser, basics.configuration);
			Decisions decisions = new Decisions(basics.client, basics.configuration, maker, basics.states,
					basics.pauses, basics.holds, commits.heldBack, commits.moved, resetOffsets, lookups.commitMemory,
					basics.listeners, basics.mode, basics.clock);
			Inspector inspector = new Inspector(basics.configuration, basics.cluster, basics.chooser,
					context.inspectorCap(), context.helpers(), context.inspections(), basics.clock);
			Inquiry inquiry = new Inquiry(basics.client, basics.cluster, basics.states, decisions, commits.sender,
					inspector, new LatestOffsets(basics.client, basics.configuration, basics.chooser, lookups.lookup),
					basics.budget, basics.listeners, basics.clock);
			return new Enforcement(resetOffsets, maker, decisions, inspector, inquiry);
		}

	}

	/** The ways in which a position comes into question. */
	record Triggers(StartingPositions starts, FirstAssignments firstAssignments, ClusterChanges clusterChanges,
			Incident incident, HoldRechecks rechecks, TopicChecks topicChecks, Resolutions resolutions) {

		/**
		 * The application has sought partitions: the guard drops its questions about
		 * them.
		 */
		void forget(Set<TopicPartition> partitions) {
			incident.forget(partitions);
			topicChecks.forget(partitions);
			clusterChanges.forget(partitions);
		}

		/**
		 * Whether evidence is on its way. The next piece of a poll takes it.
		 */
		boolean isLookingIntoLogs() {
			return rechecks.isRunning() || resolutions.isRunning() || topicChecks.isRunning()
					|| clusterChanges.isRunning() || starts.isLookingIntoCommits();
		}

		private static Triggers of(Basics basics, Lookups lookups, Commits commits, Enforcement enforcement,
				GuardContext context) {
			Consumer<?, ?> client = basics.client;
			Inquiry inquiry = enforcement.inquiry;
			CurrentMode mode = basics.mode;
			StartingPositions starts = starts(basics, lookups, commits, enforcement, context);
			ClusterChanges clusterChanges = new ClusterChanges(client, basics.pauses, basics.cluster, basics.states,
					basics.holds, lookups.topics, lookups.coverage, inquiry, basics.budget, mode, basics.clock);
			LeaderEpochs leaderEpochs = new LeaderEpochs(lookups.lookup, basics.budget);
			TopicChecks topicChecks = new TopicChecks(client, basics.pauses, basics.positions, basics.states,
					basics.holds, starts, inquiry, lookups.topics, lookups.lookup, lookups.clusterId, basics.budget,
					mode);
			Incident incident = new Incident(client, basics.reports, basics.positions, basics.states, basics.holds,
					starts, inquiry, topicChecks, leaderEpochs, clusterChanges, basics.budget, mode, basics.clock);
			HoldRechecks rechecks = new HoldRechecks(basics.states, basics.holds, enforcement.decisions, starts,
					inquiry, leaderEpochs, basics.budget, basics.clock);
			FirstAssignments firstAssignments = new FirstAssignments(client, basics.configuration, basics.states,
					basics::isPatient, basics.clock);
			return new Triggers(starts, firstAssignments, clusterChanges, incident, rechecks, topicChecks,
					new Resolutions(client, basics.states, basics.holds, starts, inquiry, leaderEpochs, lookups.lookup,
							basics.configuration.readCommitted(), basics.budget.whole(), basics.clock));
		}

		private static StartingPositions starts(Basics basics, Lookups lookups, Commits commits,
				Enforcement enforcement, GuardContext context) {
			GroupCommits groupCommits = lookups.groupCommits;
			StartRules rules = StartRules.of(basics.settings, basics.configuration, context.inspectorCap(),
					basics.mode);
			UnansweredStarts unanswered = new UnansweredStarts(basics.configuration, basics.clock);
			StartLookup lookup = new StartLookup(basics.budget, basics.states, lookups.clusterId, groupCommits,
					lookups.commitMemory, lookups.bookmarks, lookups.topics, lookups.lookup, unanswered, rules,
					basics.clock);
			FirstPositions firstPositions = new FirstPositions(basics.states, enforcement.decisions,
					lookups.commitMemory, lookups.topics, enforcement.resetOffsets,
					new HeldLogs(lookups.lookup, basics.configuration.readCommitted()), basics.mode);
			CommittedPositions committedPositions = new CommittedPositions(basics.client, basics.budget, basics.states,
					enforcement.decisions, lookups.commitMemory, lookups.bookmarks, lookup, enforcement.inquiry,
					commits.sender, basics.mode, basics.clock);
			return new StartingPositions(basics.client, basics.budget, basics.states, groupCommits,
					lookups.commitMemory, lookups.coverage, lookup, committedPositions, firstPositions, commits.first,
					unanswered, rules);
		}

	}

}
