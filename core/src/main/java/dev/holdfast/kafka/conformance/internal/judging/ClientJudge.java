/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.conformance.internal.judging;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

import dev.holdfast.kafka.conformance.internal.evidence.Answer;
import dev.holdfast.kafka.conformance.internal.evidence.CommitFacts;
import dev.holdfast.kafka.conformance.internal.evidence.RightFacts;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.acl.AclOperation;
import org.jspecify.annotations.Nullable;

/**
 * Judges what brokers let the user do, and what they keep of it.
 */
final class ClientJudge {

	private ClientJudge() {
	}

	static Judgement rights(RightFacts right) {
		String resource = right.resource();
		if (right.granted() instanceof Answer.Denied<?>) {
			return Judgement.failed("missing", "%s on %s is missing".formatted(names(right.needed()), resource));
		}
		Set<AclOperation> granted = right.granted().value();
		if (granted == null) {
			// The topic's description is the subject of another check.
			return Judgement.skipped((right.granted() instanceof Answer.NotAsked<?> notAsked) ? notAsked.reason()
					: "brokers do not describe " + resource);
		}
		Set<AclOperation> missing = EnumSet.copyOf(right.needed());
		missing.removeAll(granted);
		if (granted.contains(AclOperation.ALL) || missing.isEmpty()) {
			return Judgement.sound(names(right.needed()) + " on " + resource);
		}
		return Judgement.failed("missing", "%s on %s is missing".formatted(names(missing), resource));
	}

	private static String names(Set<AclOperation> operations) {
		return operations.stream()
			.sorted()
			.map((each) -> each.name().charAt(0) + each.name().substring(1).toLowerCase(Locale.ROOT))
			.collect(Collectors.joining(" and "));
	}

	static Judgement commitMetadata(CommitFacts commit) {
		OffsetAndMetadata served = served(commit);
		if (served == null) {
			return withoutCommit(commit);
		}
		if (!served.metadata().equals(commit.sent().metadata())) {
			return Judgement.failed("changed", "%d characters of metadata were committed, and %d others came back"
				.formatted(commit.sent().metadata().length(), served.metadata().length()));
		}
		return Judgement.sound("%d characters came back".formatted(served.metadata().length()));
	}

	static Judgement commitEpoch(CommitFacts commit) {
		OffsetAndMetadata served = served(commit);
		if (served == null) {
			return withoutCommit(commit);
		}
		if (served.offset() != commit.sent().offset()) {
			return Judgement.failed("changed",
					"offset %d was committed, %d came back".formatted(commit.sent().offset(), served.offset()));
		}
		if (served.leaderEpoch().isEmpty()) {
			return Judgement.warning("dropped", "a leader epoch was committed, none came back");
		}
		return served.leaderEpoch().equals(commit.sent().leaderEpoch())
				? Judgement
					.sound("offset %d and epoch %d came back".formatted(served.offset(), served.leaderEpoch().get()))
				: Judgement.failed("changed", "leader epoch %s was committed, %s came back"
					.formatted(commit.sent().leaderEpoch().orElse(-1), served.leaderEpoch().get()));
	}

	private static @Nullable OffsetAndMetadata served(CommitFacts commit) {
		Optional<OffsetAndMetadata> served = commit.served().value();
		return (commit.committed().value() != null && served != null) ? served.orElse(null) : null;
	}

	private static Judgement withoutCommit(CommitFacts commit) {
		if (commit.committed().value() == null) {
			return Judgement.withoutAnswer("the commit", commit.committed());
		}
		if (commit.served().value() == null) {
			return Judgement.withoutAnswer("the question for the commit", commit.served());
		}
		return Judgement.failed("lost", "the coordinator denies a commit that it has accepted");
	}

}
