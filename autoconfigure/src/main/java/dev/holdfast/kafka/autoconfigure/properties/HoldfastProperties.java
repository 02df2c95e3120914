/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure.properties;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

import dev.holdfast.kafka.offsetguard.policy.Action;
import dev.holdfast.kafka.offsetguard.policy.Cause;
import dev.holdfast.kafka.offsetguard.policy.MoveLimits;
import dev.holdfast.kafka.offsetguard.policy.OffsetGuardSettings;
import dev.holdfast.kafka.offsetguard.policy.OffsetPolicy;
import dev.holdfast.kafka.offsetguard.policy.TopicRule;
import dev.holdfast.kafka.versioncap.rules.KafkaApi;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The properties below {@code holdfast.kafka}. {@link HoldfastPropertiesReader} binds
 * them, so that it can report all mistakes together. It derives from these types which
 * properties there are.
 *
 * @param enabled Whether Holdfast does anything at all. Without it, every bean stays as
 * it is.
 * @param onUnguarded What to do about a consumer factory that cannot be guarded.
 * @param versionCap The versions of Kafka's APIs that clients may speak.
 * @param offsetGuard The offset guard of every consumer factory.
 * @param conformance The check whether brokers keep their word.
 * @param health What Holdfast contributes to the application's health.
 * @param consumerFactories What is different for single consumer factories, by bean name.
 * A factory that is no bean goes by the name of its listener container factory.
 */
@ConfigurationProperties(HoldfastProperties.PREFIX)
public record HoldfastProperties(@DefaultValue("true") boolean enabled, @DefaultValue("warn") OnUnguarded onUnguarded,
		@DefaultValue VersionCap versionCap, @DefaultValue OffsetGuard offsetGuard,
		@DefaultValue Conformance conformance, @DefaultValue Health health,
		@DefaultValue Map<String, ConsumerFactory> consumerFactories) {

	/**
	 * What the names of all properties begin with.
	 */
	public static final String PREFIX = "holdfast.kafka";

	private static final ConsumerFactory NOTHING_DIFFERENT = new ConsumerFactory(true,
			new ConsumerFactory.VersionCap(Map.of(), Map.of(), null, null, null), new ConsumerFactory.OffsetGuard(null,
					null, Map.of(), null, null, null, null, null, null, null, null, List.of()));

	/**
	 * What to do about a consumer factory that cannot be guarded.
	 */
	public enum OnUnguarded {

		/** Log why, and let it go unguarded. */
		WARN,

		/** Fail the start, or the creation of the consumer. */
		FAIL

	}

	/**
	 * The versions of Kafka's APIs that clients may speak.
	 *
	 * @param maxVersions The highest version of each API that consumers may speak, by the
	 * API's name or number. -1 never sends it.
	 * @param minVersions The lowest version of each API that a broker has to offer. The
	 * client refuses one that offers less, and the consumer stops.
	 * @param release Speak no newer than this release of Kafka does, such as 2.8. Highest
	 * versions of single APIs come on top.
	 * @param profile The profile of a kind of brokers: rules, and defaults of the offset
	 * guard's policy, that are known to fit it.
	 * @param learn Whether to stop asking brokers, as long as the application lives, what
	 * the offset guard has proven their cluster to answer wrong.
	 * @param applyTo Which clients the rules are for.
	 * @param onInstallFailure What to do when the cap cannot be installed, since a Kafka
	 * client was created before.
	 */
	public record VersionCap(@DefaultValue Map<KafkaApi, Integer> maxVersions,
			@DefaultValue Map<KafkaApi, Integer> minVersions, @Nullable String release, @Nullable String profile,
			@DefaultValue("false") boolean learn, @DefaultValue("consumers") ApplyTo applyTo,
			@DefaultValue("fail") OnInstallFailure onInstallFailure) {

	}

	/**
	 * Which clients the rules of the version cap are for.
	 */
	public enum ApplyTo {

		/** Those that consumer factories create. */
		CONSUMERS,

		/** All of this JVM: producers, admins and Streams too. */
		ALL

	}

	/**
	 * What to do when the version cap cannot be installed.
	 */
	public enum OnInstallFailure {

		/** Log why, and let clients speak what they like. */
		WARN,

		/** Fail the start. */
		FAIL

	}

	/**
	 * The offset guard of every consumer factory.
	 *
	 * @param enabled Whether consumers are guarded.
	 * @param mode Whether the guard carries decisions out, or only reports them.
	 * @param policy What to do about each cause for which a consumer's position is in
	 * question.
	 * @param maxRewindRecords The most records of a partition that a decision may have
	 * delivered again. A decision that would go further holds the partition instead.
	 * Unlimited by default.
	 * @param maxSkipRecords The most records of a partition that a decision may skip for
	 * good. A decision that would go further holds the partition instead. Unlimited by
	 * default.
	 * @param commitBookmark Whether a commit without metadata of the application's own
	 * carries what the guard needs to know after a restart.
	 * @param commitInitialPosition Whether the guard commits where a partition without a
	 * committed offset starts, so that a missing one means loss later, and where a
	 * partition goes on that a decision has moved, or whose topic was recreated.
	 * @param commitLeaderEpoch Whether commits carry the leader epoch, where the records
	 * delivered tell it.
	 * @param inspectionTimeout The bound on gathering evidence from the brokers for one
	 * decision.
	 * @param holdRecheckInterval How often the guard gathers the evidence about held
	 * partitions again.
	 * @param topicCheckInterval How often the guard compares topic ids. With 0 it does
	 * not.
	 * @param topics What is different for single topics, each element with a name or a
	 * pattern and a policy. The element with the topic's exact name wins, then the first
	 * one whose pattern matches the whole name.
	 */
	public record OffsetGuard(@DefaultValue("true") boolean enabled,
			@DefaultValue("enforce") OffsetGuardSettings.Mode mode, @DefaultValue Map<Cause, Action> policy,
			@Nullable Long maxRewindRecords, @Nullable Long maxSkipRecords,
			@DefaultValue("true") boolean commitBookmark, @DefaultValue("true") boolean commitInitialPosition,
			@DefaultValue("false") boolean commitLeaderEpoch, @DefaultValue("5s") Duration inspectionTimeout,
			@DefaultValue("30s") Duration holdRecheckInterval, @DefaultValue("60s") Duration topicCheckInterval,
			@DefaultValue List<Topic> topics) {

	}

	/**
	 * The check whether brokers keep their word.
	 *
	 * @param onStartup Whether to check the brokers when the application starts, and what
	 * to do about brokers that do not keep their word.
	 * @param timeout The bound on a check.
	 */
	public record Conformance(@DefaultValue("off") OnStartup onStartup, @DefaultValue("30s") Duration timeout) {

	}

	/**
	 * What to do about brokers that do not keep their word.
	 */
	public enum OnStartup {

		/** Do not check. */
		OFF,

		/** Check while the application goes on, and log what is wrong. */
		WARN,

		/** Check before listeners start, and fail the start. */
		FAIL

	}

	/**
	 * What Holdfast contributes to the application's health.
	 *
	 * @param heldStatus The status while a partition is held. HELD leaves the
	 * application's own status as it is, DOWN does not.
	 * @param failedStatus The status while a consumer has failed, or has refused a
	 * broker, until its listener runs again. FAILED leaves the application's own status
	 * as it is, DOWN does not.
	 */
	record Health(@DefaultValue("HELD") String heldStatus, @DefaultValue("FAILED") String failedStatus) {

	}

	/**
	 * What is different for some topics. Either a name or a pattern.
	 *
	 * @param name The topic's exact name.
	 * @param pattern A regular expression that has to match the topic's whole name.
	 * @param policy What to do about each cause on these topics.
	 * @param maxRewindRecords The most records that may be delivered again.
	 * @param maxSkipRecords The most records that may be skipped for good.
	 */
	public record Topic(@Nullable String name, @Nullable Pattern pattern, @DefaultValue Map<Cause, Action> policy,
			@Nullable Long maxRewindRecords, @Nullable Long maxSkipRecords) {

		TopicRule rule() {
			return new TopicRule(name, pattern, policy, new MoveLimits(maxRewindRecords, maxSkipRecords));
		}

	}

	/**
	 * What is different for one consumer factory.
	 *
	 * @param enabled Whether Holdfast does anything about this consumer factory.
	 * @param versionCap The versions that this factory's consumers may speak. Only what
	 * is set here replaces what is set for all.
	 * @param offsetGuard The offset guard of this consumer factory. Only what is set here
	 * replaces what is set for all.
	 */
	public record ConsumerFactory(@DefaultValue("true") boolean enabled, @DefaultValue VersionCap versionCap,
			@DefaultValue OffsetGuard offsetGuard) {

		/**
		 * The versions that one factory's consumers may speak.
		 *
		 * @param maxVersions The highest version of each API. One that is missing here
		 * keeps what is set for all factories.
		 * @param minVersions The lowest version of each API that a broker has to offer.
		 * One that is missing here keeps what is set for all factories.
		 * @param release Speak no newer than this release of Kafka does.
		 * @param profile The profile of this factory's kind of brokers.
		 * @param learn Whether to stop asking what brokers have proven to answer wrong.
		 */
		public record VersionCap(@DefaultValue Map<KafkaApi, Integer> maxVersions,
				@DefaultValue Map<KafkaApi, Integer> minVersions, @Nullable String release, @Nullable String profile,
				@Nullable Boolean learn) {

		}

		/**
		 * The offset guard of one consumer factory.
		 *
		 * @param enabled Whether this factory's consumers are guarded.
		 * @param mode Whether the guard carries decisions out, or only reports them.
		 * @param policy What to do about each cause. A cause that is missing here keeps
		 * the action set for all factories.
		 * @param maxRewindRecords The most records of a partition that a decision may
		 * have delivered again.
		 * @param maxSkipRecords The most records of a partition that a decision may skip
		 * for good.
		 * @param commitBookmark Whether a commit without metadata of the application's
		 * own carries what the guard needs to know after a restart.
		 * @param commitInitialPosition Whether the guard commits where a partition
		 * without a committed offset starts, and where a partition goes on that a
		 * decision has moved, or whose topic was recreated.
		 * @param commitLeaderEpoch Whether commits carry the leader epoch, where the
		 * records delivered tell it.
		 * @param inspectionTimeout The bound on gathering evidence from the brokers for
		 * one decision.
		 * @param holdRecheckInterval How often the guard gathers the evidence about held
		 * partitions again.
		 * @param topicCheckInterval How often the guard compares topic ids. With 0 it
		 * does not.
		 * @param topics What is different for single topics, in place of the list for all
		 * factories.
		 */
		public record OffsetGuard(@Nullable Boolean enabled, OffsetGuardSettings.@Nullable Mode mode,
				@DefaultValue Map<Cause, Action> policy, @Nullable Long maxRewindRecords, @Nullable Long maxSkipRecords,
				@Nullable Boolean commitBookmark, @Nullable Boolean commitInitialPosition,
				@Nullable Boolean commitLeaderEpoch, @Nullable Duration inspectionTimeout,
				@Nullable Duration holdRecheckInterval, @Nullable Duration topicCheckInterval,
				@DefaultValue List<Topic> topics) {

		}

	}

	/**
	 * Whether the consumers of one factory are to be guarded.
	 * @param factoryName the factory
	 * @return {@code true} if nothing turns the guard off
	 */
	public boolean isGuardEnabled(String factoryName) {
		ConsumerFactory factory = factory(factoryName);
		return enabled && factory.enabled()
				&& orElse(factory.offsetGuard().enabled(), offsetGuard.enabled()).booleanValue();
	}

	/**
	 * How the guard of one factory behaves.
	 * @param factoryName the factory
	 * @param defaults actions in place of the causes' default ones
	 * @return the settings
	 */
	public OffsetGuardSettings guardSettings(String factoryName, Map<Cause, Action> defaults) {
		ConsumerFactory.OffsetGuard own = factory(factoryName).offsetGuard();
		Map<Cause, Action> actions = new EnumMap<>(Cause.class);
		actions.putAll(defaults);
		actions.putAll(offsetGuard.policy());
		actions.putAll(own.policy());
		List<TopicRule> rules = new ArrayList<>();
		(own.topics().isEmpty() ? offsetGuard.topics() : own.topics()).forEach((topic) -> rules.add(topic.rule()));
		MoveLimits limits = new MoveLimits(offsetGuard.maxRewindRecords(), offsetGuard.maxSkipRecords())
			.with(new MoveLimits(own.maxRewindRecords(), own.maxSkipRecords()));
		return new OffsetGuardSettings(new OffsetPolicy(actions, limits, rules), orElse(own.mode(), offsetGuard.mode()),
				new OffsetGuardSettings.Commits(orElse(own.commitBookmark(), offsetGuard.commitBookmark()),
						orElse(own.commitInitialPosition(), offsetGuard.commitInitialPosition()),
						orElse(own.commitLeaderEpoch(), offsetGuard.commitLeaderEpoch())),
				new OffsetGuardSettings.Timing(orElse(own.inspectionTimeout(), offsetGuard.inspectionTimeout()),
						orElse(own.holdRecheckInterval(), offsetGuard.holdRecheckInterval()),
						orElse(own.topicCheckInterval(), offsetGuard.topicCheckInterval())));
	}

	/**
	 * What is different about the version cap of one factory's consumers.
	 * @param factoryName the factory
	 * @return its own properties, {@code null} in them where those for all hold
	 */
	public ConsumerFactory.VersionCap ownVersionCap(String factoryName) {
		return factory(factoryName).versionCap();
	}

	/**
	 * Whether Holdfast is to touch the consumers of one factory at all.
	 * @param factoryName the factory
	 * @return {@code true} if nothing turns Holdfast off
	 */
	public boolean isHoldfastEnabled(String factoryName) {
		return enabled && factory(factoryName).enabled();
	}

	private ConsumerFactory factory(String factoryName) {
		return consumerFactories.getOrDefault(factoryName, NOTHING_DIFFERENT);
	}

	private static <T> T orElse(@Nullable T own, T common) {
		return (own != null) ? own : common;
	}

}
