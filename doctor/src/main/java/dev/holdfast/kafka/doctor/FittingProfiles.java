/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.doctor;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import dev.holdfast.kafka.conformance.report.Advice;
import dev.holdfast.kafka.versioncap.rules.BrokerProfile;
import dev.holdfast.kafka.versioncap.rules.KafkaApi;
import dev.holdfast.kafka.versioncap.rules.VersionCap;

/**
 * The shipped profiles that say what the advice says. Only an operator knows whether one
 * of them is of these brokers.
 */
final class FittingProfiles {

	private static final String CAP = "holdfast.kafka.version-cap.max-versions.";

	private FittingProfiles() {
	}

	/**
	 * Those with exactly the rules of the advice, and none besides.
	 */
	static List<BrokerProfile> of(List<Advice> advice) {
		Map<KafkaApi, Integer> rules = new TreeMap<>();
		advice.stream()
			.filter((each) -> each.property().startsWith(CAP))
			.forEach((each) -> rules.put(KafkaApi.of(each.property().substring(CAP.length())),
					Integer.valueOf(each.value())));
		if (rules.isEmpty()) {
			return List.of();
		}
		VersionCap cap = VersionCap.of(rules, Map.of());
		return BrokerProfile.SHIPPED.stream()
			.map((name) -> BrokerProfile.load(name, FittingProfiles.class.getClassLoader()))
			.filter((profile) -> profile.cap().equals(cap) && profile.policy().isEmpty())
			.toList();
	}

}
