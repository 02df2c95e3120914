/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.partition;

import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.stream.LongStream;

import dev.holdfast.kafka.offsetguard.ScriptedClock;
import dev.holdfast.kafka.offsetguard.decision.Decision;
import dev.holdfast.kafka.offsetguard.decision.Outcome;
import dev.holdfast.kafka.offsetguard.evidence.Evidence;
import dev.holdfast.kafka.offsetguard.evidence.LogBounds;
import dev.holdfast.kafka.offsetguard.evidence.Remembered;
import dev.holdfast.kafka.offsetguard.internal.client.AutoOffsetReset;
import dev.holdfast.kafka.offsetguard.internal.client.Pauses;
import dev.holdfast.kafka.offsetguard.policy.Action;
import dev.holdfast.kafka.offsetguard.policy.Cause;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * When what is held is looked at again. A hold only pauses and seeks the client, for
 * which Kafka's own mock will do.
 */
class HoldsTests {

	private static final TopicPartition PARTITION = new TopicPartition("orders", 0);

	private static final LogBounds ANSWERED = new LogBounds(0, 100);

	private static final Duration TICK = Duration.ofNanos(1);

	private final ScriptedClock clock = ScriptedClock.standing();

	private final MockConsumer<String, String> client = new MockConsumer<>("earliest");

	private final Pauses pauses = new Pauses(client);

	private final Holds holds = new Holds(client, pauses,
			new PartitionStates(new UndecidedStarts(client, pauses, false, AutoOffsetReset.Strategy.LATEST), clock),
			Duration.ofSeconds(30), clock);

	HoldsTests() {
		client.assign(Set.of(PARTITION));
	}

	@Test
	void whatWasNotAnsweredIsLookedAtAgainAtGrowingIntervals() {
		holds.hold(decision(Cause.BELOW_LOG_START, null));

		assertThat(delays(8)).containsExactly(1, 2, 4, 8, 16, 30, 30, 30);
	}

	@Test
	void whatMayBeKnownSoonIsLookedAtAgainAtGrowingIntervals() {
		holds.hold(decision(Cause.UNVERIFIABLE, ANSWERED));

		assertThat(delays(7)).containsExactly(1, 2, 4, 8, 16, 30, 30);
	}

	@Test
	void whatWasAnsweredIsLookedAtAgainAtTheIntervalThatWasSet() {
		holds.hold(decision(Cause.BELOW_LOG_START, ANSWERED));

		assertThat(delays(3)).containsExactly(30, 30, 30);
	}

	/** Operators want to see what each answer costs. */
	@Test
	void whatDoesNotTellWhereAnActionLeadsIsLookedAtAgainSoon() {
		Decision decision = decision(Cause.BELOW_LOG_START, ANSWERED, -1);
		holds.hold(decision);
		assertThat(delays(2)).containsExactly(1, 2);

		holds.found(PARTITION, decision(Cause.BELOW_LOG_START, ANSWERED).evidence(), -1);
		delays(1);

		assertThat(delays(2)).containsExactly(30, 30);
	}

	@Test
	void partitionIsHeldSinceTheFirstOfItsCauses() {
		Decision first = decision(Cause.UNVERIFIABLE, null);
		holds.hold(first);
		Decision later = new Decision(Instant.EPOCH.plusSeconds(60), first.groupId(), first.clientId(), PARTITION,
				Cause.ABOVE_LOG_END, Action.HOLD, Action.HOLD, null, new Outcome.Held(), Decision.Impact.NONE,
				first.evidence(), false, null);
		holds.hold(later);

		assertThat(holds.visible(PARTITION)).isEqualTo(later);
		assertThat(holds.visible().get(PARTITION).since()).isEqualTo(Instant.EPOCH);
		holds.release(PARTITION);
		holds.hold(later);
		assertThat(holds.visible().get(PARTITION).since()).isEqualTo(later.at());
	}

	@Test
	void anotherDecisionBeginsAnew() {
		holds.hold(decision(Cause.UNVERIFIABLE, null));
		delays(4);

		holds.hold(decision(Cause.UNVERIFIABLE, null));

		assertThat(delays(2)).containsExactly(1, 2);
	}

	@Test
	void retryIsDueWhenItIsSaid() {
		holds.hold(decision(Cause.FALSE_TRUNCATION, ANSWERED), Duration.ofMillis(1_500));

		assertThat(holds.untilDue()).isEqualTo(Duration.ofMillis(1_500));
		clock.advance(Duration.ofMillis(1_500).minus(TICK));
		assertThat(holds.due()).isEmpty();
		clock.advance(TICK);

		assertThat(holds.due()).containsExactly(PARTITION);
	}

	@Test
	void retryIsNeverLaterThanTheIntervalThatWasSet() {
		holds.hold(decision(Cause.FALSE_TRUNCATION, ANSWERED), Duration.ofMinutes(10));

		assertThat(holds.untilDue()).isEqualTo(Duration.ofSeconds(30));
	}

	/**
	 * Looks again in vain whenever it is due.
	 * @return after how many seconds it was
	 */
	private long[] delays(int times) {
		return LongStream.range(0, times).map((i) -> {
			Duration delay = holds.untilDue();
			clock.advance(delay.minus(TICK));
			assertThat(holds.due()).isEmpty();
			clock.advance(TICK);
			assertThat(holds.due()).containsExactly(PARTITION);
			holds.postponeRecheck(PARTITION);
			return delay.toSeconds();
		}).toArray();
	}

	private static Decision decision(Cause cause, @Nullable LogBounds bounds) {
		return decision(cause, bounds, (bounds != null) ? bounds.logEndOffset() : -1);
	}

	private static Decision decision(Cause cause, @Nullable LogBounds bounds, long latestOffset) {
		Evidence evidence = new Evidence(Evidence.Trigger.OUT_OF_RANGE, 50, -1, null, Evidence.Validation.NOT_ASKED,
				null, bounds, bounds, null, null, null, latestOffset, -1, Remembered.NOTHING, null, -1);
		return new Decision(Instant.EPOCH, "group", "client", PARTITION, cause, Action.HOLD, Action.HOLD, null,
				new Outcome.Held(), Decision.Impact.NONE, evidence, false, null);
	}

}
