/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.partition;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
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
 * What the guard remembers of one assigned partition. On the path of every poll it has
 * primitive fields only. Belongs to the consumer's thread.
 */
public final class PartitionState {

	/** In the field itself: each poll writes it for each partition that has records. */
	private static final VarHandle POSITION = positionHandle();

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

	private static VarHandle positionHandle() {
		try {
			return MethodHandles.lookup().findVarHandle(PartitionState.class, "position", long.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	/**
	 * Whether the client has delivered records, the position was set or confirmed, or the
	 * guard has held the partition since the group or the application assigned it.
	 */
	public boolean isPositioned() {
		return positioned;
	}

	/**
	 * The last position that the guard knows, -1 if it knows none. Lies a little below
	 * the client's where markers or aborted records follow the last record delivered.
	 */
	public long position() {
		return position;
	}

	/**
	 * The same, for other threads. Thread-safe.
	 */
	long visiblePosition() {
		return (long) POSITION.getAcquire(this);
	}

	/**
	 * Looks whether a position that the client reports may be one from before the last
	 * seek. The client may also have gone past markers since then, and delivered nothing.
	 * So the guard does not doubt the position a second time, as a client reports only
	 * once what it found out before.
	 */
	public boolean doubts(long reported) {
		if (position() < 0 || reported == position() || (reported > position() && !delivered.isEmpty())
				|| reported == doubted) {
			return false;
		}
		doubted = reported;
		return true;
	}

	/**
	 * Where the guard or the application has sought the client last, with the epoch that
	 * it gave. {@code null} if the client has delivered records since.
	 */
	public @Nullable OffsetAndMetadata sought() {
		return (position() < 0 || !delivered.isEmpty()) ? null : new OffsetAndMetadata(position(),
				(soughtEpoch >= 0) ? Optional.of(soughtEpoch) : Optional.empty(), "");
	}

	/**
	 * The highest leader epoch before the position, as far as records, a seek or a
	 * bookmark tell; -1 if none of them does.
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
	 * What the client has delivered last.
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
	 * How often the guard has confirmed the position in vain.
	 */
	public Retries retries() {
		return retries;
	}

	/**
	 * When plain Kafka would look for where to start: when the partition was assigned, or
	 * now if it has had a position since.
	 */
	public Instant resetAt() {
		return positioned ? clock.instant() : plainStart.assignedAt();
	}

	/**
	 * Whether it matters where plain Kafka starts, and the guard does not know it.
	 */
	public boolean isPlainStartUnknown() {
		return !positioned && plainStart.offset() < 0;
	}

	/**
	 * The id of the topic to which the position belongs, {@code null} if the guard does
	 * not know it.
	 */
	public @Nullable Uuid topicId() {
		return topicId;
	}

	public void topicId(@Nullable Uuid topicId) {
		this.topicId = topicId;
	}

	/**
	 * Where a partition without a commit started; -1 once the application or the guard
	 * has committed that, or the client has delivered records or was sought elsewhere.
	 */
	public long firstPosition() {
		return firstPosition;
	}

	public void firstPosition(long offset) {
		firstPosition = offset;
	}

	/**
	 * The guard has found that the topic is another one by now, whatever it did about
	 * that.
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
	 * An operator's order that the guard has yet to carry out, {@code null} if there is
	 * none.
	 */
	public @Nullable Ordered ordered() {
		return ordered;
	}

	public void ordered(@Nullable Ordered order) {
		ordered = order;
	}

	/**
	 * Takes note of records that the client delivers.
	 * @param poll the number of the application's poll
	 */
	void deliver(List<? extends ConsumerRecord<?, ?>> records, int poll) {
		ConsumerRecord<?, ?> first = records.get(0);
		ConsumerRecord<?, ?> last = records.get(records.size() - 1);
		int epoch = last.leaderEpoch().orElse(-1);
		delivered.deliver(first, last, epoch);
		batchStart = first.offset();
		batchPoll = poll;
		POSITION.setRelease(this, last.offset() + 1);
		firstPosition = -1;
		lost = (lost != null) ? lost.delivered(position()) : null;
		positioned = true;
		retries.forget();
		soughtByApplication = false;
		leaderFound();
		if (epoch >= 0) {
			// Epochs only grow along a log: no higher one can lie before the position.
			leaderEpoch = epoch;
			ownEpoch = epoch;
		}
	}

	/**
	 * Takes over a record from before this process had the partition.
	 */
	public void witness(RecordIdentity remembered) {
		delivered.remember(remembered);
		leaderEpoch = Math.max(leaderEpoch, remembered.leaderEpoch());
	}

	/**
	 * The guard has confirmed the position: the history before it stands.
	 * @return how often in a row, without a record, another position or a quiet minute in
	 * between
	 */
	public int keep(long confirmed) {
		positioned = true;
		POSITION.setRelease(this, confirmed);
		soughtEpoch = -1;
		return retries.confirmed();
	}

	/**
	 * The guard or the application has set the position: what the client delivered before
	 * says nothing about it.
	 */
	public void seek(OffsetAndMetadata offset) {
		positioned = true;
		retries.forget();
		POSITION.setRelease(this, offset.offset());
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
	 * The guard or the application has sought a bound of the log that the client has yet
	 * to look up.
	 */
	public void seekToUnknown() {
		positioned = true;
		retries.forget();
		POSITION.setRelease(this, -1L);
		firstPosition = -1;
		leaderEpoch = -1;
		ownEpoch = -1;
		soughtByApplication = false;
		delivered.forget();
	}

	/**
	 * The application has sought: it means the records that the present log has from
	 * there on. If it has sought back to records that it has in hand, it means those.
	 */
	public void meant() {
		soughtByApplication = batchStart < 0 || position() < batchStart;
		topicId = recreatedAs;
		lost = null;
	}

	/**
	 * Whether the position is where the application wants to be, and not where it was:
	 * the client has delivered nothing from there, and the application has committed
	 * nothing since.
	 */
	public boolean isSoughtByApplication() {
		return soughtByApplication;
	}

	/**
	 * The application has committed: it was there, wherever the position is now.
	 */
	void committed() {
		soughtByApplication = false;
	}

	/**
	 * From an offset on, the present log is not the one from which the client delivered
	 * last. If the application seeks back to records that it has not dealt with yet, or
	 * commits them late, it means the old log.
	 * @param from the first offset that is another one now
	 * @param position where the consumer was in the old log
	 * @param inHand whether the application may have records of it in hand
	 */
	void lose(long from, long position, boolean inHand) {
		lost = LostLog.and(lost, (inHand && batchStart >= 0) ? Math.max(batchStart, from) : -1, position);
	}

	/**
	 * Whether the client delivered its last records in this poll of the application.
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
		return lost != null && offset > position() && offset <= lost.staleTo();
	}

}
