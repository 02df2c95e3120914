/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.consumer;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;

import dev.holdfast.kafka.offsetguard.decision.DecisionListener;
import dev.holdfast.kafka.offsetguard.internal.admin.HelperClients;
import dev.holdfast.kafka.offsetguard.internal.admin.SharedAdmins;
import dev.holdfast.kafka.offsetguard.internal.enforcement.Listeners;
import dev.holdfast.kafka.offsetguard.internal.inspection.InspectionService;
import dev.holdfast.kafka.offsetguard.internal.lookup.GoneTopics;
import dev.holdfast.kafka.offsetguard.internal.memory.GroupMemory;
import dev.holdfast.kafka.offsetguard.internal.time.GuardClock;
import dev.holdfast.kafka.offsetguard.policy.OffsetGuardSettings;
import dev.holdfast.kafka.offsetguard.policy.OffsetResetPolicy;
import dev.holdfast.kafka.versioncap.ClientCap;
import org.jspecify.annotations.Nullable;

/**
 * What all consumers of a guard have in common.
 *
 * @param settings how they are guarded
 * @param mode whether their guards carry decisions out; an operator may switch it
 * @param ownPolicy the application's own policy, if there is one
 * @param listeners whom the guard tells of each decision
 * @param admins their admin clients
 * @param memory what the guard knows of their groups
 * @param goneTopics the topics that are gone
 * @param helpers makes the guard's own clients
 * @param inspections the threads that look into logs for them
 * @param consumers the consumers that are not closed
 * @param stopped the consumers whose {@code poll} throws for good
 * @param inspectorCap the cap on the versions that the guard's own clients speak
 */
public record GuardContext(OffsetGuardSettings settings, AtomicReference<OffsetGuardSettings.Mode> mode,
		@Nullable OffsetResetPolicy ownPolicy, List<DecisionListener> listeners, SharedAdmins admins,
		GroupMemory memory, GoneTopics goneTopics, HelperClients helpers, InspectionService inspections,
		Set<PositionGuard<?, ?>> consumers, StoppedConsumers stopped, ClientCap inspectorCap, GuardClock clock) {

	public static GuardContext of(OffsetGuardSettings settings, @Nullable OffsetResetPolicy ownPolicy,
			List<DecisionListener> listeners, ClientCap cap) {
		return of(settings, ownPolicy, listeners, cap, GuardClock.system());
	}

	public static GuardContext of(OffsetGuardSettings settings, @Nullable OffsetResetPolicy ownPolicy,
			List<DecisionListener> listeners, ClientCap cap, GuardClock clock) {
		return of(settings, ownPolicy, listeners, cap, HelperClients.real(), new InspectionService(), clock);
	}

	public static GuardContext of(OffsetGuardSettings settings, @Nullable OffsetResetPolicy ownPolicy,
			List<DecisionListener> listeners, ClientCap cap, HelperClients helpers, InspectionService inspections,
			GuardClock clock) {
		return new GuardContext(settings, new AtomicReference<>(settings.mode()), ownPolicy, listeners,
				new SharedAdmins(cap, helpers, clock),
				new GroupMemory(clock, (groupId) -> Listeners.forgotten(listeners, groupId)), new GoneTopics(), helpers,
				inspections, ConcurrentHashMap.newKeySet(), new StoppedConsumers(), cap, clock);
	}

	public GuardContext alsoTelling(DecisionListener listener) {
		List<DecisionListener> all = new ArrayList<>(listeners);
		all.add(listener);
		return new GuardContext(settings, mode, ownPolicy, List.copyOf(all), admins, memory, goneTopics, helpers,
				inspections, consumers, stopped, inspectorCap, clock);
	}

}
