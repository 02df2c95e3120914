/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.sample.trial;

import java.util.stream.IntStream;

import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the demonstration counts.
 */
@Timeout(10)
class LedgerTests {

	private static final TopicPartition PARTITION = new TopicPartition("orders", 0);

	private final Ledger ledger = new Ledger();

	@BeforeEach
	void tenOrdersArePublished() {
		IntStream.range(0, 10).forEach((order) -> ledger.published(PARTITION, order, order));
	}

	@Test
	void waitUntilTheyAreReceived() {
		receive(0, 4);

		assertThat(tally(4)).isEqualTo(new Tally(4, 0, 0, 6));
	}

	@Test
	void whatAConsumerHasSkippedIsLost() {
		receive(0, 4);
		receive(7, 10);

		assertThat(tally(10)).isEqualTo(new Tally(7, 0, 3, 0));
	}

	@Test
	void whatItGetsAfterAllIsNeitherLostNorADuplicate() {
		receive(7, 10);
		receive(0, 10);

		assertThat(tally(10)).isEqualTo(new Tally(13, 3, 0, 0));
	}

	@Test
	void duplicatesAreFoundAcrossAMark() {
		receive(0, 10);
		ledger.mark();
		assertThat(ledger.first(PARTITION)).isEmpty();
		receive(8, 10);

		assertThat(tally(10)).isEqualTo(new Tally(2, 2, 0, 0));
		assertThat(ledger.first(PARTITION)).hasValue(8);
	}

	@Test
	void whatALogHasLostIsLost() {
		receive(0, 4);
		ledger.cut(PARTITION, 6);
		ledger.published(PARTITION, 6, 10);
		ledger.received(PARTITION, 6, 10);

		assertThat(tally(4)).isEqualTo(new Tally(5, 0, 4, 2));
	}

	@Test
	void whatAnotherLogHasIsNotLost() {
		ledger.cut(PARTITION, 0);
		assertThat(tally(0)).isEqualTo(new Tally(0, 0, 10, 0));
		ledger.published(PARTITION, 0, 9);

		assertThat(tally(0)).isEqualTo(new Tally(0, 0, 9, 1));
	}

	@Test
	void groupMayGetAnOrderBeforeTheProducerKnows() {
		ledger.received(PARTITION, 10, 10);
		ledger.published(PARTITION, 10, 10);

		assertThat(tally(0)).isEqualTo(new Tally(1, 0, 0, 10));
	}

	@Test
	void endOfALogIsThatOfItsLastOrder() {
		assertThat(ledger.end(PARTITION)).isEqualTo(10);
		ledger.cut(PARTITION, 6);
		assertThat(ledger.end(PARTITION)).isEqualTo(6);
		ledger.received(PARTITION, 6, 10);
		assertThat(ledger.end(PARTITION)).isEqualTo(7);
		ledger.published(PARTITION, 6, 10);

		assertThat(ledger.end(PARTITION)).isEqualTo(7);
		assertThat(ledger.end(new TopicPartition("orders", 1))).isZero();
	}

	private void receive(int from, int to) {
		IntStream.range(from, to).forEach((order) -> ledger.received(PARTITION, order, order));
	}

	private Tally tally(long passed) {
		return ledger.tally((partition) -> passed);
	}

}
