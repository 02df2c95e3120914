/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.sample.page;

import java.util.ArrayList;
import java.util.List;

import dev.holdfast.kafka.offsetguard.decision.Decision;
import dev.holdfast.kafka.offsetguard.decision.Outcome;
import dev.holdfast.kafka.offsetguard.evidence.Evidence;
import dev.holdfast.kafka.offsetguard.evidence.LogBounds;
import dev.holdfast.kafka.offsetguard.evidence.RecordIdentity;
import dev.holdfast.kafka.offsetguard.evidence.TruncationClaim;
import dev.holdfast.kafka.offsetguard.evidence.Witness;
import org.jspecify.annotations.Nullable;

/**
 * Says a decision in plain words.
 */
final class Words {

	private Words() {
	}

	static String of(Decision decision) {
		return "Partition %d: %s %s%s".formatted(decision.partition().partition(), why(decision), what(decision),
				records(decision.impact()));
	}

	private static String why(Decision decision) {
		Evidence evidence = decision.evidence();
		return switch (decision.cause()) {
			case NO_COMMITTED_OFFSET -> "The group has no commit, and nothing shows that there was one.";
			case NEW_PARTITION -> "The group has no commit, since the partition is new.";
			case COMMITTED_OFFSET_LOST -> "The group has no commit, although there was one"
					+ ((evidence.origin() >= 0) ? " at " + evidence.origin() : "") + ".";
			case BELOW_LOG_START -> "The log does not have offset %d any more.".formatted(evidence.position());
			case ABOVE_LOG_END -> "The log ends before offset %d.".formatted(evidence.position());
			case LOG_TRUNCATED -> "The leader says that the log was truncated, and the log itself supports that.";
			case FALSE_TRUNCATION -> "The leader says that the log was truncated, and the log itself refutes that.";
			case SPURIOUS_OUT_OF_RANGE ->
				"The leader calls offset %d out of range, and it is not.".formatted(evidence.position());
			case EPOCH_AHEAD -> "The commit has a leader epoch that no leader has.";
			case TOPIC_RECREATED -> "The topic is another one, with the same name.";
			case CLUSTER_CHANGED -> "The client speaks to another cluster.";
			case COMMITTED_OFFSET_REGRESSED -> "The group's commit is an older one than its last.";
			case UNVERIFIABLE -> "The brokers do not show whether offset %d is good.".formatted(evidence.position());
		};
	}

	private static String what(Decision decision) {
		Outcome outcome = decision.outcome();
		if (outcome instanceof Outcome.ReadFrom readFrom) {
			boolean stays = readFrom.offset() == decision.evidence().origin();
			return (stays ? "It stays at %d." : "It reads on at %d.").formatted(readFrom.offset());
		}
		if (outcome instanceof Outcome.LookedUp lookedUp) {
			return "It reads on at the %s offset.".formatted(lookedUp.end().id());
		}
		if (outcome instanceof Outcome.Held) {
			return "It is held: it delivers nothing until the evidence changes or somebody answers.";
		}
		return "The consumer stops.";
	}

	private static String records(Decision.Impact impact) {
		StringBuilder records = new StringBuilder();
		append(records, impact.lost(), "lost");
		append(records, impact.rewound(), "delivered again");
		append(records, impact.spared(), "protected");
		return records.toString();
	}

	private static void append(StringBuilder records, long count, String word) {
		if (count > 0) {
			records.append(" %d %s %s.".formatted(count, (count == 1) ? "record is" : "records are", word));
		}
	}

	/**
	 * What a decision rests on.
	 * @param decision the decision
	 * @return names and values
	 */
	static List<View.Fact> evidence(Decision decision) {
		List<View.Fact> facts = new ArrayList<>();
		Evidence evidence = decision.evidence();
		add(facts, "Cause and action", decision.cause().id() + ", " + decision.action().id());
		add(facts, "Position", offset(evidence.position()));
		add(facts, "Last known commit", offset(evidence.remembered().committedOffset()));
		LogBounds bounds = evidence.boundsAfter();
		if (bounds != null) {
			add(facts, "Log", "%d to %d".formatted(bounds.logStartOffset(), bounds.logEndOffset()));
		}
		TruncationClaim claim = evidence.lastClaim();
		if (claim != null) {
			add(facts, "Claim of the leader", (claim.divergentOffset() < 0) ? "none: it does not know"
					: "epoch %d ends at %d".formatted(claim.leaderEpoch(), claim.divergentOffset()));
		}
		add(facts, "Record before the claimed end", record(evidence.beforeDivergence()));
		add(facts, "Record at the claimed end", record(evidence.atDivergence()));
		Witness witness = evidence.witness();
		if (witness != null) {
			add(facts, "Last record delivered", record(witness.delivered()));
			add(facts, "Record there now", (witness.found() != null) ? record(witness.found()) : "none was read");
		}
		if (evidence.isOtherTopic()) {
			add(facts, "Topic id", "%s, before %s".formatted(evidence.topicId(), evidence.remembered().topicId()));
		}
		if (evidence.remembered().partitions() >= 0) {
			add(facts, "Partitions at the last commit", Integer.toString(evidence.remembered().partitions()));
		}
		add(facts, "Log line", decision.summary());
		return facts;
	}

	private static void add(List<View.Fact> facts, String name, @Nullable String value) {
		if (value != null) {
			facts.add(new View.Fact(name, value));
		}
	}

	private static @Nullable String offset(long offset) {
		return (offset >= 0) ? "offset " + offset : null;
	}

	private static @Nullable String record(@Nullable RecordIdentity record) {
		return (record != null) ? "offset %d, leader epoch %d".formatted(record.offset(), record.leaderEpoch()) : null;
	}

}
