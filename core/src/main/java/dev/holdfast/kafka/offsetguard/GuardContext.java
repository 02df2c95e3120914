/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

import dev.holdfast.kafka.versioncap.ClientCap;
import org.jspecify.annotations.Nullable;

/**
 * What all consumers of a guard have in common.
 *
 * @param settings how they are guarded
 * @param ownPolicy the application's own policy, if there is one
 * @param listeners told of each decision
 * @param admins their admin clients
 * @param memory what is known of their groups
 * @param goneTopics the topics that are gone
 * @param consumers the consumers that are not closed
 * @param inspectorCap the versions that clients speak which look into things for them
 */
record GuardContext(OffsetGuardSettings settings, @Nullable OffsetResetPolicy ownPolicy,
		List<DecisionListener> listeners, SharedAdmins admins, GroupMemory memory, GoneTopics goneTopics,
		Set<PositionGuard<?, ?>> consumers, ClientCap inspectorCap) {

	static GuardContext of(OffsetGuardSettings settings, @Nullable OffsetResetPolicy ownPolicy,
			List<DecisionListener> listeners, ClientCap cap) {
		return of(settings, ownPolicy, listeners, cap, System::nanoTime);
	}

	static GuardContext of(OffsetGuardSettings settings, @Nullable OffsetResetPolicy ownPolicy,
			List<DecisionListener> listeners, ClientCap cap, LongSupplier nanoTime) {
		return new GuardContext(settings, ownPolicy, listeners, new SharedAdmins(cap),
				new GroupMemory(nanoTime, (groupId) -> Listeners.forgotten(listeners, groupId)), new GoneTopics(),
				ConcurrentHashMap.newKeySet(), cap);
	}

	GuardContext alsoTelling(DecisionListener listener) {
		List<DecisionListener> all = new ArrayList<>(listeners);
		all.add(listener);
		return new GuardContext(settings, ownPolicy, List.copyOf(all), admins, memory, goneTopics, consumers,
				inspectorCap);
	}

}
