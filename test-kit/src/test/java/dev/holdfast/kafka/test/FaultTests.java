/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.test;

import java.time.Duration;

import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

@Timeout(10)
class FaultTests {

	@Test
	void isAValue() {
		Fault fault = Fault.epochEndOffset(0);
		assertThat(fault).isEqualTo(Fault.epochEndOffset(0)).hasSameHashCodeAs(Fault.epochEndOffset(0));
		assertThat(fault).isNotEqualTo(Fault.epochEndOffset(1))
			.isNotEqualTo(fault.times(1))
			.isNotEqualTo(fault.onBroker(0))
			.isNotEqualTo(fault.forClient("c"))
			.isNotEqualTo(fault.forTopic("t"));
		assertThat(fault.forTopic("t")).isNotEqualTo(fault.forPartition(new TopicPartition("t", 0)));
	}

	@Test
	void saysWhatItDoes() {
		assertThat(
				Fault.epochEndOffset(7).onBroker(1).forClient("app").forPartition(new TopicPartition("t", 2)).times(3))
			.hasToString("EndOffset[endOffset=7] on broker 1 for clients app* for t-2 x3");
	}

	@Test
	void refusesNegativeEndOffset() {
		assertThatIllegalArgumentException().isThrownBy(() -> Fault.epochEndOffset(-1))
			.withMessage("endOffset must not be negative; see undefinedEpochEndOffset()");
	}

	@Test
	void refusesErrorsOfUnsupportedApis() {
		assertThatIllegalArgumentException()
			.isThrownBy(() -> Fault.error(ApiKeys.CREATE_TOPICS, Errors.UNKNOWN_SERVER_ERROR))
			.withMessageStartingWith("error() does not support CREATE_TOPICS, only [FETCH, LIST_OFFSETS, ");
		assertThatIllegalArgumentException().isThrownBy(() -> Fault.error(ApiKeys.FETCH, Errors.NONE));
	}

	@Test
	void refusesToNarrowWhatConcernsWholeAnswers() {
		assertThatIllegalArgumentException().isThrownBy(() -> Fault.silence().forTopic("t"))
			.withMessage("Silence[apis=[]] concerns whole answers, not topics");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> Fault.error(ApiKeys.HEARTBEAT, Errors.REBALANCE_IN_PROGRESS)
				.forPartition(new TopicPartition("t", 0)));
	}

	@Test
	void refusesNonsense() {
		assertThatIllegalArgumentException().isThrownBy(() -> Fault.delay(Duration.ZERO));
		assertThatIllegalArgumentException().isThrownBy(() -> Fault.advertise(ApiKeys.FETCH, 3, 2));
		assertThatIllegalArgumentException().isThrownBy(() -> Fault.hide(ApiKeys.FETCH).times(0));
		assertThatIllegalArgumentException().isThrownBy(() -> KafkaCluster.builder().brokers(0));
	}

}
