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
 * The clients that a thread constructs between two points in time, and their cap. A
 * client takes the caps of all scopes on the thread that calls its constructor. Where
 * they have no rules, it takes the caps for all clients.
 */
public final class CapScope implements AutoCloseable {

	private static final ThreadLocal<@Nullable CapScope> CURRENT = new ThreadLocal<>();

	private static final List<VersionCap> FOR_ALL = new CopyOnWriteArrayList<>();

	private final @Nullable CapScope outer;

	private final VersionCap cap;

	private final LearnedCaps learned;

	private final boolean forNext;

	private final List<ClientBinding> bindings = new ArrayList<>(1);

	private @Nullable ClientBinding main;

	private final List<ClientBinding> innerBindings = new ArrayList<>();

	private CapScope(@Nullable CapScope outer, VersionCap cap, LearnedCaps learned, boolean forNext) {
		this.outer = outer;
		this.cap = cap;
		this.learned = learned;
		this.forNext = forNext;
	}

	/**
	 * Opens a scope. Inside another scope both caps hold.
	 */
	public static CapScope open(VersionCap cap, LearnedCaps learned) {
		return enter(CURRENT.get(), cap, learned, false);
	}

	/**
	 * Opens a scope that ends when the calling thread has constructed a consumer in it.
	 * If it never does, the scope ends with the next one of this kind.
	 */
	public static CapScope openForNext(VersionCap cap, LearnedCaps learned) {
		CapScope outer = CURRENT.get();
		while (outer != null && outer.forNext) {
			outer = outer.outer;
		}
		return enter(outer, cap, learned, true);
	}

	private static CapScope enter(@Nullable CapScope outer, VersionCap cap, LearnedCaps learned, boolean forNext) {
		// What another scope waits for is not constructed in this one.
		CapScope scope = (outer == null || outer.forNext) ? new CapScope(outer, cap, learned, forNext)
				: new CapScope(outer, outer.cap.and(cap),
						(outer.learned.isLearning() && !learned.isLearning()) ? outer.learned : learned, forNext);
		CURRENT.set(scope);
		return scope;
	}

	/**
	 * kafka-clients call it when a client is constructed.
	 * @return the client's binding, {@code null} if it is not constructed in a scope
	 */
	public static @Nullable ClientBinding bindScoped() {
		CapScope scope = CURRENT.get();
		if (scope == null) {
			return null;
		}
		// For clients of a factory without rules, too, the caps for all clients hold.
		ClientBinding binding = new ClientBinding(scope.cap.isEmpty() ? forAll() : scope.cap, scope.learned);
		scope.bindings.add(binding);
		if (scope.main == null && ClientConstructions.isConsumerOfItsOwn()) {
			scope.main = binding;
			if (scope.forNext) {
				scope.close();
			}
		}
		return binding;
	}

	/**
	 * kafka-clients call it when a client is constructed outside of any scope.
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
	 * Sets a cap for all clients whose scopes have no rules, until it is removed. If
	 * there are several such caps, all of them hold.
	 */
	public static void addForAll(VersionCap cap) {
		FOR_ALL.add(cap);
	}

	public static void removeForAll(VersionCap cap) {
		FOR_ALL.remove(cap);
	}

	/**
	 * The binding of the client that the others were made for. A client makes its
	 * interceptors, deserializers and assignors while it is constructed, and those may
	 * make clients; a factory's listeners may make others afterwards. Where this very
	 * scope has none, one factory wraps another, and the inner factory has capped the
	 * client.
	 */
	public @Nullable ClientBinding mainBinding() {
		if (main != null || forNext) {
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
