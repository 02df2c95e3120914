/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.test;

import java.time.Duration;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.function.Supplier;

import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.OffsetsForLeaderEpochResponse;

/**
 * A way for the {@link Wire} to lie: what it does to which answers. An immutable value;
 * nothing happens before a test {@linkplain Wire#inject(Fault) injects} it.
 * <p>
 * The brokers stay honest: they do what clients ask for, and the wire changes, holds back
 * or drops their answer. An {@linkplain #error(ApiKeys, Errors) error} for an offset
 * commit, for example, hides a commit that took place. Only {@link #reset(ApiKeys, int)}
 * keeps the request from the broker.
 * <p>
 * Unless narrowed, a fault applies on all brokers, to all clients, topics and partitions,
 * for as long as it is injected.
 */
public final class Fault {

	private final Effect effect;

	private final Scope scope;

	private final int times;

	private Fault(Effect effect, Scope scope, int times) {
		this.effect = effect;
		this.scope = scope;
		this.times = times;
	}

	private static Fault of(Effect effect) {
		return new Fault(effect, Scope.EVERYWHERE, Integer.MAX_VALUE);
	}

	/**
	 * OffsetForLeaderEpoch answers this end offset for every partition that the broker
	 * answered without error. The leader epoch in the answer stays what the broker said,
	 * or is 0 where it said none.
	 * @param endOffset the end offset, not negative
	 * @return the fault
	 * @throws IllegalArgumentException if the end offset is negative
	 */
	public static Fault epochEndOffset(long endOffset) {
		require(endOffset >= 0, "endOffset must not be negative; see undefinedEpochEndOffset()");
		return of(new Effect.EndOffset(endOffset));
	}

	/**
	 * OffsetForLeaderEpoch answers that it knows nothing, leader epoch -1 and end offset
	 * -1, for every partition that the broker answered without error.
	 * @return the fault
	 */
	public static Fault undefinedEpochEndOffset() {
		return of(new Effect.EndOffset(OffsetsForLeaderEpochResponse.UNDEFINED_EPOCH_OFFSET));
	}

	/**
	 * Metadata and DescribeTopicPartitions tell this topic id, as a broker does that has
	 * not heard yet that the topic was deleted and created anew.
	 * @param id the id
	 * @return the fault
	 */
	public static Fault topicId(Uuid id) {
		return of(new Effect.TopicId(id));
	}

	/**
	 * OffsetFetch answers that a partition has no committed offset, for every partition
	 * that has one, as a coordinator does that has not read all commits yet. Answers to
	 * consumers and to admin clients alike.
	 * @return the fault
	 */
	public static Fault noCommittedOffset() {
		return of(new Effect.NoCommittedOffset());
	}

	/**
	 * Answers carry an error code. Supported are, by partition, {@code FETCH} (also for
	 * partitions an incremental answer would leave out), {@code LIST_OFFSETS},
	 * {@code OFFSET_FOR_LEADER_EPOCH}, {@code OFFSET_COMMIT} and {@code OFFSET_FETCH} (an
	 * error that concerns the group goes to the group unless the fault is narrowed); by
	 * topic, {@code METADATA} and {@code DESCRIBE_TOPIC_PARTITIONS}; for the whole answer
	 * {@code FIND_COORDINATOR}, {@code JOIN_GROUP}, {@code SYNC_GROUP},
	 * {@code HEARTBEAT}, {@code CONSUMER_GROUP_HEARTBEAT} and {@code DESCRIBE_CLUSTER}.
	 * @param api the API
	 * @param error the error; {@link Errors#NONE} is refused
	 * @return the fault
	 * @throws IllegalArgumentException if the API is not supported or the error is none
	 */
	public static Fault error(ApiKeys api, Errors error) {
		require(ErrorAnswers.supports(api),
				() -> "error() does not support " + api + ", only " + ErrorAnswers.supported());
		require(error != Errors.NONE, "NONE is no error");
		return of(new Effect.ErrorCode(api, error));
	}

	/**
	 * Fetch answers OFFSET_OUT_OF_RANGE, wherever the offset is.
	 * @return the fault
	 */
	public static Fault offsetOutOfRange() {
		return error(ApiKeys.FETCH, Errors.OFFSET_OUT_OF_RANGE);
	}

	/**
	 * Answers have one to three values at random: offsets, epochs, ids, error codes, and
	 * lists that are empty or repeat an element. Clients can read them. Addresses,
	 * records and throttle times stay as they are.
	 * @param seed the same seed gives the same values to the same answers in the same
	 * order
	 * @param apis the APIs whose answers are scrambled; none means all but ApiVersions
	 * @return the fault
	 */
	public static Fault scrambled(long seed, ApiKeys... apis) {
		return of(new Effect.Scrambled(new Random(seed), Set.of(apis)));
	}

	/**
	 * Answers never come. The connection stays open. Answers on a connection keep their
	 * order, so after the first missing one no more answers come on it, of any API. When
	 * the fault ends, it closes the connections that it has silenced.
	 * @param apis the APIs whose answers do not come; none means all
	 * @return the fault
	 */
	public static Fault silence(ApiKeys... apis) {
		return of(new Effect.Silence(Set.of(apis)));
	}

	/**
	 * The wire holds answers back for this long. Those behind them on the same connection
	 * wait. When the fault ends, the wire passes them on immediately.
	 * @param by the delay, positive
	 * @param apis the APIs whose answers are late; none means all
	 * @return the fault
	 * @throws IllegalArgumentException if the delay is not positive
	 */
	public static Fault delay(Duration by, ApiKeys... apis) {
		require(!by.isNegative() && !by.isZero(), "delay must be positive");
		return of(new Effect.Delay(by, Set.of(apis)));
	}

	/**
	 * The wire resets the connection when a request of that API at or above the version
	 * arrives. The broker never sees the request.
	 * @param api the API
	 * @param minVersion the lowest version that it does not let pass; 0 for all
	 * @return the fault
	 */
	public static Fault reset(ApiKeys api, int minVersion) {
		return of(new Effect.Reset(api, minVersion));
	}

	/**
	 * ApiVersions answers advertise these versions of an API, whether the broker has it
	 * or not. The broker's own abilities do not change.
	 * @param api the API
	 * @param min the lowest version
	 * @param max the highest version
	 * @return the fault
	 * @throws IllegalArgumentException unless {@code 0 <= min <= max <=}
	 * {@link Short#MAX_VALUE}
	 */
	public static Fault advertise(ApiKeys api, int min, int max) {
		require(min >= 0 && min <= max && max <= Short.MAX_VALUE, () -> "not a range of versions: " + min + ".." + max);
		return of(new Effect.Advertise(api, (short) min, (short) max));
	}

	/**
	 * ApiVersions answers do not name an API.
	 * @param api the API
	 * @return the fault
	 */
	public static Fault hide(ApiKeys api) {
		return of(new Effect.Hide(api));
	}

	/**
	 * Narrow to one broker.
	 * @param id the broker id
	 * @return a narrower fault
	 */
	public Fault onBroker(int id) {
		return new Fault(this.effect, this.scope.onBroker(id), this.times);
	}

	/**
	 * Narrow to some clients.
	 * @param clientIdPrefix how their client ids start
	 * @return a narrower fault
	 */
	public Fault forClient(String clientIdPrefix) {
		return new Fault(this.effect, this.scope.forClient(clientIdPrefix), this.times);
	}

	/**
	 * Narrow to one topic. Only where the answer says something by topic or partition.
	 * @param topic the topic
	 * @return a narrower fault
	 * @throws IllegalArgumentException if this fault concerns whole answers
	 */
	public Fault forTopic(String topic) {
		require(this.effect.canBeNarrowed(), () -> this + " concerns whole answers, not topics");
		return new Fault(this.effect, this.scope.forTopic(topic), this.times);
	}

	/**
	 * Narrow to one partition. Only where the answer says something by partition; in
	 * answers by topic, the whole topic is meant.
	 * @param partition the partition
	 * @return a narrower fault
	 * @throws IllegalArgumentException if this fault concerns whole answers
	 */
	public Fault forPartition(TopicPartition partition) {
		require(this.effect.canBeNarrowed(), () -> this + " concerns whole answers, not partitions");
		return new Fault(this.effect, this.scope.forPartition(partition), this.times);
	}

	/**
	 * Narrow to the next answers (of {@link #reset(ApiKeys, int)}: requests) that match.
	 * An answer without any partition in question does not count.
	 * @param n how many, at least 1
	 * @return a narrower fault
	 * @throws IllegalArgumentException if n is less than 1
	 */
	public Fault times(int n) {
		require(n > 0, "times must be at least 1");
		return new Fault(this.effect, this.scope, n);
	}

	Effect effect() {
		return this.effect;
	}

	Scope scope() {
		return this.scope;
	}

	int times() {
		return this.times;
	}

	private static void require(boolean condition, String message) {
		require(condition, () -> message);
	}

	private static void require(boolean condition, Supplier<String> message) {
		if (!condition) {
			throw new IllegalArgumentException(message.get());
		}
	}

	@Override
	public boolean equals(Object other) {
		return other instanceof Fault that && this.effect.equals(that.effect) && this.scope.equals(that.scope)
				&& this.times == that.times;
	}

	@Override
	public int hashCode() {
		return Objects.hash(this.effect, this.scope, this.times);
	}

	@Override
	public String toString() {
		return this.effect + this.scope.toString() + ((this.times != Integer.MAX_VALUE) ? " x" + this.times : "");
	}

	/**
	 * A fault at work. Thread-safe.
	 */
	public interface Handle extends AutoCloseable {

		/**
		 * How many answers (or requests) were changed, delayed, dropped or reset so far.
		 * @return the count
		 */
		long hits();

		/**
		 * End the fault. Nothing happens when it has ended already.
		 */
		@Override
		void close();

	}

}
