/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.partition;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

import dev.holdfast.kafka.offsetguard.evidence.RecordIdentity;
import dev.holdfast.kafka.offsetguard.internal.time.GuardClock;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

/**
 * What the guard remembers of one assigned partition. Primitive fields only on the path
 * of every poll; belongs to the consumer's thread.
 */
public final class PartitionState {

	private final GuardClock clock;

	private boolean positioned;

	private long position = -1;

	private int soughtEpoch = -1;

	private long doubted = -1;

	private int leaderEpoch = -1;

	private int ownEpoch = -1;

	private int committedEpoch = -1;

	private final DeliveredRun delivered = new DeliveredRun();

	private boolean soughtByApplication;

	private long batchStart = -1;

	private int batchPoll = -1;

	private @Nullable LostLog lost;

	private final Retries retries;

	private @Nullable Uuid topicId;

	private long firstPosition = -1;

	private @Nullable Uuid recreatedAs;

	private final PlainStart plainStart;

	private @Nullable Hold hold;

	private @Nullable Ordered ordered;

	PartitionState(GuardClock clock) {
		this.clock = clock;
		this.retries = new Retries(clock);
		this.plainStart = new PlainStart(clock.instant());
	}

	/**
	 * Whether anybody has set or used a position since the partition was assigned.
	 */
	public boolean isPositioned() {
		return positioned;
	}

	/**
	 * Where the partition was seen last, -1 if nobody knows. A little behind the client's
	 * position where markers or aborted records follow the last record delivered.
	 */
	public long position() {
		return position;
	}

	/**
	 * Looks whether a position that the client reports may be one from before it was
	 * sought. It may also be that it went past markers since, and nothing was delivered:
	 * not doubted the second time, as clients report only once what they found out
	 * before.
	 */
	public boolean doubts(long reported) {
		if (position < 0 || reported == position || (reported > position && !delivered.isEmpty())
				|| reported == doubted) {
			return false;
		}
		doubted = reported;
		return true;
	}

	/**
	 * Where the client was sought last, if nothing was delivered since, with the epoch
	 * that it was given.
	 */
	public @Nullable OffsetAndMetadata sought() {
		return (position < 0 || !delivered.isEmpty()) ? null
				: new OffsetAndMetadata(position, (soughtEpoch >= 0) ? Optional.of(soughtEpoch) : Optional.empty(), "");
	}

	/**
	 * The highest leader epoch behind the position, as far as anybody says, -1 if nobody
	 * does.
	 */
	public int leaderEpoch() {
		return leaderEpoch;
	}

	/**
	 * The leader epoch that the client itself has had for the position, from records or
	 * from a seek, -1 if it is not known. A client that reports anything about a position
	 * has found a leader with that epoch.
	 */
	public int ownEpoch() {
		return ownEpoch;
	}

	/**
	 * The leader epoch in the commit that the partition was to start from, if no leader
	 * had it then, -1 otherwise. A client that has read the commit waits for that leader.
	 */
	public int committedEpoch() {
		return committedEpoch;
	}

	public void committedEpoch(int epoch) {
		committedEpoch = epoch;
	}

	/**
	 * The client has got an answer from a leader, and does not wait for another one.
	 */
	public void leaderFound() {
		committedEpoch = -1;
	}

	/**
	 * What was delivered last.
	 */
	public DeliveredRun delivered() {
		return delivered;
	}

	/**
	 * Where plain Kafka starts the partition if it has no commit.
	 */
	public PlainStart plainStart() {
		return plainStart;
	}

	/**
	 * How often its position was confirmed in vain.
	 */
	public Retries retries() {
		return retries;
	}

	/**
	 * When plain Kafka would have looked for where to start, if nothing has a position
	 * yet, or now.
	 */
	public Instant resetAt() {
		return positioned ? clock.instant() : plainStart.assignedAt();
	}

	/**
	 * Whether it matters where plain Kafka starts, and nobody has found it yet.
	 */
	public boolean isPlainStartUnknown() {
		return !positioned && plainStart.offset() < 0;
	}

	/**
	 * The id of the topic that the position is one of, {@code null} if it is not known.
	 */
	public @Nullable Uuid topicId() {
		return topicId;
	}

	public void topicId(@Nullable Uuid topicId) {
		this.topicId = topicId;
	}

	/**
	 * Where a partition without a commit started, as long as that is not committed either
	 * and nothing was delivered or sought since; else -1.
	 */
	public long firstPosition() {
		return firstPosition;
	}

	public void firstPosition(long offset) {
		firstPosition = offset;
	}

	/**
	 * It was decided that the topic is another one by now, whatever was done about it.
	 */
	public void recreatedAs(@Nullable Uuid topicIdNow) {
		recreatedAs = topicIdNow;
	}

	public @Nullable Hold hold() {
		return hold;
	}

	public boolean isHeld() {
		return hold != null;
	}

	public void hold(Hold hold) {
		positioned = true;
		this.hold = hold;
	}

	void release() {
		hold = null;
	}

	/**
	 * What an operator has ordered, and is not carried out yet; {@code null} if nobody
	 * has.
	 */
	public @Nullable Ordered ordered() {
		return ordered;
	}

	public void ordered(@Nullable Ordered order) {
		ordered = order;
	}

	/**
	 * Takes note of what is delivered.
	 * @param poll the number of the application's poll
	 */
	void deliver(List<? extends ConsumerRecord<?, ?>> records, int poll) {
		ConsumerRecord<?, ?> last = records.get(records.size() - 1);
		delivered.deliver(records.get(0), last);
		batchStart = records.get(0).offset();
		batchPoll = poll;
		position = last.offset() + 1;
		firstPosition = -1;
		lost = (lost != null) ? lost.delivered(position) : null;
		positioned = true;
		retries.forget();
		soughtByApplication = false;
		leaderFound();
		int epoch = last.leaderEpoch().orElse(-1);
		if (epoch >= 0) {
			// As it only ever grows along a log, no other can be behind the position.
			leaderEpoch = epoch;
			ownEpoch = epoch;
		}
	}

	/**
	 * A record that was delivered before this process had the partition.
	 */
	public void witness(RecordIdentity remembered) {
		delivered.remember(remembered);
		leaderEpoch = Math.max(leaderEpoch, remembered.leaderEpoch());
	}

	/**
	 * The position was confirmed: the history behind it stands.
	 * @return how often it was in a row: without a record, another position or a quiet
	 * minute in between
	 */
	public int keep(long confirmed) {
		positioned = true;
		position = confirmed;
		soughtEpoch = -1;
		return retries.confirmed();
	}

	/**
	 * The position was set: what was delivered before says nothing about it any more.
	 */
	public void seek(OffsetAndMetadata offset) {
		positioned = true;
		retries.forget();
		position = offset.offset();
		firstPosition = -1;
		doubted = -1;
		soughtEpoch = offset.leaderEpoch().orElse(-1);
		leaderEpoch = soughtEpoch;
		ownEpoch = soughtEpoch;
		soughtByApplication = false;
		delivered.forget();
	}

	/**
	 * The client speaks to another cluster, which has other epochs and topic ids.
	 */
	public void changeCluster() {
		retries.forget();
		doubted = -1;
		soughtEpoch = -1;
		leaderEpoch = -1;
		delivered.forgetEpochs();
		topicId = null;
	}

	/**
	 * The position was set to a bound of the log that the client has yet to look up.
	 */
	public void seekToUnknown() {
		positioned = true;
		retries.forget();
		position = -1;
		firstPosition = -1;
		leaderEpoch = -1;
		ownEpoch = -1;
		soughtByApplication = false;
		delivered.forget();
	}

	/**
	 * The application itself has set the position: it means what the log that is there
	 * now has from there on. Where it has sought back to records that it has in hand, it
	 * means those.
	 */
	public void meant() {
		soughtByApplication = batchStart < 0 || position < batchStart;
		topicId = recreatedAs;
		lost = null;
	}

	/**
	 * Whether the position is where the application wants to be, and not where it was:
	 * nothing was delivered from there, nor committed since.
	 */
	public boolean isSoughtByApplication() {
		return soughtByApplication;
	}

	/**
	 * The application has committed: it was there, wherever it is now.
	 */
	void committed() {
		soughtByApplication = false;
	}

	/**
	 * The log that was delivered from last is not the one that is there now, from an
	 * offset on: whoever seeks back to the records that it has not dealt with yet, or
	 * commits them late, means the old one.
	 * @param from the first offset that is another one now
	 * @param position where the consumer was in the old log
	 * @param inHand whether the application may have records of it in hand
	 */
	void lose(long from, long position, boolean inHand) {
		lost = LostLog.and(lost, (inHand && batchStart >= 0) ? Math.max(batchStart, from) : -1, position);
	}

	/**
	 * Whether records were delivered in one of the application's polls.
	 */
	boolean isDeliveredIn(int poll) {
		return batchPoll == poll;
	}

	/**
	 * Whether it matters if the application has records in hand.
	 */
	boolean isAnyLostInHand() {
		return lost != null && lost.from() >= 0;
	}

	void nothingInHand() {
		lost = (lost != null) ? lost.notInHand() : null;
	}

	/**
	 * Whether a seek leads back into a log that is gone.
	 */
	public boolean isLost(long offset) {
		return lost != null && lost.contains(offset);
	}

	/**
	 * Whether a commit is one of records of a log that is gone.
	 */
	public boolean isStale(long offset) {
		return lost != null && offset > position && offset <= lost.staleTo();
	}

}
