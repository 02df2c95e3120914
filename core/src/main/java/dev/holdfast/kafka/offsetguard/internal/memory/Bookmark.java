/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.memory;

import java.util.Objects;

import dev.holdfast.kafka.offsetguard.evidence.RecordIdentity;
import dev.holdfast.kafka.offsetguard.internal.cluster.Cluster;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

/**
 * What the guard writes into the metadata of a commit, to know after a restart what it
 * knows now. The text begins with a version and has at most 120 characters. Offsets,
 * times and counts are in base 36; a field is empty if its value is not known:
 *
 * <pre>
 * holdfast1|cluster id|topic id|committed offset|partition count|witness offset|leader epoch|timestamp|initial|mark
 * </pre>
 *
 * @param clusterId the id of the cluster that the group has committed in, or a digest of
 * a long id
 * @param topicId the topic's id, {@code null} if it is not known
 * @param committedOffset the offset of the commit
 * @param partitions how many partitions the topic had, -1 if that is not known
 * @param witnessOffset the offset of the last record delivered, -1 if there was none
 * @param witnessLeaderEpoch its leader epoch, -1 if it is not known
 * @param witnessTimestamp its timestamp, -1 if it is not known
 * @param initialCommits whether all of those partitions had a commit: a partition without
 * one was not there then, or has lost it
 * @param clusterMark tells clusters of one id apart, see {@link Cluster#mark()}; empty if
 * it is not known, the text leaves it out then
 */
public record Bookmark(String clusterId, @Nullable Uuid topicId, long committedOffset, int partitions,
		long witnessOffset, int witnessLeaderEpoch, long witnessTimestamp, boolean initialCommits, String clusterMark) {

	public static final int MAX_LENGTH = 120;

	private static final String MAGIC = "holdfast1";

	private static final String SEPARATOR = "|";

	private static final int FIELDS = 9;

	private static final int FIELDS_WITH_MARK = 10;

	public Bookmark {
		clusterId = Cluster.shortened(clusterId);
		if (Uuid.ZERO_UUID.equals(topicId)) {
			topicId = null;
		}
	}

	/**
	 * Reads the bookmark in a commit.
	 * @param commit the commit
	 * @param cluster the cluster that the guard has read it from
	 * @return the bookmark; {@code null} if there is none, or if it belongs to another
	 * commit: tools that mirror commits to other clusters copy the metadata too
	 */
	public static @Nullable Bookmark in(OffsetAndMetadata commit, Cluster cluster) {
		Bookmark bookmark = parse(commit.metadata());
		return (bookmark != null && bookmark.isOf(commit, cluster)) ? bookmark : null;
	}

	/**
	 * Whether the guard has written it into this commit, in this cluster.
	 */
	boolean isOf(OffsetAndMetadata commit, Cluster cluster) {
		return committedOffset == commit.offset() && cluster.hasWritten(clusterId, clusterMark);
	}

	public static boolean isOne(@Nullable String metadata) {
		return metadata != null && metadata.startsWith(MAGIC + SEPARATOR);
	}

	static @Nullable Bookmark parse(@Nullable String metadata) {
		String[] fields = isOne(metadata) ? Objects.requireNonNull(metadata).split("\\|", -1) : new String[0];
		String mark = (fields.length == FIELDS_WITH_MARK) ? fields[FIELDS] : "";
		boolean isWhole = fields.length == FIELDS || (fields.length == FIELDS_WITH_MARK && Cluster.isMark(mark));
		if (!isWhole) {
			return null;
		}
		try {
			return new Bookmark(fields[1], fields[2].isEmpty() ? null : Uuid.fromString(fields[2]), number(fields[3]),
					(int) number(fields[4]), number(fields[5]), (int) number(fields[6]), number(fields[7]),
					fields[8].equals("1"), mark);
		}
		catch (IllegalArgumentException ex) {
			// Another program has written it, or it is cut off.
			return null;
		}
	}

	/**
	 * Whether the witness is the record right before the committed offset. If so, its
	 * leader epoch is that of the position.
	 */
	public boolean isWitnessNextToCommit() {
		return witnessOffset >= 0 && witnessOffset == committedOffset - 1;
	}

	/**
	 * The last record delivered before the commit.
	 * @return the record, {@code null} if there was none
	 */
	public @Nullable RecordIdentity witness() {
		return (witnessOffset >= 0) ? RecordIdentity.remembered(witnessOffset, witnessLeaderEpoch, witnessTimestamp)
				: null;
	}

	@Override
	public String toString() {
		StringBuilder text = new StringBuilder(MAX_LENGTH).append(beginning());
		appendRest(text);
		return text.toString();
	}

	/**
	 * The beginning of its text, which all bookmarks of a topic share.
	 */
	String beginning() {
		return String.join(SEPARATOR, MAGIC, clusterId, (topicId != null) ? topicId.toString() : "");
	}

	/**
	 * Appends the rest of its text.
	 */
	void appendRest(StringBuilder text) {
		append(text, committedOffset);
		append(text, partitions);
		append(text, witnessOffset);
		append(text, witnessLeaderEpoch);
		append(text, witnessTimestamp);
		text.append(SEPARATOR).append(initialCommits ? '1' : '0');
		if (!clusterMark.isEmpty()) {
			text.append(SEPARATOR).append(clusterMark);
		}
	}

	private static void append(StringBuilder text, long number) {
		text.append(SEPARATOR);
		if (number >= 0) {
			appendDigits(text, number);
		}
	}

	// The digits that Long.toString gives, without a string for each number.
	private static void appendDigits(StringBuilder text, long number) {
		if (number >= Character.MAX_RADIX) {
			appendDigits(text, number / Character.MAX_RADIX);
		}
		text.append(Character.forDigit((int) (number % Character.MAX_RADIX), Character.MAX_RADIX));
	}

	private static long number(String text) {
		return text.isEmpty() ? -1 : Long.parseLong(text, Character.MAX_RADIX);
	}

}
