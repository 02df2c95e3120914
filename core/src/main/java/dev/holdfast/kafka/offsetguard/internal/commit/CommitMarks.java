/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.commit;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import dev.holdfast.kafka.offsetguard.evidence.RecordIdentity;
import dev.holdfast.kafka.offsetguard.internal.client.NameInLog;
import dev.holdfast.kafka.offsetguard.internal.cluster.Cluster;
import dev.holdfast.kafka.offsetguard.internal.lookup.ClusterId;
import dev.holdfast.kafka.offsetguard.internal.lookup.Topics;
import dev.holdfast.kafka.offsetguard.internal.memory.Bookmark;
import dev.holdfast.kafka.offsetguard.internal.memory.BookmarkTexts;
import dev.holdfast.kafka.offsetguard.internal.memory.Coverage;
import dev.holdfast.kafka.offsetguard.internal.partition.PartitionState;
import dev.holdfast.kafka.offsetguard.internal.partition.PartitionStates;
import dev.holdfast.kafka.offsetguard.policy.OffsetGuardSettings;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.InvalidCommitOffsetSizeException;
import org.apache.kafka.common.errors.OffsetMetadataTooLarge;
import org.apache.kafka.common.errors.RecordBatchTooLargeException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.UnknownServerException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the guard adds to commits: a bookmark where there is no metadata of the
 * application's, and a leader epoch where the settings say so and it is known. Learns how
 * much of that brokers take. Belongs to the consumer's thread.
 */
final class CommitMarks {

	private static final Logger logger = LoggerFactory.getLogger(CommitMarks.class);

	private final String clientId;

	private final OffsetGuardSettings.Commits settings;

	private final ClusterId clusterId;

	private final PartitionStates states;

	private final Topics topics;

	private final Coverage coverage;

	private final BookmarkTexts texts = new BookmarkTexts();

	private boolean tooLarge;

	/** A commit of as many partitions, or of more, has no bookmarks. */
	private int tooMany = Integer.MAX_VALUE;

	/**
	 * The most partitions that were in a commit which brokers have taken with bookmarks.
	 */
	private int most;

	/** How many partitions were in the commit that brokers have refused, 0 for none. */
	private int suspected;

	CommitMarks(String clientId, OffsetGuardSettings.Commits settings, ClusterId clusterId, PartitionStates states,
			Topics topics, Coverage coverage) {
		this.clientId = NameInLog.of(clientId);
		this.settings = settings;
		this.clusterId = clusterId;
		this.states = states;
		this.topics = topics;
		this.coverage = coverage;
	}

	Map<TopicPartition, OffsetAndMetadata> mark(Map<TopicPartition, OffsetAndMetadata> offsets) {
		return mark(offsets, isMarking(offsets.size()) ? clusterId.id() : null);
	}

	Map<TopicPartition, OffsetAndMetadata> withoutBookmarks(Map<TopicPartition, OffsetAndMetadata> offsets) {
		return mark(offsets, null);
	}

	private Map<TopicPartition, OffsetAndMetadata> mark(Map<TopicPartition, OffsetAndMetadata> offsets,
			@Nullable String cluster) {
		if (cluster == null && !settings.leaderEpoch()) {
			return offsets;
		}
		Set<String> completed = (cluster != null) ? completedBy(offsets) : Set.of();
		Map<TopicPartition, OffsetAndMetadata> marked = new HashMap<>(offsets.size() * 2);
		offsets.forEach((partition, offset) -> marked.put(partition,
				(offset != null) ? mark(partition, offset, cluster, completed) : null));
		return marked;
	}

	/**
	 * The topics that a commit covers completely. Brokers take a commit as a whole, but
	 * refuse single partitions for metadata that is too large. So only a commit without
	 * metadata of the application's counts: the guard can send it again without
	 * bookmarks.
	 */
	private Set<String> completedBy(Map<TopicPartition, OffsetAndMetadata> offsets) {
		Set<String> completed = coverage.completedBy(offsets.keySet());
		boolean plain = completed.isEmpty()
				|| offsets.values().stream().allMatch((each) -> each != null && each.metadata().isEmpty());
		return plain ? completed : Set.of();
	}

	private OffsetAndMetadata mark(TopicPartition partition, OffsetAndMetadata offset, @Nullable String cluster,
			Set<String> completed) {
		PartitionState state = states.find(partition);
		Optional<Integer> epoch = offset.leaderEpoch();
		if (epoch.isEmpty() && settings.leaderEpoch() && state != null) {
			int known = state.delivered().leaderEpochAt(offset.offset() - 1);
			epoch = (known >= 0) ? Optional.of(known) : epoch;
		}
		String metadata = offset.metadata();
		if (cluster != null && metadata.isEmpty()) {
			String topic = partition.topic();
			Coverage.Known known = completed.contains(topic) ? coverage.completed(topic) : coverage.of(topic);
			metadata = texts.text(topic, bookmark(cluster, partition, offset.offset(), state, known));
		}
		return new OffsetAndMetadata(offset.offset(), epoch, metadata);
	}

	private Bookmark bookmark(String cluster, TopicPartition partition, long offset, @Nullable PartitionState state,
			Coverage.Known covered) {
		Uuid topicId = topicId(partition, state);
		RecordIdentity witness = (state != null) ? state.delivered().witnessBelow(offset) : null;
		Cluster known = clusterId.known();
		String mark = (known != null) ? known.mark() : "";
		return (witness != null)
				? new Bookmark(cluster, topicId, offset, covered.partitions(), witness.offset(), witness.leaderEpoch(),
						witness.timestamp(), covered.complete(), mark)
				: new Bookmark(cluster, topicId, offset, covered.partitions(), -1, -1, -1, covered.complete(), mark);
	}

	/**
	 * The id of the topic that a commit belongs to.
	 */
	@Nullable Uuid topicId(TopicPartition partition, @Nullable PartitionState state) {
		return (state != null && state.topicId() != null) ? state.topicId() : topics.id(partition.topic());
	}

	/**
	 * Whether brokers may have refused a commit for its bookmarks. If all partitions
	 * together make the commit too large, the answer has no name of its own: clients
	 * report an unexpected error.
	 * @param failure the client's exception
	 * @param marked the commit as the guard has sent it
	 * @param offsets the commit as the application has made it
	 */
	boolean mayBeReason(Exception failure, Map<TopicPartition, OffsetAndMetadata> marked,
			Map<TopicPartition, OffsetAndMetadata> offsets) {
		boolean aboutSize = failure instanceof OffsetMetadataTooLarge
				|| failure instanceof InvalidCommitOffsetSizeException || failure instanceof RecordTooLargeException
				|| failure instanceof RecordBatchTooLargeException || failure instanceof UnknownServerException
				|| failure.getClass() == KafkaException.class;
		return aboutSize && marked != offsets
				&& marked.values().stream().anyMatch((each) -> each != null && Bookmark.isOne(each.metadata()));
	}

	/**
	 * Whether brokers have taken a commit of as many partitions before with bookmarks, or
	 * get none.
	 */
	boolean isProven(int partitions) {
		return partitions <= most || !isMarking(partitions);
	}

	private boolean isMarking(int partitions) {
		return settings.bookmark() && !tooLarge && partitions < tooMany;
	}

	/**
	 * Takes note that brokers took a commit with its marks.
	 */
	void taken(Map<TopicPartition, OffsetAndMetadata> marked) {
		if (marked.values().stream().allMatch((each) -> each != null && Bookmark.isOne(each.metadata()))) {
			most = Math.max(most, marked.size());
		}
		if (suspected > 0 && marked.size() >= suspected && marked.size() < tooMany) {
			suspected = 0;
		}
	}

	/**
	 * Takes note that brokers took all of a commit without the bookmarks for which they
	 * had refused it. The first error without a name may have had another reason.
	 */
	void refused(int partitions, Exception reason) {
		if (reason instanceof OffsetMetadataTooLarge) {
			if (!tooLarge) {
				tooLarge = true;
				logger.warn("The brokers take no metadata of {} characters (offset.metadata.max.bytes): consumer {} "
						+ "commits without bookmarks from now on", Bookmark.MAX_LENGTH, clientId);
			}
		}
		else if (suspected == 0) {
			suspected = partitions;
		}
		else {
			if (tooMany == Integer.MAX_VALUE) {
				logger.warn(
						"The brokers take no commit of {} partitions with bookmarks (max.message.bytes of "
								+ "__consumer_offsets): consumer {} commits as many without from now on",
						partitions, clientId);
			}
			tooMany = Math.min(tooMany, partitions);
		}
	}

}
