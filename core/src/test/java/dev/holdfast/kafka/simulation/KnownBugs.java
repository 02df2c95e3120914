/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.simulation;

import java.util.List;

/**
 * The bugs that the simulation has to find.
 */
final class KnownBugs {

	static final List<KnownBug> ALL = List.of(
			new KnownBug("The guard believes a claim that the log refutes", "internal/ruling/ClaimTest.java",
					"if (isAtOrBelow(evidence.atDivergence(), epoch)) {\n\t\t\treturn Verdict.REFUTED;",
					"if (isAtOrBelow(evidence.atDivergence(), epoch)) {\n\t\t\treturn Verdict.SUPPORTED;"),
			new KnownBug("A held partition is not paused", "internal/partition/Holds.java",
					"pauses.pause(Set.of(partition), Pauses.Reason.HELD);", ""),
			new KnownBug("The provisional position of a held partition is committed",
					"internal/commit/CommitFilter.java",
					"if (holds.isPositionInDoubt(partition)) {\n\t\t\t\tholdBackPosition(partition);\n\t\t\t\tcontinue;",
					"if (holds.isPositionInDoubt(partition)) {\n\t\t\t\tholdBackPosition(partition);"),
			new KnownBug("A decision to move a position is told, and not carried out",
					"internal/enforcement/Decisions.java",
					"seekAndRelease(partition, offset);\n\t\t\tmakeLast(decision, offset);",
					"holds.release(partition);\n\t\t\tmakeLast(decision, offset);"),
			new KnownBug("A partition stays paused after its start was decided",
					"internal/partition/UndecidedStarts.java",
					"pauses.resume(Set.of(partition), Pauses.Reason.UNDECIDED);", ""),
			new KnownBug("A partition stays paused after a report about it was settled",
					"internal/client/ClientReports.java",
					"public void settle(Collection<TopicPartition> partitions) {\n\t\tresume(partitions);",
					"public void settle(Collection<TopicPartition> partitions) {"),
			new KnownBug("Another record at the last offset delivered counts as the same", "evidence/Witness.java",
					"return Verdict.DIFFERENT;", "return Verdict.SAME;"),
			new KnownBug("A position below the log start goes one record too far",
					"internal/enforcement/Decisions.java", "return readFrom(decision, readFrom.offset());",
					"return readFrom(decision, readFrom.offset() + 1);"),
			new KnownBug("The client itself says where a partition is whose start is undecided",
					"internal/consumer/CurrentPositions.java",
					"OptionalLong start = plainStart(partition, deadline.left(SHARE_OF_CALLER), isWokenUp);",
					"OptionalLong start = positions.within(partition, deadline.left(SHARE_OF_CALLER));"),
			new KnownBug("From history: the evidence about a topic with lower epochs is never complete",
					"internal/inspection/Findings.java", "return (after == null && isOtherTopic)",
					"return (false && isOtherTopic)"),
			new KnownBug("From history: the guard seeks with an epoch that the leader does not know",
					"internal/incident/ReportedSuspects.java", "if (isDefined && isBefore) {", "if (true) {"),
			new KnownBug("From history: an open question about a position outlives a seek",
					"internal/incident/Incident.java",
					"open.contains(each.partition()) && isStill(before, each.partition()))",
					"open.contains(each.partition()))"),
			new KnownBug("From history: one wakeup ends two calls", "internal/consumer/CurrentPositions.java",
					"boolean isWokenUp = startingPositions.takeWakeup();",
					"boolean isWokenUp = startingPositions.takeWakeup();\n\t\t\tif (isWokenUp) {\n"
							+ "\t\t\t\tthrow new WakeupException();\n\t\t\t}"));

	private KnownBugs() {
	}

}
