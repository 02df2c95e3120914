/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;
import java.util.concurrent.ConcurrentHashMap;

import dev.holdfast.kafka.autoconfigure.properties.FactoryRules;
import dev.holdfast.kafka.autoconfigure.properties.HoldfastProperties;
import dev.holdfast.kafka.autoconfigure.properties.HoldfastProperties.ApplyTo;
import dev.holdfast.kafka.autoconfigure.properties.HoldfastProperties.OnInstallFailure;
import dev.holdfast.kafka.versioncap.ClientCap;
import dev.holdfast.kafka.versioncap.VersionCapInstaller;
import dev.holdfast.kafka.versioncap.rules.BrokerProfile;
import dev.holdfast.kafka.versioncap.rules.ConsumerNeed;
import dev.holdfast.kafka.versioncap.rules.GroupProtocol;
import dev.holdfast.kafka.versioncap.rules.KafkaApi;
import dev.holdfast.kafka.versioncap.rules.LearnedCaps;
import dev.holdfast.kafka.versioncap.rules.VersionCap;
import dev.holdfast.kafka.versioncap.rules.VersionCapCheck;
import dev.holdfast.kafka.versioncap.rules.VersionCapInstallException;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The version caps of all consumer factories of one application context.
 */
final class VersionCaps implements AutoCloseable {

	private static final Logger logger = LoggerFactory.getLogger(VersionCaps.class);

	private final HoldfastProperties properties;

	private final ClassLoader loader;

	private final Map<String, FactoryRules> rules = new ConcurrentHashMap<>();

	private final LearnedCaps learning = new LearnedCaps(true);

	private final LearnedCaps suggesting = new LearnedCaps(false);

	private ClientCap.@Nullable Registration forAll;

	private boolean installed = true;

	VersionCaps(HoldfastProperties properties, ClassLoader loader) {
		this.properties = properties;
		this.loader = loader;
	}

	/**
	 * Installs the cap if any rule needs it. In an application that started through
	 * {@code SpringApplication} it is installed long since.
	 * @throws VersionCapInstallException if it cannot be installed, and the application
	 * does not tolerate that
	 */
	void install() {
		if (!isAnyActive()) {
			return;
		}
		try {
			VersionCapInstaller.install();
		}
		catch (VersionCapInstallException ex) {
			if (properties.versionCap().onInstallFailure() == OnInstallFailure.FAIL) {
				throw ex;
			}
			installed = false;
			logger.warn("All clients speak what they like: {}", ex.getMessage());
			return;
		}
		FactoryRules common = rules("");
		if (properties.versionCap().applyTo() == ApplyTo.ALL && !common.cap().isEmpty()) {
			forAll = new ClientCap(common.cap(), learned(common)).applyToAllClients();
			logger.info("All Kafka clients of this JVM that no consumer factory creates speak: {}", common.cap());
		}
	}

	private boolean isAnyActive() {
		return properties.enabled() && (rules("").isActive() || properties.consumerFactories()
			.keySet()
			.stream()
			.anyMatch((name) -> properties.isHoldfastEnabled(name) && rules(name).isActive()));
	}

	/**
	 * The rules for a factory; with an empty name, the rules for all factories.
	 */
	FactoryRules rules(String factoryName) {
		return rules.computeIfAbsent(factoryName,
				(name) -> FactoryRules.of(properties.versionCap(), properties.ownVersionCap(factoryName), loader));
	}

	/**
	 * Whether a factory's clients are capped, or may be if their brokers lie.
	 */
	boolean isActive(String factoryName) {
		return installed && properties.isHoldfastEnabled(factoryName) && rules(factoryName).isActive();
	}

	/**
	 * The cap of a factory's clients.
	 */
	ClientCap clientCap(String factoryName) {
		FactoryRules factory = rules(factoryName);
		return isActive(factoryName) ? new ClientCap(factory.cap(), learned(factory))
				: new ClientCap(VersionCap.none(), suggesting);
	}

	private LearnedCaps learned(FactoryRules factory) {
		return factory.learn() ? learning : suggesting;
	}

	/**
	 * Tells what a factory's clients may speak, rule by rule.
	 */
	String describe(String factoryName) {
		FactoryRules factory = rules(factoryName);
		StringJoiner parts = new StringJoiner(", ", " (", ")").setEmptyValue("");
		if (factory.release() != null) {
			parts.add("release " + factory.release());
		}
		if (factory.profile() != null) {
			parts.add("profile " + factory.profile().name());
		}
		if (factory.learn()) {
			parts.add("learning");
		}
		if (!isActive(factoryName)) {
			return "no version cap" + parts;
		}
		VersionCap beyond = beyondRelease(factory);
		if (factory.release() != null && beyond.isEmpty()) {
			return "version cap" + parts;
		}
		return "version cap%s: %s".formatted(parts, beyond.isEmpty() ? "no rule yet" : beyond);
	}

	/**
	 * The rules without those that the release stands for, which are many.
	 */
	private static VersionCap beyondRelease(FactoryRules factory) {
		if (factory.release() == null) {
			return factory.cap();
		}
		Map<KafkaApi, Integer> maxVersions = new HashMap<>(factory.cap().maxVersions());
		maxVersions.entrySet().removeAll(VersionCap.release(factory.release()).maxVersions().entrySet());
		return VersionCap.of(maxVersions, factory.cap().minVersions());
	}

	/**
	 * Tells once what a factory's profile says and what its consumers lose by the cap.
	 */
	void tellConsequences(String factoryName) {
		FactoryRules factory = rules(factoryName);
		BrokerProfile profile = factory.profile();
		if (profile != null && installed) {
			tell(factoryName, profile);
		}
		if (factory.learn() && !properties.isGuardEnabled(factoryName)) {
			logger.warn("'learn' does nothing for '{}': what is learned comes from the offset guard and holds for "
					+ "guarded consumers, and these are not guarded", factoryName);
		}
		if (isActive(factoryName)) {
			VersionCapCheck.consequences(factory.cap())
				.forEach((consequence) -> logger.info("The version cap of '{}': {}", factoryName, consequence));
		}
	}

	private static void tell(String factoryName, BrokerProfile profile) {
		logger.info("Broker profile '{}' for '{}': {}. As of {}, by {}", profile.name(), factoryName,
				profile.description(), profile.date(), profile.evidence());
		profile.cap()
			.maxVersions()
			.forEach((api, max) -> logger.info("Broker profile '{}': {}", profile.name(),
					(max < 0) ? api + " never" : api + " <= " + max));
		profile.cap()
			.minVersions()
			.forEach((api, min) -> logger.info("Broker profile '{}': {} >= {}", profile.name(), api, min));
		profile.policy()
			.forEach((cause, action) -> logger.info("Broker profile '{}': policy.{}: {}", profile.name(), cause,
					action));
		profile.notes().forEach((note) -> logger.info("Broker profile '{}': {}", profile.name(), note));
	}

	/**
	 * Refuses a cap with which a consumer could not read and commit.
	 * @param factoryName its factory
	 * @param configuration the consumer's configuration as far as it is known
	 * @throws UnusableVersionCapException if it could not
	 */
	void requireUsable(String factoryName, Map<String, Object> configuration) {
		if (!isActive(factoryName)) {
			return;
		}
		Object protocol = configuration.get(ConsumerConfig.GROUP_PROTOCOL_CONFIG);
		GroupProtocol groupProtocol;
		try {
			groupProtocol = GroupProtocol
				.of((protocol != null) ? protocol.toString() : ConsumerConfig.DEFAULT_GROUP_PROTOCOL);
		}
		catch (IllegalArgumentException ex) {
			// The client's own message says it better.
			return;
		}
		VersionCap cap = rules(factoryName).cap();
		List<VersionCapCheck.Problem> problems = new ArrayList<>(VersionCapCheck.problems(cap, groupProtocol));
		needs(factoryName, groupProtocol, configuration)
			.forEach((need) -> problems.addAll(VersionCapCheck.problems(cap, need)));
		if (!problems.isEmpty()) {
			throw new UnusableVersionCapException(factoryName, describe(factoryName), problems);
		}
	}

	private Set<ConsumerNeed> needs(String factoryName, GroupProtocol protocol, Map<String, Object> configuration) {
		Set<ConsumerNeed> needs = EnumSet.noneOf(ConsumerNeed.class);
		if (protocol == GroupProtocol.CLASSIC && configuration.get(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG) != null) {
			needs.add(ConsumerNeed.STATIC_MEMBERSHIP);
		}
		if ("read_committed"
			.equalsIgnoreCase(String.valueOf(configuration.get(ConsumerConfig.ISOLATION_LEVEL_CONFIG)))) {
			needs.add(ConsumerNeed.READ_COMMITTED);
		}
		if (properties.isGuardEnabled(factoryName) || "false"
			.equalsIgnoreCase(String.valueOf(configuration.get(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG)))) {
			needs.add(ConsumerNeed.NO_TOPIC_CREATION);
		}
		return needs;
	}

	@Override
	public void close() {
		if (forAll != null) {
			forAll.close();
		}
	}

}
