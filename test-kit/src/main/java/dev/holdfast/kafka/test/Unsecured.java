/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.test;

import java.util.function.Supplier;

/**
 * Says that a {@link LyingKafka} has no security, as the members of annotations cannot be
 * {@code null}.
 */
final class Unsecured implements Supplier<Security> {

	@Override
	public Security get() {
		throw new IllegalStateException("There is no security");
	}

}
