/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.policy;

import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

/**
 * What to do about each {@link Cause}, by topic. Immutable.
 * <p>
 * The first topic rule that names the topic exactly wins, then the first whose pattern
 * matches it. For a cause that the rule does not name, the policy's own action holds.
 *
 * @param actions the actions by cause; a missing cause gets its default action
 * @param limits how far a decision may move a position
 * @param topicRules the exceptions by topic
 */
public record OffsetPolicy(Map<Cause, Action> actions, MoveLimits limits, List<TopicRule> topicRules) {

	private static final OffsetPolicy DEFAULTS = new OffsetPolicy(Map.of(), MoveLimits.unlimited(), List.of());

	/**
	 * Creates a policy.
	 * @param actions the actions by cause; a missing cause gets its default action
	 * @param limits how far a decision may move a position
	 * @param topicRules the exceptions by topic
	 * @throws IllegalArgumentException if an action is not allowed for its cause
	 */
	public OffsetPolicy {
		EnumMap<Cause, Action> complete = new EnumMap<>(Cause.class);
		for (Cause cause : Cause.values()) {
			complete.put(cause, cause.defaultAction());
		}
		actions.forEach((cause, action) -> complete.put(cause, requireAllowed(cause, action)));
		actions = Collections.unmodifiableMap(complete);
		topicRules = Stream
			.concat(topicRules.stream().filter((rule) -> rule.name() != null),
					topicRules.stream().filter((rule) -> rule.name() == null))
			.toList();
	}

	/**
	 * The policy with every cause at its default action.
	 * @return the default policy
	 */
	public static OffsetPolicy defaults() {
		return DEFAULTS;
	}

	/**
	 * The action about a cause on a topic.
	 * @param topic the topic's name
	 * @param cause the cause
	 * @return the action
	 */
	public Action action(String topic, Cause cause) {
		TopicRule rule = rule(topic);
		Action action = (rule != null) ? rule.actions().get(cause) : null;
		return (action != null) ? action : ownAction(cause);
	}

	/**
	 * How far a decision may move a position on a topic.
	 * @param topic the topic's name
	 * @return the limits
	 */
	public MoveLimits limits(String topic) {
		TopicRule rule = rule(topic);
		return (rule != null) ? limits.with(rule.limits()) : limits;
	}

	private @Nullable TopicRule rule(String topic) {
		return topicRules.stream().filter((rule) -> rule.matches(topic)).findFirst().orElse(null);
	}

	/**
	 * Whether any cause on a topic can lead to an action.
	 * @param topic the topic's name
	 * @param action the action
	 * @return {@code true} if one can
	 */
	public boolean mayUse(String topic, Action action) {
		for (Cause cause : Cause.values()) {
			if (action(topic, cause) == action) {
				return true;
			}
		}
		return false;
	}

	private Action ownAction(Cause cause) {
		return actions.getOrDefault(cause, cause.defaultAction());
	}

	static Action requireAllowed(Cause cause, Action action) {
		if (!cause.allowedActions().contains(action)) {
			String allowed = cause.allowedActions().stream().map(Action::id).collect(Collectors.joining(", "));
			throw new IllegalArgumentException(
					"Action '%s' makes no sense for cause '%s'; allowed are %s".formatted(action, cause, allowed));
		}
		return action;
	}

}
