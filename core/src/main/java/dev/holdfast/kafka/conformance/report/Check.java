/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.conformance.report;

import java.util.Set;

/**
 * One thing that brokers promise to consumers. Ids are stable.
 */
public enum Check {

	/** The newest ApiVersions version that these kafka-clients speak. */
	API_VERSIONS("api-versions", Group.CONNECTION,
			"Brokers answer the newest version of ApiVersions that this client speaks"),

	/** The versions of the APIs that a consumer cannot do without. */
	OFFERED_VERSIONS("offered-versions", Group.CONNECTION, "Brokers offer the versions that consumers need"),

	/** The cluster's id, by which the guard tells clusters apart. */
	CLUSTER_ID("cluster-id", Group.IDENTITY, "The cluster has an id of its own, the same on all brokers"),

	/** The topics' ids, by which the guard recognizes a topic that was created anew. */
	TOPIC_IDS("topic-ids", Group.IDENTITY, "All brokers tell the same id of a topic"),

	/** What a guarded consumer must be allowed to do. */
	RIGHTS("rights", Group.IDENTITY, "The user has the rights that a guarded consumer needs"),

	/** Fetch. */
	READS("reads", Group.LOG, "Fetch delivers records"),

	/** ListOffsets, earliest. */
	LOG_START("log-start", Group.LOG, "ListOffsets tells where the log starts"),

	/** ListOffsets, latest. */
	LOG_END("log-end", Group.LOG, "ListOffsets tells where the log ends"),

	/** ListOffsets, by timestamp. */
	TIMESTAMPS("timestamps", Group.LOG, "ListOffsets finds records by their timestamps"),

	/** OFFSET_OUT_OF_RANGE in answers to Fetch. */
	OUT_OF_RANGE("out-of-range", Group.LOG, "Fetch calls offsets outside of the log out of range, and no others"),

	/** The leader epochs in record batches. */
	RECORD_EPOCHS("record-epochs", Group.EPOCHS, "Records carry leader epochs, none above their leader's"),

	/** OffsetForLeaderEpoch about the epoch of the last record. */
	LAST_EPOCH_END("last-epoch-end", Group.EPOCHS, "OffsetForLeaderEpoch tells where the last record's epoch ends"),

	/** OffsetForLeaderEpoch about the epoch of the first record. */
	EARLIER_EPOCH_END("earlier-epoch-end", Group.EPOCHS, "OffsetForLeaderEpoch tells where an earlier epoch ends"),

	/** OffsetForLeaderEpoch about an epoch that no leader has had yet. */
	FUTURE_EPOCH_END("future-epoch-end", Group.EPOCHS, "OffsetForLeaderEpoch takes no record for a future epoch's end"),

	/** The metadata of a commit. */
	COMMIT_METADATA("commit-metadata", Group.COMMITS, "Commits keep metadata as long as a bookmark of the guard's"),

	/** The leader epoch of a commit. */
	COMMIT_EPOCH("commit-epoch", Group.COMMITS, "Commits keep their offset and leader epoch");

	private final String id;

	private final Group group;

	private final String sentence;

	Check(String id, Group group, String sentence) {
		this.id = id;
		this.group = group;
		this.sentence = sentence;
	}

	/**
	 * The name in reports, options and documents.
	 * @return the id, in lower case with hyphens
	 */
	public String id() {
		return id;
	}

	/**
	 * What it builds on.
	 * @return the group
	 */
	public Group group() {
		return group;
	}

	/**
	 * What is true if the verdict is {@link Verdict#SOUND}.
	 * @return one sentence
	 */
	public String sentence() {
		return sentence;
	}

	/**
	 * Where the documents explain it.
	 * @return a page and its section
	 */
	public String page() {
		return "docs/doctor.md#" + id;
	}

	/**
	 * Whether it writes anything: commits of a group of its own, which the check deletes
	 * afterwards.
	 * @return {@code false} for most
	 */
	public boolean isWriting() {
		return group == Group.COMMITS;
	}

	/**
	 * The checks without whose subject this one can tell nothing.
	 * @return the checks that must not fail
	 */
	public Set<Check> needs() {
		return switch (this) {
			case API_VERSIONS, OFFERED_VERSIONS, CLUSTER_ID, TOPIC_IDS, RIGHTS, COMMIT_METADATA, COMMIT_EPOCH ->
				Set.of();
			case READS -> Set.of(RIGHTS);
			case LOG_START, LOG_END -> Set.of(RIGHTS);
			case TIMESTAMPS, OUT_OF_RANGE, RECORD_EPOCHS -> Set.of(RIGHTS, READS);
			case LAST_EPOCH_END, EARLIER_EPOCH_END, FUTURE_EPOCH_END -> Set.of(RIGHTS, READS, RECORD_EPOCHS);
		};
	}

	/**
	 * What checks are about. Later groups build on earlier ones.
	 */
	public enum Group {

		/** How clients reach brokers. */
		CONNECTION("Connection"),

		/** Which cluster, which topics, and what the user may do. */
		IDENTITY("Identity and rights"),

		/** The offsets of the log. */
		LOG("Log"),

		/** Leader epochs, and OffsetForLeaderEpoch. */
		EPOCHS("Leader epochs"),

		/** What the group coordinator keeps. */
		COMMITS("Commits");

		private final String title;

		Group(String title) {
			this.title = title;
		}

		/**
		 * The heading in reports.
		 * @return the title
		 */
		public String title() {
			return title;
		}

	}

}
