/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.admin;

import java.util.Map;

import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class HelperIdsTests {

	/** It has to find the MBean of the other client, whatever its name needs. */
	@ParameterizedTest
	@ValueSource(strings = { "plain-1", "with.dots_and%signs", "with two words", "with\ttab", "quoted,because=of:this*",
			"\"quoted\"", "größer", "a\\b" })
	void idOfALivingClientIsNotTakenAgain(String id) {
		Map<String, Object> configuration = Map.of("bootstrap.servers", "localhost:1", "client.id", id);
		try (Admin living = Admin.create(configuration)) {
			String other = HelperIds.construct("kafka.admin.client", id, (given) -> given);
			assertThat(other).isEqualTo(id + "-2");
			assertThat(living).isNotNull();
		}
		String another = HelperIds.construct("kafka.consumer", id, (given) -> given);
		assertThat(another).isEqualTo(id);
	}

}
