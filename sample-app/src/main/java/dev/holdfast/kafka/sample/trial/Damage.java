/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.sample.trial;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;

import dev.holdfast.kafka.test.Fault;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.MovableAddress;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupSubscribedToTopicException;

/**
 * Real faults of real brokers, for all listeners of a trial alike.
 */
public final class Damage {

	private final Trial trial;

	Damage(Trial trial) {
		this.trial = trial;
	}

	/**
	 * Deletes the start of a log, as retention does.
	 * @param partition the partition
	 * @param logStart the offset that is the first one then
	 */
	public void retain(int partition, long logStart) {
		trial.cluster().deleteRecords(trial.partition(partition), logStart);
	}

	/**
	 * Adds a partition, and publishes orders to it.
	 * @param orders how many
	 * @return the partition
	 */
	public int addPartition(int orders) {
		int added = trial.addPartition();
		result(trial.cluster()
			.admin()
			.createPartitions(Map.of(trial.plan().topic(), NewPartitions.increaseTo(added + 1)))
			.all());
		trial.publish(added, orders);
		return added;
	}

	/**
	 * Deletes the commits of all groups for a partition. They must not listen.
	 * @param partition the partition
	 */
	public void deleteCommits(int partition) {
		trial.participants()
			.forEach((participant) -> Patience.await("deletion of commits of " + participant.group(),
					() -> deleteCommit(participant.group(), trial.partition(partition))));
	}

	/** The coordinator may still count a member that has left. */
	private boolean deleteCommit(String group, TopicPartition partition) {
		try {
			result(trial.cluster().admin().deleteConsumerGroupOffsets(group, Set.of(partition)).all());
			return true;
		}
		catch (GroupSubscribedToTopicException ex) {
			return false;
		}
	}

	/**
	 * Deletes the topic, creates it again, and publishes orders to it. Meanwhile no
	 * answer comes to the listeners: otherwise it depends on the moment in which a client
	 * looks whether it sees a topic without partitions, and starts anew.
	 * @param orders how many orders its partition 0 gets
	 */
	public void recreateTopic(int orders) {
		try (Fault.Handle silence = silence()) {
			trial.cluster().deleteTopic(trial.plan().topic());
			trial.partitions().forEach((partition) -> cut(partition, 0));
			trial.createTopic();
			trial.publish(0, orders);
		}
	}

	/**
	 * Loses the last orders of a partition: a replica that lacks them leads it.
	 * @param partition the partition
	 * @param orders how many
	 */
	public void electUnclean(int partition, int orders) {
		KafkaCluster cluster = trial.cluster();
		TopicPartition lossy = trial.partition(partition);
		int leader = cluster.leader(lossy);
		int follower = otherReplica(leader);
		cluster.stopBroker(follower);
		trial.publish(partition, orders);
		trial.awaitRead();
		cluster.stopBroker(leader);
		cluster.startBroker(follower);
		cluster.electUnclean(lossy);
		cut(lossy, cluster.logEnd(lossy));
		cluster.startBroker(leader);
	}

	/** Each partition has two replicas, on the first two brokers. */
	private int otherReplica(int broker) {
		return trial.cluster().brokerIds().stream().limit(2).filter((id) -> id != broker).findFirst().orElseThrow();
	}

	/**
	 * Stops the leader of a partition.
	 * @param partition the partition
	 * @return starts that broker again
	 */
	public Runnable stopLeader(int partition) {
		KafkaCluster cluster = trial.cluster();
		int leader = cluster.leader(trial.partition(partition));
		cluster.stopBroker(leader);
		return () -> cluster.startBroker(leader);
	}

	/**
	 * Leads the listeners' address to another cluster, which has the last orders at other
	 * offsets, and the groups' commits as they were. So does a mirror that copies commits
	 * and does not translate them. The listeners must not listen.
	 * @param name the address
	 * @param other the other cluster
	 * @param orders how many orders of each partition that has
	 */
	public void moveTo(MovableAddress name, KafkaCluster other, int orders) {
		KafkaCluster before = trial.cluster();
		trial.moveTo(other, orders);
		trial.participants()
			.forEach((participant) -> before.committed(participant.group())
				.forEach((partition, commit) -> other.commit(participant.group(), partition,
						new OffsetAndMetadata(commit.offset()))));
		name.leadTo(other);
	}

	private void cut(TopicPartition partition, long end) {
		trial.watches((watch) -> watch.cut(partition, end));
	}

	/**
	 * Lets the brokers claim that each leader epoch ended at offset 0.
	 * @return ends the lie
	 */
	public Fault.Handle lie() {
		trial.cluster().wire().forget();
		return trial.cluster().wire().inject(Fault.epochEndOffset(0).forTopic(trial.plan().topic()));
	}

	/**
	 * Lets the brokers answer that they do not know where leader epochs ended.
	 * @return ends that
	 */
	public Fault.Handle answerUndefined() {
		return trial.cluster().wire().inject(Fault.undefinedEpochEndOffset().forTopic(trial.plan().topic()));
	}

	/**
	 * Lets no answer of any broker come to the listeners.
	 * @return ends that
	 */
	public Fault.Handle silence() {
		return trial.cluster().wire().inject(Fault.silence());
	}

	/**
	 * Lets another broker lead a partition.
	 * @param partition the partition
	 * @return the new leader
	 */
	public int moveLeader(int partition) {
		int leader = trial.cluster().leader(trial.partition(partition));
		int next = otherReplica(leader);
		trial.cluster().moveLeader(trial.partition(partition), next);
		return next;
	}

	private static void result(KafkaFuture<Void> future) {
		try {
			future.get();
		}
		catch (ExecutionException ex) {
			if (ex.getCause() instanceof KafkaException failure) {
				throw failure;
			}
			throw new IllegalStateException(ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException("Interrupted", ex);
		}
	}

}
