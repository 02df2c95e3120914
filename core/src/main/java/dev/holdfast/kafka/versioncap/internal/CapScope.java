/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.versioncap.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import dev.holdfast.kafka.versioncap.rules.LearnedCaps;
import dev.holdfast.kafka.versioncap.rules.VersionCap;
import org.jspecify.annotations.Nullable;

/**
 * What a thread constructs between two points in time, and under which cap. A client
 * takes the caps of all scopes on the thread that calls its constructor, else what is set
 * for all clients.
 */
public final class CapScope implements AutoCloseable {

	private static final ThreadLocal<@Nullable CapScope> CURRENT = new ThreadLocal<>();

	private static final List<VersionCap> FOR_ALL = new CopyOnWriteArrayList<>();

	private final @Nullable CapScope outer;

	private final VersionCap cap;

	private final LearnedCaps learned;

	private final List<ClientBinding> bindings = new ArrayList<>(1);

	private @Nullable ClientBinding main;

	private final List<ClientBinding> innerBindings = new ArrayList<>();

	private CapScope(@Nullable CapScope outer, VersionCap cap, LearnedCaps learned) {
		this.outer = outer;
		this.cap = cap;
		this.learned = learned;
	}

	/**
	 * Opens a scope. Within another one both caps hold.
	 */
	public static CapScope open(VersionCap cap, LearnedCaps learned) {
		CapScope outer = CURRENT.get();
		CapScope scope = (outer == null) ? new CapScope(null, cap, learned) : new CapScope(outer, outer.cap.and(cap),
				(outer.learned.isLearning() && !learned.isLearning()) ? outer.learned : learned);
		CURRENT.set(scope);
		return scope;
	}

	/**
	 * Called by kafka-clients when a client is constructed.
	 * @return the client's binding, {@code null} if it is not constructed in a scope
	 */
	public static @Nullable ClientBinding bindScoped() {
		CapScope scope = CURRENT.get();
		if (scope == null) {
			return null;
		}
		// A factory without rules does not keep its clients from what is set for all.
		ClientBinding binding = new ClientBinding(scope.cap.isEmpty() ? forAll() : scope.cap, scope.learned);
		scope.bindings.add(binding);
		if (scope.main == null && ClientConstructions.isConsumerOfItsOwn()) {
			scope.main = binding;
		}
		return binding;
	}

	/**
	 * Called by kafka-clients when a client is constructed outside of any scope.
	 * @return the client's binding, {@code null} to leave the client alone
	 */
	public static @Nullable ClientBinding bindForAll() {
		VersionCap forAll = forAll();
		return forAll.isEmpty() ? null : new ClientBinding(forAll, LearnedCaps.none());
	}

	private static VersionCap forAll() {
		return FOR_ALL.stream().reduce(VersionCap.none(), VersionCap::and);
	}

	/**
	 * Sets a cap for all clients that are created outside of any scope, until it is
	 * removed. Several such caps all hold.
	 */
	public static void addForAll(VersionCap cap) {
		FOR_ALL.add(cap);
	}

	public static void removeForAll(VersionCap cap) {
		FOR_ALL.remove(cap);
	}

	/**
	 * The client that the others were made for. A client makes its interceptors,
	 * deserializers and assignors while it is constructed, and a factory's listeners may
	 * make others afterwards. Where none was made in this very scope, a factory around
	 * another one has got the client that the inner one has capped.
	 */
	public @Nullable ClientBinding mainBinding() {
		if (main != null) {
			return main;
		}
		List<ClientBinding> candidates = bindings.isEmpty() ? innerBindings : bindings;
		return candidates.isEmpty() ? null : candidates.get(candidates.size() - 1);
	}

	@Override
	public void close() {
		if (outer != null) {
			ClientBinding binding = mainBinding();
			if (binding != null) {
				outer.innerBindings.add(binding);
			}
			CURRENT.set(outer);
		}
		else {
			CURRENT.remove();
		}
	}

}
