/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.sample.demo;

import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;

import dev.holdfast.kafka.sample.demo.Deliveries.Delivery;
import dev.holdfast.kafka.sample.service.Listener;
import dev.holdfast.kafka.test.WireRequest;

/**
 * What became of one listener, counted from its deliveries and from the wire's record.
 *
 * @param scenario what happened to it
 * @param listener which one it is
 * @param firstOffset the first offset it received after the brokers had lied to it, -1
 * for none
 * @param delivered how many orders it received
 * @param duplicates how many of them it or its group had received before
 * @param lost how many orders no consumer of its group has received
 * @param claims how often it, or its inspector, has asked the brokers for the end of a
 * leader epoch (API key 23) since they began to lie
 */
record Row(Scenario scenario, Listener listener, long firstOffset, int delivered, int duplicates, int lost,
		int claims) {

	static final List<String> HEADINGS = List.of("scenario", "listener", "first offset", "delivered", "duplicates",
			"lost", "key-23 requests");

	/**
	 * Makes a row.
	 * @param scenario what happened to the listener
	 * @param listener which one it is
	 * @param before the offsets that its group had consumed before
	 * @param deliveries the orders it received, in order
	 * @param lies its requests to which the brokers answered with a lie, in order
	 * @param logEnd the end of the log
	 * @return the row
	 */
	static Row of(Scenario scenario, Listener listener, Set<Long> before, List<Delivery> deliveries,
			List<WireRequest> lies, long logEnd) {
		Set<Long> consumed = new HashSet<>(before);
		int duplicates = 0;
		for (Delivery delivery : deliveries) {
			if (!consumed.add(delivery.offset())) {
				duplicates++;
			}
		}
		long lost = LongStream.range(0, logEnd).filter((offset) -> !consumed.contains(offset)).count();
		Instant lie = lies.stream().map(WireRequest::at).findFirst().orElse(Instant.MIN);
		long first = deliveries.stream()
			.filter((delivery) -> !delivery.at().isBefore(lie))
			.mapToLong(Delivery::offset)
			.findFirst()
			.orElse(-1);
		return new Row(scenario, listener, first, deliveries.size(), duplicates, (int) lost, lies.size());
	}

	/**
	 * Whether the listener has moved.
	 * @return {@code true} if it received an order twice or missed one
	 */
	boolean moved() {
		return duplicates > 0 || lost > 0;
	}

	List<String> cells() {
		return List.of(scenario.title(), listener.toString(), (firstOffset < 0) ? "none" : Long.toString(firstOffset),
				Integer.toString(delivered), Integer.toString(duplicates), Integer.toString(lost),
				Integer.toString(claims));
	}

}
