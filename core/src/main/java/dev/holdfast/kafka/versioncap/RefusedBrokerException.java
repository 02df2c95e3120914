/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.versioncap;

import java.util.Set;

import dev.holdfast.kafka.versioncap.internal.RefusedBroker;
import org.apache.kafka.clients.consumer.NoOffsetForPartitionException;
import org.jspecify.annotations.Nullable;

/**
 * Thrown from {@code poll}, and again from every later poll, when a broker offers less
 * than the consumer's {@code min-versions} require. It is a
 * {@link NoOffsetForPartitionException}, without a partition, because that is the one
 * exception on which spring-kafka's listener container stops cleanly.
 */
public final class RefusedBrokerException extends NoOffsetForPartitionException {

	/** Which broker offers too little of what. */
	private final String problem;

	RefusedBrokerException(RefusedBroker broker, @Nullable String address) {
		super(Set.of());
		this.problem = "%s%s offers %s, but min-versions require %s >= %d: the consumer stops".formatted(broker.name(),
				(address != null) ? " (" + address + ")" : "",
				(broker.offered() < 0) ? "no " + broker.api() : broker.api() + " up to version " + broker.offered(),
				broker.api(), broker.required());
	}

	@Override
	public String getMessage() {
		return problem;
	}

}
