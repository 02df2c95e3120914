/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.test;

import java.util.Iterator;
import java.util.Random;
import java.util.stream.IntStream;

import org.apache.kafka.common.message.DescribeClusterResponseData;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class ScramblerTests {

	/**
	 * The wire would write such an answer for ever.
	 */
	@Test
	void collectionsOfElementsStillEnd() {
		for (int seed = 0; seed < 1_000; seed++) {
			DescribeClusterResponseData answer = new DescribeClusterResponseData();
			IntStream.range(0, 3)
				.forEach((id) -> answer.brokers()
					.add(new DescribeClusterResponseData.DescribeClusterBroker().setBrokerId(id)));

			Scrambler.apply(answer, new Random(seed));

			int count = 0;
			for (Iterator<?> brokers = answer.brokers().iterator(); brokers.hasNext() && count < 100; count++) {
				brokers.next();
			}
			assertThat(count).as("seed " + seed).isLessThan(100);
		}
	}

}
