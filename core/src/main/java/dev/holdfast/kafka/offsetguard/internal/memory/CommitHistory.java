/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.memory;

import java.util.Arrays;

import dev.holdfast.kafka.offsetguard.evidence.RecordIdentity;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.jspecify.annotations.Nullable;

/**
 * The last commits of one partition that this process has made or seen, in their order.
 * It tells an older commit from a newer one of a lower offset. Thread-safe.
 * <p>
 * It recognizes a commit by its offset and its metadata, to the letter. Two bookmarks are
 * equal only if they name the same offset and the same last record.
 */
public final class CommitHistory {

	private static final int MOST = 64;

	private static final int FIRST = 4;

	private static final long NONE = -1;

	/** A ring once it has reached its full length. */
	private long[] fingerprints = new long[FIRST];

	private int size;

	private int next;

	private long latestOffset = -1;

	private @Nullable RecordIdentity latestWitness;

	/** The last commit that this process has sent, whether or not it has an answer. */
	private long sent;

	private long sentOrder = NONE;

	/**
	 * The last commit.
	 *
	 * @param offset the committed offset
	 * @param witness the last record delivered before, {@code null} if it is not known
	 */
	public record Latest(long offset, @Nullable RecordIdentity witness) {
	}

	/**
	 * Takes note of a commit that this process is about to send. A client may get its
	 * partitions anew, and their commits, before it tells that it has the answer.
	 */
	synchronized void sending(OffsetAndMetadata commit, long order) {
		sent = fingerprint(commit);
		sentOrder = order;
	}

	/**
	 * Adds a commit that was made or seen after all others.
	 * @param order when it was sent or seen
	 */
	synchronized void add(OffsetAndMetadata commit, @Nullable RecordIdentity witness, long order) {
		if (order >= sentOrder) {
			sentOrder = NONE;
		}
		long fingerprint = fingerprint(commit);
		if (latestOffset != commit.offset() || fingerprint != newest()) {
			if (size == fingerprints.length && size < MOST) {
				fingerprints = Arrays.copyOf(fingerprints, size * 2);
				next = size;
			}
			fingerprints[next] = fingerprint;
			next = (next + 1) % fingerprints.length;
			size = Math.min(size + 1, fingerprints.length);
		}
		latestOffset = commit.offset();
		latestWitness = witness;
	}

	/**
	 * The last commit, if it certainly came after this one.
	 * @return {@code null} if this commit is the last one, or may be, or is not known
	 */
	synchronized @Nullable Latest laterThan(OffsetAndMetadata commit) {
		long fingerprint = fingerprint(commit);
		boolean isSent = sentOrder != NONE && fingerprint == sent;
		if (size == 0 || isSent || fingerprint == newest()) {
			return null;
		}
		for (int i = 0; i < size; i++) {
			if (fingerprints[i] == fingerprint) {
				return new Latest(latestOffset, latestWitness);
			}
		}
		return null;
	}

	/**
	 * The offset of the last commit, -1 if there is none.
	 */
	synchronized long latestOffset() {
		return latestOffset;
	}

	private long newest() {
		return fingerprints[(next + fingerprints.length - 1) % fingerprints.length];
	}

	private static long fingerprint(OffsetAndMetadata commit) {
		return commit.offset() * 0x9E3779B97F4A7C15L + commit.metadata().hashCode();
	}

}
