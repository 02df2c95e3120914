/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

import dev.holdfast.kafka.offsetguard.Action;
import dev.holdfast.kafka.offsetguard.Cause;
import dev.holdfast.kafka.versioncap.BrokerProfile;
import dev.holdfast.kafka.versioncap.VersionCap;
import org.jspecify.annotations.Nullable;

/**
 * What the properties say about the versions of one factory's consumers.
 *
 * @param cap all rules: those of the profile and of the release together, and single ones
 * on top
 * @param profile the profile, if there is one
 * @param release the release, if there is one
 * @param learn whether to learn more
 */
record FactoryRules(VersionCap cap, @Nullable BrokerProfile profile, @Nullable String release, boolean learn) {

	/**
	 * Derives the rules.
	 * @param properties what is set, and has no mistakes
	 * @param loader finds profiles
	 */
	static FactoryRules of(HoldfastProperties.ConsumerFactory.VersionCap properties, ClassLoader loader) {
		String profileName = properties.profile();
		BrokerProfile profile = (profileName != null) ? BrokerProfile.load(profileName, loader) : null;
		String release = properties.release();
		VersionCap cap = (profile != null) ? profile.cap() : VersionCap.none();
		if (release != null) {
			cap = cap.and(VersionCap.release(release));
		}
		cap = cap.with(VersionCap.of(properties.maxVersions(), properties.minVersions()));
		return new FactoryRules(cap, profile, release, Boolean.TRUE.equals(properties.learn()));
	}

	/**
	 * Whether there is anything in them.
	 */
	boolean isActive() {
		return !cap.isEmpty() || learn;
	}

	/**
	 * The profile's actions in place of the causes' default ones.
	 * @throws IllegalArgumentException if the profile names an unknown cause or action
	 */
	Map<Cause, Action> policy() {
		Map<Cause, Action> policy = new EnumMap<>(Cause.class);
		if (profile != null) {
			profile.policy().forEach((cause, action) -> policy.put(cause(cause), action(cause(cause), action)));
		}
		return policy;
	}

	private static Cause cause(String id) {
		for (Cause cause : Cause.values()) {
			if (cause.id().equals(id)) {
				return cause;
			}
		}
		throw new IllegalArgumentException("'policy.%s' names no cause".formatted(id));
	}

	private static Action action(Cause cause, String id) {
		for (Action action : cause.allowedActions()) {
			if (action.id().equals(id.toLowerCase(Locale.ROOT))) {
				return action;
			}
		}
		throw new IllegalArgumentException(
				"'policy.%s' is '%s'; allowed: %s".formatted(cause, id, cause.allowedActions()));
	}

}
