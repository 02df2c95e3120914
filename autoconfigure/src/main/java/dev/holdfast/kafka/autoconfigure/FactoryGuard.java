/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Supplier;

import dev.holdfast.kafka.autoconfigure.properties.HoldfastProperties;
import dev.holdfast.kafka.offsetguard.AdoptedClients;
import dev.holdfast.kafka.offsetguard.OffsetGuard;
import dev.holdfast.kafka.offsetguard.UnguardableConsumerException;
import dev.holdfast.kafka.offsetguard.policy.Action;
import dev.holdfast.kafka.offsetguard.policy.Cause;
import dev.holdfast.kafka.offsetguard.policy.OffsetGuardSettings;
import dev.holdfast.kafka.offsetguard.policy.OffsetPolicy;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

import org.springframework.kafka.core.ConsumerFactory;

/**
 * Guards the consumers of one consumer factory.
 * <p>
 * The guard puts its entries into a copy of the properties of each call. It changes
 * neither the caller's properties nor the factory's configuration: Spring reads both
 * afterwards.
 */
final class FactoryGuard {

	private static final Logger logger = LoggerFactory.getLogger(FactoryGuard.class);

	private static final ThreadLocal<@Nullable Attempt> CURRENT = new ThreadLocal<>();

	private final String name;

	private final OffsetGuardSettings settings;

	private final @Nullable Supplier<OffsetGuard> guard;

	private final FactoryCap cap;

	private final boolean failOnUnguarded;

	private final AtomicReference<@Nullable String> unguarded = new AtomicReference<>();

	private volatile boolean inUse;

	private volatile @Nullable OffsetGuard created;

	private final AtomicBoolean autoCommitTold = new AtomicBoolean();

	/**
	 * Creates a guard.
	 * @param name the factory's name in the properties
	 * @param settings how it guards
	 * @param guard supplies the guard when the factory creates the first consumer;
	 * {@code null} if its consumers are only capped
	 * @param cap the versions that its consumers speak
	 * @param failOnUnguarded whether to throw where a consumer cannot be guarded
	 */
	FactoryGuard(String name, OffsetGuardSettings settings, @Nullable Supplier<OffsetGuard> guard, FactoryCap cap,
			boolean failOnUnguarded) {
		this.name = name;
		this.settings = settings;
		this.guard = guard;
		this.cap = cap;
		this.failOnUnguarded = failOnUnguarded;
	}

	String name() {
		return name;
	}

	boolean isGuarding() {
		return guard != null;
	}

	FactoryCap cap() {
		return cap;
	}

	OffsetGuardSettings settings() {
		return settings;
	}

	/**
	 * Creates a consumer that is guarded.
	 * @param <K> the type of the keys
	 * @param <V> the type of the values
	 * @param factory the factory
	 * @param properties the caller's properties
	 * @param creation makes the factory create the consumer with other properties; with
	 * the caller's own it does what the caller asked for
	 * @return the guarded consumer. If it cannot be guarded and the application tolerates
	 * that, the consumer without a guard; {@code null} if the factory has made none
	 */
	<K, V> @Nullable Consumer<K, V> createConsumer(ConsumerFactory<K, V> factory, @Nullable Properties properties,
			Function<@Nullable Properties, @Nullable Consumer<K, V>> creation) {
		Attempt outer = CURRENT.get();
		// A factory around this one has put its guard's entries into the properties. The
		// innermost guard, which knows the real factory, takes over.
		Properties original = (outer != null && guard != null) ? outer.undo(properties) : properties;
		Map<String, Object> configuration = configuration(factory, original);
		if (configuration != null) {
			cap.requireUsable(configuration);
		}
		if (configuration == null || guard == null) {
			return cap.create(() -> creation.apply(original));
		}
		tellAboutAutoCommit(configuration, true);
		try {
			OffsetGuard offsetGuard = guard.get();
			created = offsetGuard;
			return offsetGuard.createConsumer(configuration,
					(overrides) -> new Attempt(original, overrides).run(creation));
		}
		catch (NoClientException ex) {
			Consumer<K, V> mock = ex.consumer();
			if (mock != null) {
				tolerate(false, "a mock has no brokers to ask", null);
				return mock;
			}
			// A factory in a test may know only the application's own arguments.
			return cap.create(() -> creation.apply(original));
		}
		catch (UnguardableConsumerException ex) {
			tolerate(false, ex.getMessage(), ex);
			return cap.create(() -> creation.apply(original));
		}
	}

	/**
	 * Takes over consumers of a factory that no proxy can be around.
	 */
	AdoptedClients adoptedClients() {
		if (guard == null) {
			return new AdoptedClients(cap.cap());
		}
		OffsetGuard offsetGuard = guard.get();
		created = offsetGuard;
		return offsetGuard.adoptedClients();
	}

	/**
	 * Creates a consumer whose factory keeps a guard away. The cap still holds.
	 * @param <K> the type of the keys
	 * @param <V> the type of the values
	 * @param reason what keeps a guard away
	 * @param creation creates the consumer
	 * @return the consumer
	 */
	<K, V> @Nullable Consumer<K, V> createUnguarded(String reason, Supplier<@Nullable Consumer<K, V>> creation) {
		tolerate(false, reason, null);
		return cap.create(creation);
	}

	/**
	 * Deals with consumers that cannot be guarded.
	 * @param untouched whether they cannot be capped either
	 * @param reason why
	 * @param cause the exception that says so, if any
	 */
	void tolerate(boolean untouched, @Nullable String reason, @Nullable Throwable cause) {
		if (!untouched && !isGuarding()) {
			return;
		}
		String message = "Consumers of '%s' are %s: %s".formatted(name, missing(untouched), reason);
		if (failOnUnguarded) {
			throw new UnguardedConsumerFactoryException(message, cause);
		}
		if (note(untouched, reason)) {
			logger.warn("{}. {}. '{}.on-unguarded=fail' makes this an error", message,
					isGuarding() ? "Their positions may move silently" : "They speak what they like",
					HoldfastProperties.PREFIX);
		}
	}

	/**
	 * Takes note that consumers cannot be guarded.
	 * @return whether this is the first time, and worth telling
	 */
	boolean note(boolean untouched, @Nullable String reason) {
		return (untouched || isGuarding())
				&& unguarded.compareAndSet(null, "%s: %s".formatted(missing(untouched), reason));
	}

	Optional<GuardedFactories.Unguarded> unguarded() {
		return Optional.ofNullable(unguarded.get()).map((reason) -> new GuardedFactories.Unguarded(name, reason));
	}

	/**
	 * Takes note that a consumer factory has this guard.
	 */
	void use() {
		this.inUse = true;
	}

	boolean isInUse() {
		return inUse;
	}

	@Nullable OffsetGuard offsetGuard() {
		return created;
	}

	/**
	 * What consumers without a guard lack.
	 * @param untouched whether they cannot be capped either
	 */
	String missing(boolean untouched) {
		if (!untouched || !cap.isActive()) {
			return "not guarded";
		}
		return isGuarding() ? "neither guarded nor capped" : "not capped";
	}

	/**
	 * What Holdfast makes of the other consumers.
	 */
	String given() {
		if (!cap.isActive()) {
			return "guarded";
		}
		return isGuarding() ? "guarded and capped" : "capped";
	}

	/**
	 * Tells, once, that the guard cannot hold partitions without a committed offset
	 * although the policy says so.
	 * @param configuration the configuration of the factory or of a consumer
	 * @param complete whether Kafka's default holds where the configuration says nothing
	 */
	void tellAboutAutoCommit(Map<String, Object> configuration, boolean complete) {
		Object autoCommit = configuration.get(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG);
		boolean enabled = (autoCommit != null) ? Boolean.parseBoolean(autoCommit.toString().trim()) : complete;
		List<Cause> held = firstPositionsHeld();
		if (enabled && !held.isEmpty() && autoCommitTold.compareAndSet(false, true)) {
			// A user who has configured a hold must learn that there will be none.
			Level level = held.stream().anyMatch((cause) -> cause.defaultAction() != Action.HOLD) ? Level.WARN
					: Level.INFO;
			logger.atLevel(level)
				.log("The consumers of '{}' commit automatically ({}=true), so a partition without a position "
						+ "cannot be held: '{}' becomes '{}' for {}", name, ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
						Action.HOLD, Action.FAIL, held);
		}
	}

	private List<Cause> firstPositionsHeld() {
		OffsetPolicy policy = settings.policy();
		if (settings.mode() == OffsetGuardSettings.Mode.OBSERVE) {
			return List.of();
		}
		return Arrays.stream(Cause.values())
			.filter(Cause::isAboutFirstPosition)
			.filter((cause) -> policy.actions().get(cause) == Action.HOLD
					|| policy.topicRules().stream().anyMatch((rule) -> rule.actions().get(cause) == Action.HOLD))
			.toList();
	}

	private @Nullable Map<String, Object> configuration(ConsumerFactory<?, ?> factory,
			@Nullable Properties properties) {
		Map<String, Object> own;
		try {
			own = factory.getConfigurationProperties();
		}
		catch (RuntimeException ex) {
			String why = (ex instanceof UnsupportedOperationException) ? ex.getMessage() : ex.getClass().getName();
			tolerate(false, "the factory does not tell its configuration (%s)".formatted(why), ex);
			return null;
		}
		if (own == null) {
			tolerate(false, "the factory does not tell its configuration", null);
			return null;
		}
		Map<String, Object> configuration = new HashMap<>(own);
		if (properties != null) {
			properties.forEach((key, value) -> configuration.put(key.toString(), value));
		}
		return configuration;
	}

	@Override
	public String toString() {
		return "offset guard of '%s'".formatted(name);
	}

	/**
	 * One creation of a consumer with a guard's entries.
	 *
	 * @param original the caller's properties
	 * @param overrides the guard's entries
	 */
	private record Attempt(@Nullable Properties original, Map<String, Object> overrides) {

		<K, V> Consumer<K, V> run(Function<@Nullable Properties, @Nullable Consumer<K, V>> creation) {
			// A clone keeps the defaults; new Properties(original) would hide all
			// entries.
			Properties properties = (original != null) ? (Properties) original.clone() : new Properties();
			properties.putAll(overrides);
			Attempt outer = CURRENT.get();
			CURRENT.set(this);
			try {
				return NoClientException.requireClient(creation.apply(properties));
			}
			finally {
				restore(outer);
			}
		}

		@Nullable Properties undo(@Nullable Properties properties) {
			String mark = ConsumerConfig.INTERCEPTOR_CLASSES_CONFIG;
			if (properties == null || properties.get(mark) != overrides.get(mark)) {
				return properties;
			}
			Properties result = (Properties) properties.clone();
			overrides.keySet().forEach((key) -> {
				Object value = (original != null) ? original.get(key) : null;
				if (value != null) {
					result.put(key, value);
				}
				else {
					result.remove(key);
				}
			});
			return result;
		}

		private static void restore(@Nullable Attempt outer) {
			if (outer != null) {
				CURRENT.set(outer);
			}
			else {
				CURRENT.remove();
			}
		}

	}

}
