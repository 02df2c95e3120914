/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.versioncap;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import org.jspecify.annotations.Nullable;

/**
 * What a thread constructs between two points in time, and under which cap. A client
 * takes the cap of the innermost scope on the thread that calls its constructor, else
 * what is set for all clients.
 */
final class CapScope implements AutoCloseable {

	private static final ThreadLocal<@Nullable CapScope> CURRENT = new ThreadLocal<>();

	private static final List<VersionCap> FOR_ALL = new CopyOnWriteArrayList<>();

	private final @Nullable CapScope outer;

	private final VersionCap cap;

	private final LearnedCaps learned;

	private final List<ClientBinding> bindings = new ArrayList<>(1);

	private CapScope(@Nullable CapScope outer, VersionCap cap, LearnedCaps learned) {
		this.outer = outer;
		this.cap = cap;
		this.learned = learned;
	}

	static CapScope open(VersionCap cap, LearnedCaps learned) {
		CapScope scope = new CapScope(CURRENT.get(), cap, learned);
		CURRENT.set(scope);
		return scope;
	}

	/**
	 * Called by kafka-clients when a client is constructed.
	 * @return the client's binding, {@code null} if it is not constructed in a scope
	 */
	static @Nullable ClientBinding bindScoped() {
		CapScope scope = CURRENT.get();
		if (scope == null) {
			return null;
		}
		ClientBinding binding = new ClientBinding(scope.cap, scope.learned);
		scope.bindings.add(binding);
		return binding;
	}

	/**
	 * Called by kafka-clients when a client is constructed outside of any scope.
	 * @return the client's binding, {@code null} to leave the client alone
	 */
	static @Nullable ClientBinding bindForAll() {
		VersionCap forAll = FOR_ALL.stream().reduce(VersionCap.none(), VersionCap::and);
		return forAll.isEmpty() ? null : new ClientBinding(forAll, LearnedCaps.none());
	}

	/**
	 * Sets a cap for all clients that are created outside of any scope, until it is
	 * removed. Several such caps all hold.
	 */
	static void addForAll(VersionCap cap) {
		FOR_ALL.add(cap);
	}

	static void removeForAll(VersionCap cap) {
		FOR_ALL.remove(cap);
	}

	/**
	 * The client that was constructed last, which is the one that the others were made
	 * for: a consumer makes its interceptors first.
	 */
	@Nullable ClientBinding lastBinding() {
		return bindings.isEmpty() ? null : bindings.get(bindings.size() - 1);
	}

	@Override
	public void close() {
		if (outer != null) {
			// A factory around another one gets the client that the inner one has capped.
			outer.bindings.addAll(bindings);
			CURRENT.set(outer);
		}
		else {
			CURRENT.remove();
		}
	}

}
