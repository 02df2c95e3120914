/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.holdfast.kafka.autoconfigure;

import java.util.List;

import dev.holdfast.kafka.offsetguard.OffsetGuard;
import dev.holdfast.kafka.offsetguard.decision.Decision;
import dev.holdfast.kafka.offsetguard.policy.OffsetGuardSettings;
import org.jspecify.annotations.Nullable;

/**
 * Tells what Holdfast does in this application: a bean for all that shows it to people.
 * Thread-safe. Its methods return copies.
 */
public interface GuardedFactories {

	/** How many decisions Holdfast remembers. */
	int REMEMBERED_DECISIONS = 256;

	/**
	 * The consumer factories whose consumers are guarded.
	 * @return a description of each, by name
	 */
	List<Factory> factories();

	/**
	 * The consumer factories that Holdfast could not guard although it should.
	 * @return the reasons, by the name of the consumer factory
	 */
	List<Unguarded> unguarded();

	/**
	 * The last decisions, at most {@value #REMEMBERED_DECISIONS}.
	 * @return the decisions, the newest first
	 */
	List<Made> decisions();

	/**
	 * A consumer factory.
	 *
	 * @param name its name in the properties
	 * @param policy the mode, and where the policy differs from the default one
	 * @param versionCap the version cap of its consumers
	 * @param settings how they are guarded
	 * @param guard their guard, {@code null} until the factory has created the first of
	 * them
	 */
	record Factory(String name, String policy, String versionCap, OffsetGuardSettings settings,
			@Nullable OffsetGuard guard) {

	}

	/**
	 * A consumer factory whose consumers, all or some, are not guarded.
	 *
	 * @param name its name in the properties
	 * @param reason why not
	 */
	record Unguarded(String name, String reason) {

	}

	/**
	 * A decision.
	 *
	 * @param factory the consumer factory of the consumer
	 * @param decision the decision
	 */
	record Made(String factory, Decision decision) {

	}

}
