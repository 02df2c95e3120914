/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.client;

import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

import org.apache.kafka.common.TopicPartition;

/**
 * The pauses of one client: the application's and the guard's. The client fetches from a
 * partition when neither wants it paused. The application sees its own pauses only.
 * Belongs to the consumer's thread.
 */
public final class Pauses {

	/** Why the guard pauses a partition. */
	public enum Reason {

		/** A decision holds it. */
		HELD,

		/** The guard does not know yet where it starts. */
		UNDECIDED,

		/** The client has reported something about it, and would again at each poll. */
		REPORTED,

		/** Its topic may be another one by now. */
		OTHER_TOPIC,

		/** The client speaks to another cluster than its position came from. */
		OTHER_CLUSTER

	}

	private final org.apache.kafka.clients.consumer.Consumer<?, ?> client;

	private final Map<TopicPartition, Set<Reason>> byGuard = new HashMap<>();

	/** Those of the guard's that the application has paused as well. */
	private final Set<TopicPartition> byApplicationToo = new HashSet<>();

	/** Clients look at all their partitions to say which are paused. */
	private boolean anyByApplication;

	/** Those whose pause or resumption the client does not know yet. */
	private final Set<TopicPartition> unsent = new HashSet<>();

	public Pauses(org.apache.kafka.clients.consumer.Consumer<?, ?> client) {
		this.client = client;
	}

	/**
	 * Pauses partitions for the guard, from the next poll of the client on.
	 */
	public void pause(Collection<TopicPartition> partitions, Reason reason) {
		Set<TopicPartition> before = anyByApplication ? byApplication() : Set.of();
		for (TopicPartition partition : partitions) {
			if (byGuard.computeIfAbsent(partition, (key) -> EnumSet.noneOf(Reason.class)).add(reason)) {
				unsent.add(partition);
			}
			if (before.contains(partition)) {
				byApplicationToo.add(partition);
			}
		}
	}

	/**
	 * Takes away a reason of the guard's to pause partitions. From the next poll on, the
	 * client fetches again where no other is left.
	 */
	public void resume(Collection<TopicPartition> partitions, Reason reason) {
		if (byGuard.isEmpty()) {
			return;
		}
		for (TopicPartition partition : partitions) {
			Set<Reason> reasons = byGuard.get(partition);
			if (reasons != null && reasons.remove(reason) && reasons.isEmpty()) {
				byGuard.remove(partition);
				if (byApplicationToo.remove(partition)) {
					unsent.remove(partition);
				}
				else {
					unsent.add(partition);
				}
			}
		}
	}

	/**
	 * Tells the client, in one call each, what the guard has paused and resumed since: an
	 * async client waits for its background in each call. Has to come before each poll of
	 * the client.
	 */
	public void tellClient() {
		if (unsent.isEmpty()) {
			return;
		}
		List<TopicPartition> paused = new ArrayList<>();
		List<TopicPartition> resumed = new ArrayList<>();
		unsent.forEach((partition) -> (byGuard.containsKey(partition) ? paused : resumed).add(partition));
		tell(paused, client::pause);
		tell(resumed, client::resume);
	}

	/**
	 * A call that throws, such as one from another thread, has told the client nothing.
	 */
	private void tell(List<TopicPartition> partitions, Consumer<Collection<TopicPartition>> call) {
		if (!partitions.isEmpty()) {
			WhileAssigned.act(client, partitions, call);
			partitions.forEach(unsent::remove);
		}
	}

	/**
	 * Forgets partitions that the consumer has lost.
	 */
	public void forget(Collection<TopicPartition> partitions) {
		partitions.forEach(byGuard::remove);
		partitions.forEach(byApplicationToo::remove);
		partitions.forEach(unsent::remove);
	}

	/**
	 * Forgets partitions that are no longer assigned.
	 */
	public void retain(Collection<TopicPartition> assigned) {
		byGuard.keySet().retainAll(assigned);
		byApplicationToo.retainAll(assigned);
		unsent.retainAll(assigned);
	}

	public void pauseByApplication(Collection<TopicPartition> partitions) {
		tellClient();
		anyByApplication = true;
		client.pause(partitions);
		for (TopicPartition partition : partitions) {
			if (byGuard.containsKey(partition)) {
				byApplicationToo.add(partition);
			}
		}
	}

	public void resumeByApplication(Collection<TopicPartition> partitions) {
		tellClient();
		if (byGuard.isEmpty()) {
			client.resume(partitions);
			return;
		}
		byApplicationToo.removeAll(Set.copyOf(partitions));
		client.resume(partitions.stream().filter((partition) -> !byGuard.containsKey(partition)).toList());
	}

	/**
	 * What the application has paused.
	 */
	public Set<TopicPartition> byApplication() {
		tellClient();
		Set<TopicPartition> paused = client.paused();
		if (byGuard.isEmpty()) {
			return paused;
		}
		Set<TopicPartition> visible = new HashSet<>(paused);
		visible.removeIf((partition) -> byGuard.containsKey(partition) && !byApplicationToo.contains(partition));
		return visible;
	}

	/**
	 * Whether the guard pauses a partition for a reason.
	 */
	public boolean isPaused(TopicPartition partition, Reason reason) {
		return byGuard.getOrDefault(partition, Set.of()).contains(reason);
	}

	/**
	 * Whether the guard pauses any of some partitions.
	 */
	public boolean isAnyPaused(Collection<TopicPartition> partitions) {
		return !byGuard.isEmpty() && partitions.stream().anyMatch(byGuard::containsKey);
	}

	/**
	 * Has the client told once more what the guard has paused of some partitions.
	 */
	public void repeat(Collection<TopicPartition> partitions) {
		partitions.stream().filter(byGuard::containsKey).forEach(unsent::add);
	}

	/**
	 * Whether the guard pauses any partition for a reason.
	 */
	public boolean isAnyPaused(Reason reason) {
		return !byGuard.isEmpty() && byGuard.values().stream().anyMatch((reasons) -> reasons.contains(reason));
	}

	public boolean isByApplication(TopicPartition partition) {
		return byGuard.containsKey(partition) ? byApplicationToo.contains(partition)
				: anyByApplication && byApplication().contains(partition);
	}

}
