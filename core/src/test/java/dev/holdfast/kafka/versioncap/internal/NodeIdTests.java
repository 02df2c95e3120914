/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.versioncap.internal;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the ids of a client's connections stand for.
 */
class NodeIdTests {

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			-1         | bootstrap server 1
			-3         | bootstrap server 3
			0          | broker 0
			1001       | broker 1001
			2147483647 | broker 0, as the group's coordinator
			2147482646 | broker 1001, as the group's coordinator
			""", quoteCharacter = '"')
	void idIsExplained(String node, String description) {
		assertThat(NodeId.of(node).description()).isEqualTo(description);
	}

}
