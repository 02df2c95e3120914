/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.conformance.internal.evidence;

import java.util.Optional;

import org.apache.kafka.clients.consumer.OffsetAndMetadata;

/**
 * What became of a commit of the check's own group.
 *
 * @param sent what was committed
 * @param committed what the coordinator answered to the commit
 * @param served what the coordinator answered when it was asked for the commit, empty
 * without a commit
 * @param leftGroup the check's own group if nobody has confirmed that it is gone
 */
public record CommitFacts(OffsetAndMetadata sent, Answer<Boolean> committed, Answer<Optional<OffsetAndMetadata>> served,
		Optional<String> leftGroup) {
}
