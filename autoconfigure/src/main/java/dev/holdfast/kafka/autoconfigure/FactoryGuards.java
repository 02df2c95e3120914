/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import dev.holdfast.kafka.autoconfigure.properties.HoldfastProperties;
import dev.holdfast.kafka.autoconfigure.properties.HoldfastProperties.OnUnguarded;
import dev.holdfast.kafka.autoconfigure.properties.HoldfastPropertiesReader;
import dev.holdfast.kafka.offsetguard.OffsetGuard;
import dev.holdfast.kafka.offsetguard.decision.DecisionListener;
import dev.holdfast.kafka.offsetguard.policy.MoveLimits;
import dev.holdfast.kafka.offsetguard.policy.OffsetGuardSettings;
import dev.holdfast.kafka.offsetguard.policy.OffsetResetPolicy;
import dev.holdfast.kafka.versioncap.ClientCap;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.aop.Advisor;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.util.function.SingletonSupplier;

/**
 * The guards of all consumer factories, by the factories' names in the properties.
 */
final class FactoryGuards implements GuardedFactories, DisposableBean {

	private static final Logger logger = LoggerFactory.getLogger(FactoryGuards.class);

	/** What a warning lists at most. */
	private static final int MOST_NAMES = 10;

	private static final int MOST_CHARACTERS = 100;

	private final HoldfastPropertiesReader reader;

	private final HoldfastProperties properties;

	private final LateListeners listeners;

	private final Supplier<@Nullable OffsetResetPolicy> ownPolicy;

	private final ApplicationEventPublisher events;

	private final DecisionHistory history = new DecisionHistory();

	private final VersionCaps caps;

	private final Map<String, FactoryGuard> guards = new ConcurrentHashMap<>();

	private final Map<String, String> unadvised = new ConcurrentHashMap<>();

	private final Set<String> announced = ConcurrentHashMap.newKeySet();

	private final AtomicBoolean loggersTold = new AtomicBoolean();

	private volatile boolean verified;

	/**
	 * Creates the guards.
	 * @param reader reads the properties
	 * @param loader finds broker profiles
	 * @param listeners looks up the application's own listeners, as late as possible
	 * @param ownPolicy looks up the application's own policy, as late as possible
	 * @param events publishes each decision
	 */
	FactoryGuards(HoldfastPropertiesReader reader, ClassLoader loader, Supplier<List<DecisionListener>> listeners,
			Supplier<@Nullable OffsetResetPolicy> ownPolicy, ApplicationEventPublisher events) {
		this.reader = reader;
		this.properties = reader.read();
		tellWithoutEffect(reader.withoutEffect());
		this.caps = new VersionCaps(properties, loader);
		this.caps.install();
		this.ownPolicy = ownPolicy;
		this.events = events;
		this.listeners = new LateListeners(listeners);
	}

	private static void tellWithoutEffect(Set<String> names) {
		if (!names.isEmpty()) {
			logger.warn("Holdfast reads properties below '{}' only. These {} have no effect on it: {}",
					HoldfastProperties.PREFIX, names.size(),
					names.stream().limit(MOST_NAMES).map(FactoryGuards::shortened).collect(Collectors.joining(", ")));
		}
	}

	private static String shortened(String name) {
		return (name.length() <= MOST_CHARACTERS) ? name : name.substring(0, MOST_CHARACTERS) + "…";
	}

	boolean isEnabled(String factoryName) {
		return properties.isGuardEnabled(factoryName) || caps.isActive(factoryName);
	}

	boolean isFailOnUnguarded() {
		return properties.onUnguarded() == OnUnguarded.FAIL;
	}

	HoldfastProperties.Conformance conformance() {
		return properties.conformance();
	}

	Set<String> configuredNames() {
		return properties.consumerFactories().keySet();
	}

	HoldfastPropertiesReader reader() {
		return reader;
	}

	FactoryGuard guard(String factoryName) {
		return guards.computeIfAbsent(factoryName, this::create);
	}

	Advisor advisor(String factoryName) {
		FactoryGuard guard = guard(factoryName);
		guard.use();
		if (announced.add(factoryName)) {
			logger.info("{} the consumers of '{}' ({}; {})", guard.isGuarding() ? "Guarding" : "Capping", factoryName,
					guard.isGuarding() ? describe(guard.settings()) : "no offset guard", caps.describe(factoryName));
			caps.tellConsequences(factoryName);
			if (guard.isGuarding() && loggersTold.compareAndSet(false, true)) {
				tellAboutProxies();
				HelperLoggers.tell(logger);
			}
		}
		return GuardProxies.advisor(guard);
	}

	private static void tellAboutProxies() {
		Class<?> type = OffsetGuard.consumerType();
		if (type.isInterface()) {
			logger.info(
					"A native image makes no classes at run time, so guarded consumers are JDK proxies here. They "
							+ "are of the type {}: where code casts them to {}, or takes that as a parameter, it fails",
					type.getSimpleName(), KafkaConsumer.class.getSimpleName());
		}
	}

	/**
	 * Notes that Spring could not advise a bean. Until the application's singletons are
	 * up, the {@link GuardVerifier} reports all such beans together.
	 * @param factoryName the bean's name in the properties
	 * @param reason why it could not
	 */
	void unadvised(String factoryName, String reason) {
		unadvised.put(factoryName, reason);
		if (verified) {
			guard(factoryName).tolerate(true, reason, null);
		}
	}

	/**
	 * Whether a bean is noted as one that Spring could not advise.
	 */
	boolean isUnadvised(String factoryName) {
		return unadvised.containsKey(factoryName);
	}

	/**
	 * Why a consumer factory without a guard has none.
	 * @param factoryName its name in the properties
	 * @return the reason
	 */
	String reason(String factoryName) {
		return unadvised.getOrDefault(factoryName, "it was not there when beans are post-processed: register it as a "
				+ "bean definition, and let no bean post-processor depend on it");
	}

	void verified() {
		this.verified = true;
	}

	private FactoryGuard create(String factoryName) {
		OffsetGuardSettings settings = properties.guardSettings(factoryName, caps.rules(factoryName).policy());
		ClientCap cap = caps.clientCap(factoryName);
		return new FactoryGuard(factoryName, settings,
				properties.isGuardEnabled(factoryName) ? SingletonSupplier
					.of(() -> new OffsetGuard(settings, ownPolicy.get(), listeners(factoryName), cap)) : null,
				new FactoryCap(factoryName, caps, cap), isFailOnUnguarded());
	}

	/**
	 * The listeners that hear of decisions: first those that only take note of them.
	 */
	private List<DecisionListener> listeners(String factoryName) {
		List<DecisionListener> all = new ArrayList<>();
		all.add(new DecisionLog());
		all.add(history.of(factoryName));
		all.add(listeners);
		all.add(new EventPublication(factoryName, events));
		return all;
	}

	@Override
	public List<Factory> factories() {
		return guards.values()
			.stream()
			.filter((guard) -> guard.isGuarding() && guard.isInUse())
			.sorted(Comparator.comparing(FactoryGuard::name))
			.map((guard) -> new Factory(guard.name(), describe(guard.settings()), caps.describe(guard.name()),
					guard.settings(), guard.offsetGuard()))
			.toList();
	}

	@Override
	public List<Unguarded> unguarded() {
		return guards.values()
			.stream()
			.sorted(Comparator.comparing(FactoryGuard::name))
			.flatMap((guard) -> guard.unguarded().stream())
			.toList();
	}

	@Override
	public List<Made> decisions() {
		return history.newestFirst();
	}

	@Override
	public void destroy() {
		caps.close();
	}

	private static Stream<String> describe(MoveLimits limits) {
		return Stream
			.of((limits.maxRewindRecords() != null) ? "max-rewind-records: " + limits.maxRewindRecords() : "",
					(limits.maxSkipRecords() != null) ? "max-skip-records: " + limits.maxSkipRecords() : "")
			.filter((text) -> !text.isEmpty());
	}

	private static String describe(OffsetGuardSettings settings) {
		StringJoiner deviations = new StringJoiner(", ");
		deviations.setEmptyValue("default policy");
		settings.policy().actions().forEach((cause, action) -> {
			if (action != cause.defaultAction()) {
				deviations.add("%s: %s".formatted(cause, action));
			}
		});
		describe(settings.policy().limits()).forEach(deviations::add);
		settings.policy()
			.topicRules()
			.forEach(
					(rule) -> deviations.add(
							Stream
								.concat(Stream.of("on '%s' %s"
									.formatted((rule.name() != null) ? rule.name() : rule.pattern(), rule.actions())),
										describe(rule.limits()))
								.collect(Collectors.joining(" "))));
		return "%s, %s".formatted(
				(settings.mode() == OffsetGuardSettings.Mode.OBSERVE) ? "observing only" : "enforcing", deviations);
	}

}
