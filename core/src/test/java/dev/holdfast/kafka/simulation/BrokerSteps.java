/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.simulation;

import java.util.Map;
import java.util.Optional;

import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * The steps of a history that happen to brokers.
 */
final class BrokerSteps {

	private BrokerSteps() {
	}

	/**
	 * Performs a step.
	 * @return whether it is one that happens to brokers
	 */
	static boolean perform(ModelCluster cluster, SimulatedTime time, Script script, Step step, Ledger ledger) {
		if (step instanceof Step.Append append) {
			cluster.append(partition(script, append.partition()), append.records(), append.marker());
		}
		else if (step instanceof Step.Move move) {
			ModelLog log = cluster.log(partition(script, move.partition()));
			log.elect((log.leader() + 1) % ModelCluster.NODES);
			cluster.changed();
		}
		else if (step instanceof Step.Retain retain) {
			ModelLog log = cluster.log(partition(script, retain.partition()));
			log.retain(log.end() * retain.perMille() / 1000);
			cluster.changed();
		}
		else if (step instanceof Step.Truncate truncate) {
			ModelLog log = cluster.log(partition(script, truncate.partition()));
			log.truncate(log.end() - truncate.back(), (log.leader() + 1) % ModelCluster.NODES);
			cluster.append(partition(script, truncate.partition()), truncate.then(), false);
		}
		else if (step instanceof Step.Recreate recreate) {
			cluster.recreate(Run.TOPIC);
			for (int i = 0; i < script.partitions(); i++) {
				cluster.append(partition(script, i), recreate.records(), false);
			}
		}
		else {
			return performOnCommits(cluster, script, step, ledger) || mislead(cluster.faults, cluster, step);
		}
		return true;
	}

	/**
	 * Leads the name to another cluster, and stops the old one.
	 */
	static ModelCluster lead(ClusterName name, Script script, Step.OtherCluster step) {
		ModelCluster before = name.now();
		String id = "cluster-" + (name.all().size() + 1);
		ModelCluster other = before.other(id, id);
		if (step.back() >= 0) {
			other.mirror(before, step.back());
		}
		for (int i = 0; i < script.partitions(); i++) {
			other.append(partition(script, i), step.records(), false);
		}
		name.leadTo(other);
		before.stop();
		return other;
	}

	private static boolean performOnCommits(ModelCluster cluster, Script script, Step step, Ledger ledger) {
		if (step instanceof Step.LoseCommit lose) {
			cluster.loseCommit(partition(script, lose.partition()));
		}
		else if (step instanceof Step.RegressCommit regress) {
			TopicPartition partition = partition(script, regress.partition());
			cluster.regressCommit(partition, regress.back());
			if (cluster.commit(partition) != null) {
				ledger.stored(partition, cluster.commit(partition));
			}
		}
		else if (step instanceof Step.ForeignCommit commit) {
			TopicPartition partition = partition(script, commit.partition());
			ModelLog log = cluster.log(partition);
			long position = log.end() * commit.perMille() / 1000;
			int epoch = (commit.epoch() > 0) ? log.epoch() + commit.epoch()
					: (commit.epoch() == 0) ? log.epochBefore(position) : -1;
			OffsetAndMetadata offset = new OffsetAndMetadata(position,
					(epoch >= 0) ? Optional.of(epoch) : Optional.empty(), "");
			cluster.storeForeign(Map.of(partition, offset));
			ledger.stored(partition, offset);
		}
		else {
			return false;
		}
		return true;
	}

	private static boolean mislead(ModelCluster.Faults faults, ModelCluster cluster, Step step) {
		if (step instanceof Step.Lie lie) {
			faults.epochEnd = (long) lie.end();
			for (int node = 0; node < ModelCluster.NODES; node++) {
				if (lie.node() < 0 || lie.node() == node) {
					faults.liars.add(node);
				}
			}
		}
		else if (step instanceof Step.LieAboutRange) {
			faults.fetchOutOfRange = true;
		}
		else if (step instanceof Step.Honest) {
			faults.clear();
			cluster.changed();
		}
		else if (step instanceof Step.Silence silence) {
			faults.adminSilent |= silence.node() == -2;
			faults.coordinatorSilent |= silence.node() == -1;
			faults.silent.add(silence.node());
		}
		else if (step instanceof Step.Delay delay) {
			faults.delay = delay.millis();
		}
		else if (step instanceof Step.StaleMetadata) {
			cluster.freezeMetadata();
		}
		else {
			return false;
		}
		return true;
	}

	private static TopicPartition partition(Script script, int index) {
		return new TopicPartition(Run.TOPIC, index % script.partitions());
	}

}
