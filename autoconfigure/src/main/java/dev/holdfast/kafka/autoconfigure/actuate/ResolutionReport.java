/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.holdfast.kafka.autoconfigure.actuate;

import java.util.Collection;
import java.util.List;

import dev.holdfast.kafka.offsetguard.policy.Action;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * What came of an order to resolve a held partition.
 *
 * @param status the HTTP status that says the same
 * @param message what happened, for people
 * @param allowed the allowed actions, if the order names another one
 * @param dryRun whether the guard has only found out what it would decide
 * @param committed whether the group's last commit is where the decision leads
 * @param decision the decision, if there is one
 */
record ResolutionReport(int status, String message, @Nullable List<String> allowed, @Nullable Boolean dryRun,
		@Nullable Boolean committed, @Nullable DecisionReport decision) implements OperationResponseBody {

	static ResolutionReport resolved(DecisionReport decision, @Nullable Boolean committed) {
		return new ResolutionReport(200, "Resolved", null, null, committed, decision);
	}

	static ResolutionReport triedOut(DecisionReport decision) {
		return new ResolutionReport(200, "Nothing was done: this is what the guard would do", null, true, null,
				decision);
	}

	static ResolutionReport refused(int status, String message) {
		return new ResolutionReport(status, message, null, null, null, null);
	}

	static ResolutionReport notAllowed(String message, Collection<Action> allowed) {
		return new ResolutionReport(400, message, allowed.stream().map(Action::id).toList(), null, null, null);
	}

}
