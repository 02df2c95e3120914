/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure.properties;

import java.util.List;

/**
 * Thrown at start, before Spring creates any Kafka client, when properties below
 * {@code holdfast.kafka} make no sense. Carries all mistakes, not only the first.
 */
public final class InvalidHoldfastPropertiesException extends RuntimeException {

	private final transient List<PropertyMistake> mistakes;

	/**
	 * Creates the exception.
	 * @param mistakes all mistakes, at least one
	 */
	public InvalidHoldfastPropertiesException(List<PropertyMistake> mistakes) {
		super("Invalid properties: " + mistakes);
		this.mistakes = List.copyOf(mistakes);
	}

	List<PropertyMistake> mistakes() {
		return mistakes;
	}

}
