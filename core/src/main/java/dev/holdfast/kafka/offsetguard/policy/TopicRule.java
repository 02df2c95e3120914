/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.policy;

import java.util.Map;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * What a policy does differently for some topics. A rule has either a name or a pattern.
 *
 * @param name the topic's exact name
 * @param pattern a pattern that has to match the topic's whole name
 * @param actions the actions that replace the policy's, by cause
 * @param limits the limits that replace the policy's, where they are set
 */
public record TopicRule(@Nullable String name, @Nullable Pattern pattern, Map<Cause, Action> actions,
		MoveLimits limits) {

	/**
	 * Creates a rule.
	 * @param name the topic's exact name
	 * @param pattern a pattern that has to match the topic's whole name
	 * @param actions the actions that replace the policy's, by cause
	 * @param limits the limits that replace the policy's, where they are set
	 * @throws IllegalArgumentException unless there is either a name or a pattern, and
	 * each action is allowed for its cause
	 */
	public TopicRule {
		if ((name == null) == (pattern == null)) {
			throw new IllegalArgumentException("A topic rule needs either a name or a pattern");
		}
		actions.forEach(OffsetPolicy::requireAllowed);
		actions = Map.copyOf(actions);
	}

	boolean matches(String topic) {
		return (pattern != null) ? pattern.matcher(topic).matches() : topic.equals(name);
	}

}
