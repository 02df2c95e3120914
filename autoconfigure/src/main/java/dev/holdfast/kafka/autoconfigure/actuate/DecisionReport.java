/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.holdfast.kafka.autoconfigure.actuate;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

import dev.holdfast.kafka.autoconfigure.GuardedFactories;
import dev.holdfast.kafka.offsetguard.decision.Decision;
import dev.holdfast.kafka.offsetguard.decision.Outcome;
import dev.holdfast.kafka.offsetguard.decision.Resolution;
import dev.holdfast.kafka.offsetguard.evidence.Evidence;
import dev.holdfast.kafka.offsetguard.evidence.LogBounds;
import dev.holdfast.kafka.offsetguard.evidence.TruncationClaim;
import org.jspecify.annotations.Nullable;

/**
 * A decision as the endpoint tells it, in the words of the log line.
 *
 * @param at when the guard made it
 * @param factory the consumer factory
 * @param group the consumer group
 * @param clientId the consumer's client id
 * @param topic the topic
 * @param partition the partition's number
 * @param cause why the position was in question
 * @param action the action taken
 * @param policy the policy's action, where the guard took another one
 * @param obstacle what was in the way of the policy's action
 * @param position where the consumer was
 * @param continueAt where it reads on: an offset, or the end of the log that the client
 * looks up
 * @param logStart the log start offset
 * @param logEnd the log end offset
 * @param claimedDivergentOffset where the broker said that the log diverges
 * @param records how many were {@code lost}, {@code rewound} and {@code protected}
 * @param observed whether the guard did not carry it out
 * @param by which operator made it, where the policy did not
 * @param reason why
 */
record DecisionReport(Instant at, String factory, @Nullable String group, String clientId, String topic, int partition,
		String cause, String action, @Nullable String policy, @Nullable ObstacleReport obstacle,
		@Nullable Long position, @Nullable Object continueAt, @Nullable Long logStart, @Nullable Long logEnd,
		@Nullable Long claimedDivergentOffset, Map<String, Long> records, boolean observed, @Nullable String by,
		@Nullable String reason) {

	static DecisionReport of(GuardedFactories.Made made) {
		return of(made.factory(), made.decision());
	}

	static DecisionReport of(String factory, Decision decision) {
		Evidence evidence = decision.evidence();
		LogBounds bounds = evidence.boundsAfter();
		TruncationClaim claim = evidence.lastClaim();
		Resolution resolution = decision.resolution();
		return new DecisionReport(decision.at(), factory, decision.groupId(), decision.clientId(),
				decision.partition().topic(), decision.partition().partition(), decision.cause().id(),
				decision.action().id(),
				(decision.policyAction() != decision.action()) ? decision.policyAction().id() : null,
				ObstacleReport.of(decision.reason()), (evidence.position() >= 0) ? evidence.position() : null,
				continueAt(decision.outcome()), (bounds != null) ? bounds.logStartOffset() : null,
				(bounds != null) ? bounds.logEndOffset() : null, (claim != null) ? claim.divergentOffset() : null,
				records(decision.impact()), decision.observed(), (resolution != null) ? resolution.by() : null,
				(resolution != null) ? resolution.reason() : null);
	}

	private static Map<String, Long> records(Decision.Impact impact) {
		Map<String, Long> records = new LinkedHashMap<>();
		records.put("lost", impact.lost());
		records.put("rewound", impact.rewound());
		records.put("protected", impact.spared());
		return records;
	}

	private static @Nullable Object continueAt(Outcome outcome) {
		if (outcome instanceof Outcome.ReadFrom readFrom) {
			return readFrom.offset();
		}
		return (outcome instanceof Outcome.LookedUp lookedUp) ? lookedUp.end().id() : null;
	}

}
