/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.conformance.internal.judging;

import dev.holdfast.kafka.conformance.internal.evidence.Answer;
import dev.holdfast.kafka.conformance.internal.evidence.Bounds;
import dev.holdfast.kafka.conformance.internal.evidence.ListedOffset;
import dev.holdfast.kafka.conformance.internal.evidence.LogFacts;
import dev.holdfast.kafka.conformance.internal.evidence.Reading;
import dev.holdfast.kafka.offsetguard.evidence.RecordIdentity;
import dev.holdfast.kafka.offsetguard.evidence.TruncationClaim;
import org.apache.kafka.common.TopicPartition;

/**
 * What honest brokers answer about a log from 5 to 40, with epoch 0 up to 20 and epoch 2
 * from there on, and one lie.
 */
final class LogFactsBuilder {

	static final long START = 5;

	static final long END = 40;

	static final long TURN = 20;

	static final int OLD = 0;

	static final int NEW = 2;

	Bounds before = bounds(START, END, NEW);

	Bounds between = before;

	Bounds after = before;

	Answer<Reading> first = found(START, OLD);

	Answer<Reading> last = found(END - 1, NEW);

	Answer<Reading> atEnd = nothing();

	Answer<Reading> aboveEnd = outOfRange();

	Answer<Reading> belowStart = outOfRange();

	Answer<Reading> firstAgain = first;

	Answer<Reading> lastAgain = last;

	Answer<TruncationClaim> lastEnd = end(NEW, END);

	Answer<TruncationClaim> earlierEnd = end(OLD, TURN);

	Answer<Reading> below = found(TURN - 1, OLD);

	Answer<Reading> at = found(TURN, NEW);

	Answer<TruncationClaim> futureEnd = undefined();

	Answer<ListedOffset> firstTime = listed(START, time(START), OLD);

	Answer<ListedOffset> lastTime = listed(END - 1, time(END - 1), NEW);

	/**
	 * The same log, but from 0 on, with a first record of the timestamp 0.
	 */
	void fromZero() {
		before = bounds(0, END, NEW);
		between = before;
		after = before;
		first = found(0, OLD);
		firstAgain = first;
		belowStart = nothing();
		firstTime = listed(0, 0, OLD);
	}

	LogFacts build() {
		return build(0);
	}

	LogFacts build(int partition) {
		return new LogFacts(new TopicPartition("topic", partition), before, between, after,
				new LogFacts.Reads(first, last, atEnd, aboveEnd, belowStart, firstAgain, lastAgain),
				new LogFacts.Epochs(lastEnd, earlierEnd, below, at, futureEnd),
				new LogFacts.Times(firstTime, lastTime));
	}

	static Bounds bounds(long start, long end, int leaderEpoch) {
		return new Bounds(listed(start, -1, -1), listed(end, -1, leaderEpoch));
	}

	static Answer<ListedOffset> listed(long offset, long timestamp, int leaderEpoch) {
		return new Answer.Given<>(new ListedOffset(offset, timestamp, leaderEpoch));
	}

	static Answer<Reading> found(long offset, int leaderEpoch) {
		return new Answer.Given<>(new Reading.Found(new RecordIdentity(offset, leaderEpoch, time(offset), 1, 1)));
	}

	static Answer<Reading> nothing() {
		return new Answer.Given<>(new Reading.Nothing());
	}

	static Answer<Reading> outOfRange() {
		return new Answer.Given<>(new Reading.OutOfRange());
	}

	static Answer<TruncationClaim> end(int leaderEpoch, long offset) {
		return new Answer.Given<>(new TruncationClaim(offset, leaderEpoch));
	}

	static Answer<TruncationClaim> undefined() {
		return end(-1, -1);
	}

	static long time(long offset) {
		return offset;
	}

}
