/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

import dev.holdfast.kafka.offsetguard.policy.Action;
import dev.holdfast.kafka.offsetguard.policy.Cause;
import dev.holdfast.kafka.offsetguard.policy.MoveLimits;

/**
 * A history before it happens.
 *
 * @param partitions how many there are
 * @param subscribed whether a group assigns them, or the application itself
 * @param policy what differs from the default policy
 * @param lookDelay how long looks into logs wait for their turn, in milliseconds
 */
record Script(ClientSettings.Protocol protocol, String reset, boolean autoCommit, boolean subscribed, int partitions,
		Map<Cause, Action> policy, int lookDelay, List<Step> steps, Options options) {

	/**
	 * How the guard is configured besides.
	 *
	 * @param observing whether it only reports, at the start of each process
	 * @param rewind {@code max-rewind-records}, -1 for no limit
	 * @param skip {@code max-skip-records}, -1 for no limit
	 * @param transactional whether the application commits through a producer
	 */
	record Options(boolean observing, long rewind, long skip, boolean transactional) {

		static final Options NONE = new Options(false);

		Options(boolean observing) {
			this(observing, -1, -1, false);
		}

		MoveLimits limits() {
			return new MoveLimits((rewind >= 0) ? rewind : null, (skip >= 0) ? skip : null);
		}

		String code() {
			return "new Script.Options(%s, %d, %d, %s)".formatted(observing, rewind, skip, transactional);
		}

	}

	Script(ClientSettings.Protocol protocol, String reset, boolean autoCommit, boolean subscribed, int partitions,
			Map<Cause, Action> policy, int lookDelay, List<Step> steps) {
		this(protocol, reset, autoCommit, subscribed, partitions, policy, lookDelay, steps, Options.NONE);
	}

	Script withOptions(Options other) {
		return new Script(protocol, reset, autoCommit, subscribed, partitions, policy, lookDelay, steps, other);
	}

	Script with(List<Step> others) {
		return new Script(protocol, reset, autoCommit, subscribed, partitions, policy, lookDelay, List.copyOf(others),
				options);
	}

	Script withPolicy(Map<Cause, Action> other) {
		return new Script(protocol, reset, autoCommit, subscribed, partitions, other, lookDelay, steps, options);
	}

	Script withoutAutoCommit() {
		return new Script(protocol, reset, false, subscribed, partitions, policy, lookDelay, steps, options);
	}

	Script withSubscribed(boolean other) {
		return new Script(protocol, reset, autoCommit, other, partitions, policy, lookDelay, steps, options);
	}

	Script withPartitions(int fewer) {
		return new Script(protocol, reset, autoCommit, subscribed, fewer, policy, lookDelay, steps, options);
	}

	Script withLookDelay(int other) {
		return new Script(protocol, reset, autoCommit, subscribed, partitions, policy, other, steps, options);
	}

	boolean isAny(Class<?>... types) {
		return steps.stream().anyMatch((step) -> List.of(types).contains(step.getClass()));
	}

	/**
	 * Whether there is such a step after the consumer may have got its partitions.
	 */
	boolean isAnyAfterPoll(Class<?> type) {
		return steps.stream()
			.dropWhile((step) -> !(step instanceof Step.Poll || step instanceof Step.Position))
			.anyMatch(type::isInstance);
	}

	/**
	 * As Java code, to become a test.
	 */
	String code() {
		List<String> lines = new ArrayList<>();
		steps.forEach((step) -> lines.add("\t\t" + step.code()));
		String actions = policy.entrySet()
			.stream()
			.map((each) -> "Cause." + each.getKey().name() + ", Action." + each.getValue().name())
			.collect(Collectors.joining(", "));
		String more = options.equals(Options.NONE) ? "" : ", " + options.code();
		return "new Script(ClientSettings.Protocol.%s, \"%s\", %s, %s, %d, Map.of(%s), %d, List.of(%n%s)%s)".formatted(
				protocol, reset, autoCommit, subscribed, partitions, actions, lookDelay, String.join(",\n", lines),
				more);
	}

}
