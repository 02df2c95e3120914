/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure.properties;

import java.util.EnumMap;
import java.util.Map;

import dev.holdfast.kafka.offsetguard.policy.Action;
import dev.holdfast.kafka.offsetguard.policy.Cause;
import dev.holdfast.kafka.versioncap.rules.BrokerProfile;
import dev.holdfast.kafka.versioncap.rules.VersionCap;
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
public record FactoryRules(VersionCap cap, @Nullable BrokerProfile profile, @Nullable String release, boolean learn) {

	/**
	 * Derives the rules of one factory. The release and the profile for all come first,
	 * unless it has its own. Single versions for all come on top. Then the stricter of
	 * these rules and those of its own release and profile hold. Its own single versions
	 * come on top.
	 * @param common the properties for all factories, without mistakes
	 * @param own the properties of the factory, without mistakes
	 * @param loader finds profiles
	 * @return the rules
	 */
	public static FactoryRules of(HoldfastProperties.VersionCap common,
			HoldfastProperties.ConsumerFactory.VersionCap own, ClassLoader loader) {
		BrokerProfile commonProfile = load(common.profile(), loader);
		BrokerProfile ownProfile = load(own.profile(), loader);
		VersionCap cap = cap((own.release() != null) ? null : common.release(),
				(ownProfile != null) ? null : commonProfile)
			.with(VersionCap.of(common.maxVersions(), common.minVersions()))
			.and(cap(own.release(), ownProfile))
			.with(VersionCap.of(own.maxVersions(), own.minVersions()));
		return new FactoryRules(cap, (ownProfile != null) ? ownProfile : commonProfile,
				(own.release() != null) ? own.release() : common.release(),
				(own.learn() != null) ? own.learn() : common.learn());
	}

	private static @Nullable BrokerProfile load(@Nullable String profile, ClassLoader loader) {
		return (profile != null) ? BrokerProfile.load(profile, loader) : null;
	}

	private static VersionCap cap(@Nullable String release, @Nullable BrokerProfile profile) {
		VersionCap cap = (profile != null) ? profile.cap() : VersionCap.none();
		return (release != null) ? cap.and(VersionCap.release(release)) : cap;
	}

	/**
	 * Whether there is any rule, or they may learn one.
	 * @return {@code false} if clients speak what they like
	 */
	public boolean isActive() {
		return !cap.isEmpty() || learn;
	}

	/**
	 * The profile's actions in place of the causes' default ones.
	 * @return the actions by cause, none without a profile
	 * @throws IllegalArgumentException if the profile names an unknown cause or action
	 */
	public Map<Cause, Action> policy() {
		Map<Cause, Action> policy = new EnumMap<>(Cause.class);
		if (profile != null) {
			profile.policy().forEach((cause, action) -> policy.put(cause(cause), action(cause(cause), action)));
		}
		return policy;
	}

	private static Cause cause(String id) {
		return Cause.of(id).orElseThrow(() -> new IllegalArgumentException("'policy.%s' names no cause".formatted(id)));
	}

	private static Action action(Cause cause, String id) {
		return Action.of(id)
			.filter(cause.allowedActions()::contains)
			.orElseThrow(() -> new IllegalArgumentException(
					"'policy.%s' is '%s'; allowed: %s".formatted(cause, id, cause.allowedActions())));
	}

}
