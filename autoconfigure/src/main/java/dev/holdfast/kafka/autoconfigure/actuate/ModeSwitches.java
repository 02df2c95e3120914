/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure.actuate;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;

import dev.holdfast.kafka.autoconfigure.GuardedFactories;
import dev.holdfast.kafka.offsetguard.OffsetGuard;
import dev.holdfast.kafka.offsetguard.decision.Resolution;
import dev.holdfast.kafka.offsetguard.policy.Action;
import dev.holdfast.kafka.offsetguard.policy.OffsetGuardSettings;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * Switches whether the guards of a consumer factory carry their decisions out, until they
 * are switched again or the application restarts. Thread-safe.
 */
final class ModeSwitches {

	private static final Logger logger = LoggerFactory.getLogger(ModeSwitches.class);

	private final GuardedFactories factories;

	private final Map<String, Switched> switched = new ConcurrentSkipListMap<>();

	ModeSwitches(GuardedFactories factories) {
		this.factories = factories;
	}

	/**
	 * A consumer factory whose mode an operator has switched.
	 *
	 * @param factory the consumer factory
	 * @param mode its mode since then
	 * @param by who has switched it
	 * @param reason why
	 * @param since when
	 */
	record Switched(String factory, String mode, String by, String reason, Instant since) {
	}

	/**
	 * The answer to an order to switch.
	 *
	 * @param status the HTTP status
	 * @param message what has happened, or why nothing has
	 * @param switched what is switched on, {@code null} if the order was refused
	 */
	record Answer(int status, String message, @Nullable Switched switched) implements OperationResponseBody {

		private static Answer refused(int status, String message) {
			return new Answer(status, message, null);
		}

	}

	/**
	 * The consumer factories that were switched since the application started.
	 */
	List<Switched> all() {
		return List.copyOf(switched.values());
	}

	/**
	 * Carries an order out. Consumers take it over in their next poll.
	 */
	Answer switchTo(String factory, @Nullable String mode, @Nullable String reason, String by) {
		Optional<OffsetGuardSettings.Mode> wanted = mode(mode);
		if (wanted.isEmpty()) {
			return Answer.refused(400,
					("'mode' is %s; allowed are enforce and observe. Orders about held partitions go to the "
							+ "endpoint itself, without a name in the path")
						.formatted((mode == null || mode.isBlank()) ? "missing" : "unknown"));
		}
		Resolution order;
		try {
			// It has the same rules for names and reasons.
			order = new Resolution(Action.HOLD, by, (reason != null) ? reason : "");
		}
		catch (IllegalArgumentException ex) {
			return Answer.refused(400, String.valueOf(ex.getMessage()));
		}
		Optional<GuardedFactories.Factory> found = factories.factories()
			.stream()
			.filter((each) -> each.name().equals(factory))
			.findFirst();
		OffsetGuard guard = found.map(GuardedFactories.Factory::guard).orElse(null);
		if (guard == null) {
			return Answer.refused(404, found.isPresent() ? "This consumer factory has created no consumer yet"
					: "No consumer factory of this name is guarded in this process");
		}
		return new Answer(200, "Switched; consumers take it over in their next poll",
				switchTo(guard, factory, wanted.get(), order));
	}

	/** One after the other, so that the last order shown is the one in force. */
	private synchronized Switched switchTo(OffsetGuard guard, String factory, OffsetGuardSettings.Mode mode,
			Resolution order) {
		Switched now = new Switched(factory, mode.name().toLowerCase(Locale.ROOT), order.by(), order.reason(),
				Instant.now());
		guard.switchTo(mode);
		switched.put(factory, now);
		logger.warn("{} has switched the guard of '{}' to mode '{}', until it is switched again or the application "
				+ "restarts: {}", now.by(), factory, now.mode(), now.reason());
		return now;
	}

	private static Optional<OffsetGuardSettings.Mode> mode(@Nullable String name) {
		for (OffsetGuardSettings.Mode mode : OffsetGuardSettings.Mode.values()) {
			if (mode.name().equalsIgnoreCase(name)) {
				return Optional.of(mode);
			}
		}
		return Optional.empty();
	}

}
