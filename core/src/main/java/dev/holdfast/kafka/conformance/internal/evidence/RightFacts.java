/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.conformance.internal.evidence;

import java.util.Locale;
import java.util.Set;

import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.resource.ResourceType;

/**
 * What the user may do with a resource.
 *
 * @param type topic or group
 * @param name the resource's name
 * @param needed what a guarded consumer needs
 * @param granted what brokers say that the user may do
 */
public record RightFacts(ResourceType type, String name, Set<AclOperation> needed, Answer<Set<AclOperation>> granted) {

	/**
	 * The resource's kind and name, for people.
	 */
	public String resource() {
		return type.name().toLowerCase(Locale.ROOT) + " " + name;
	}

}
