/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.consumer;

import java.util.Collection;

import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Decides starting positions before the application hears of an assignment. Forgets
 * partitions after the application has heard that it loses them.
 */
public final class GuardedRebalanceListener implements ConsumerRebalanceListener {

	private final PositionGuard<?, ?> guard;

	private final @Nullable ConsumerRebalanceListener application;

	public GuardedRebalanceListener(PositionGuard<?, ?> guard, @Nullable ConsumerRebalanceListener application) {
		this.guard = guard;
		this.application = application;
	}

	@Override
	public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
		try {
			guard.onAssigned(partitions);
			if (application != null) {
				application.onPartitionsAssigned(partitions);
			}
		}
		catch (RuntimeException ex) {
			tellClientAfter(ex);
			throw ex;
		}
		// The client's poll goes on from here.
		guard.pauses().tellClient();
	}

	private void tellClientAfter(RuntimeException failure) {
		try {
			guard.pauses().tellClient();
		}
		catch (RuntimeException ex) {
			failure.addSuppressed(ex);
		}
	}

	@Override
	public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
		guard.leaving(partitions);
		try {
			if (application != null) {
				application.onPartitionsRevoked(partitions);
			}
		}
		finally {
			guard.onUnassigned(partitions);
		}
	}

	@Override
	public void onPartitionsLost(Collection<TopicPartition> partitions) {
		try {
			if (application != null) {
				application.onPartitionsLost(partitions);
			}
		}
		finally {
			guard.onUnassigned(partitions);
		}
	}

	@Override
	public String toString() {
		return "GuardedRebalanceListener[" + application + "]";
	}

}
