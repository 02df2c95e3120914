/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.conformance.internal.judging;

import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

import dev.holdfast.kafka.conformance.internal.evidence.Answer;
import dev.holdfast.kafka.conformance.internal.evidence.CommitFacts;
import dev.holdfast.kafka.conformance.internal.evidence.RightFacts;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.resource.ResourceType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What brokers let the user do, and what they keep of it.
 */
@Timeout(value = 30, unit = TimeUnit.SECONDS)
class ClientJudgeTests {

	private static final OffsetAndMetadata SENT = new OffsetAndMetadata(7, Optional.of(3), "metadata");

	private static String rights(Answer<Set<AclOperation>> granted) {
		return text(ClientJudge
			.rights(new RightFacts(ResourceType.GROUP, "group", EnumSet.of(AclOperation.READ), granted)));
	}

	private static String metadata(@Nullable OffsetAndMetadata served) {
		return text(ClientJudge.commitMetadata(commit(served)));
	}

	private static String epoch(@Nullable OffsetAndMetadata served) {
		return text(ClientJudge.commitEpoch(commit(served)));
	}

	private static CommitFacts commit(@Nullable OffsetAndMetadata served) {
		return new CommitFacts(SENT, new Answer.Given<>(true), new Answer.Given<>(Optional.ofNullable(served)),
				Optional.empty());
	}

	private static String text(Judgement judgement) {
		return (judgement.verdict() + " " + judgement.kind()).trim();
	}

	@Test
	void rights() {
		assertThat(rights(new Answer.Given<>(Set.of(AclOperation.READ, AclOperation.DESCRIBE)))).isEqualTo("sound");
		assertThat(rights(new Answer.Given<>(Set.of(AclOperation.ALL)))).isEqualTo("sound");
		assertThat(rights(new Answer.Given<>(Set.of(AclOperation.DESCRIBE)))).isEqualTo("failed missing");
		assertThat(rights(new Answer.Denied<>("no"))).isEqualTo("failed missing");
		assertThat(rights(new Answer.NotAsked<>("no rights"))).isEqualTo("skipped");
		assertThat(rights(new Answer.Silent<>())).isEqualTo("skipped");
	}

	@Test
	void rightsAreNamed() {
		assertThat(ClientJudge
			.rights(new RightFacts(ResourceType.GROUP, "group", EnumSet.of(AclOperation.READ, AclOperation.DESCRIBE),
					new Answer.Given<>(Set.of())))
			.detail()).isEqualTo("Read and Describe on group group is missing");
	}

	@Test
	void commits() {
		assertThat(metadata(SENT)).isEqualTo("sound");
		assertThat(epoch(SENT)).isEqualTo("sound");
		assertThat(metadata(new OffsetAndMetadata(7, Optional.of(3), ""))).isEqualTo("failed changed");
		assertThat(epoch(new OffsetAndMetadata(7, Optional.of(3), ""))).isEqualTo("sound");
		assertThat(epoch(new OffsetAndMetadata(6, Optional.of(3), "metadata"))).isEqualTo("failed changed");
		assertThat(epoch(new OffsetAndMetadata(7, Optional.of(2), "metadata"))).isEqualTo("failed changed");
		assertThat(epoch(new OffsetAndMetadata(7, "metadata"))).isEqualTo("warning dropped");
		assertThat(metadata(null)).isEqualTo("failed lost");
		assertThat(epoch(null)).isEqualTo("failed lost");
	}

	@Test
	void commitThatIsRefusedButTookPlaceIsNoGoodCommit() {
		CommitFacts refused = new CommitFacts(SENT, new Answer.Failed<>("error"), new Answer.Given<>(Optional.of(SENT)),
				Optional.empty());

		assertThat(text(ClientJudge.commitMetadata(refused))).isEqualTo("failed error");
		assertThat(text(ClientJudge.commitEpoch(refused))).isEqualTo("failed error");
	}

	@Test
	void commitThatCannotBeAskedFor() {
		CommitFacts unasked = new CommitFacts(SENT, new Answer.Given<>(true), new Answer.Denied<>("no"),
				Optional.empty());

		assertThat(text(ClientJudge.commitMetadata(unasked))).isEqualTo("skipped");
	}

}
