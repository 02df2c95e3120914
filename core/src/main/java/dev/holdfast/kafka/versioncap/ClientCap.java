/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.versioncap;

import java.util.function.Supplier;

import dev.holdfast.kafka.internal.wrapping.UnwrappableConsumerException;
import dev.holdfast.kafka.versioncap.internal.CapScope;
import dev.holdfast.kafka.versioncap.internal.ClientBinding;
import dev.holdfast.kafka.versioncap.rules.LearnedCaps;
import dev.holdfast.kafka.versioncap.rules.VersionCap;
import dev.holdfast.kafka.versioncap.rules.VersionCapInstallException;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Gives clients a cap when they are constructed. Immutable and thread-safe; serves any
 * number of clients.
 */
public final class ClientCap {

	private static final ClientCap NONE = new ClientCap(VersionCap.none(), LearnedCaps.none());

	private final VersionCap cap;

	private final LearnedCaps learned;

	/**
	 * Creates a client cap.
	 * @param cap what clients may speak
	 * @param learned the APIs that brokers have answered wrongly, by cluster
	 */
	public ClientCap(VersionCap cap, LearnedCaps learned) {
		this.cap = cap;
		this.learned = learned;
	}

	/**
	 * Leaves clients as they are.
	 * @return a client cap without rules, that learns nothing
	 */
	public static ClientCap none() {
		return NONE;
	}

	/**
	 * What clients may speak.
	 * @return the cap, without what Holdfast has learned
	 */
	public VersionCap cap() {
		return cap;
	}

	/**
	 * The APIs that brokers have answered wrongly, by cluster.
	 * @return the memory, shared with others
	 */
	public LearnedCaps learned() {
		return learned;
	}

	/**
	 * The same rules for clients that what Holdfast learns does not concern, such as
	 * those that gather the evidence that it learns from.
	 * @return a client cap that learns nothing
	 */
	public ClientCap withoutLearning() {
		return new ClientCap(cap, LearnedCaps.none());
	}

	/**
	 * Constructs a client under this cap. The cap holds for each Kafka client that the
	 * calling thread constructs meanwhile, those of interceptors and the like included.
	 * @param <T> the type of the client
	 * @param construction constructs it, on the calling thread
	 * @return the client and its versions
	 * @throws VersionCapInstallException if there are rules, and the client does not
	 * follow them
	 */
	public <T> Construction<T> construct(Supplier<T> construction) {
		if (!installIfNeeded()) {
			return new Construction<>(construction.get(), ClientVersions.UNKNOWN);
		}
		try (CapScope scope = CapScope.open(cap, learned)) {
			return constructed(construction.get(), scope);
		}
	}

	/**
	 * Constructs the next consumer of the calling thread under this cap: for a caller
	 * that is told when a construction begins, and hears of the client when it has ended.
	 * @return tells what has become of the client
	 * @throws VersionCapInstallException if there are rules, and they cannot be installed
	 */
	public Expected expect() {
		return new Expected(this, installIfNeeded() ? CapScope.openForNext(cap, learned) : null);
	}

	private boolean installIfNeeded() {
		if (!VersionCapInstaller.isInstalled() && (!cap.isEmpty() || learned.isLearning())) {
			VersionCapInstaller.install();
		}
		return VersionCapInstaller.isInstalled();
	}

	private <T> Construction<T> constructed(T client, CapScope scope) {
		if (client instanceof VersionedClient versioned) {
			return new Construction<>(client, versioned.clientVersions());
		}
		ClientBinding binding = scope.mainBinding();
		if (binding == null && !cap.isEmpty() && !(client instanceof MockConsumer)) {
			close(client);
			throw new VersionCapInstallException(
					"%s does not follow the version cap (%s): it was constructed on another thread, or before, or it is not a client of the kafka-clients on this class path"
						.formatted(client, cap),
					null);
		}
		return new Construction<>(client, (binding != null) ? new ClientVersions(binding) : ClientVersions.UNKNOWN);
	}

	private static void close(@Nullable Object client) {
		if (client instanceof Consumer<?, ?> consumer) {
			consumer.close();
		}
	}

	/**
	 * Constructs a consumer under this cap.
	 * @param <K> the type of the keys
	 * @param <V> the type of the values
	 * @param construction constructs it, on the calling thread
	 * @return the consumer, a {@link VersionedClient}, and, except in a native image, a
	 * {@code KafkaConsumer} if the client is one. Its {@code poll} throws a
	 * {@link RefusedBrokerException} when a broker offers less than it has to. Where this
	 * JVM makes no wrapper and no rule says what a broker has to offer, it is the client
	 * itself
	 * @throws VersionCapInstallException if there are rules, and the client does not
	 * follow them, or this JVM makes no wrapper that stops it
	 */
	public <K, V> Consumer<K, V> constructConsumer(Supplier<Consumer<K, V>> construction) {
		return wrapped(construct(construction));
	}

	private static <K, V> Consumer<K, V> wrapped(Construction<Consumer<K, V>> constructed) {
		boolean wrapped = constructed.client() instanceof VersionedClient;
		if (wrapped || constructed.client() instanceof MockConsumer) {
			return constructed.client();
		}
		try {
			return CappedConsumer.wrap(constructed.client(), constructed.versions());
		}
		catch (UnwrappableConsumerException ex) {
			VersionCap required = constructed.versions().cap();
			if (required.minVersions().isEmpty()) {
				return constructed.client();
			}
			close(constructed.client());
			throw new VersionCapInstallException(
					"%s cannot be kept from brokers that offer less than it demands (%s): %s"
						.formatted(constructed.client(), required, ex.getMessage()),
					ex);
		}
	}

	/**
	 * Sets the cap for all clients of this JVM that are constructed outside of
	 * {@link #construct}, or under a cap without rules: producers, admins, Streams. If
	 * there are several such caps, all of them hold.
	 * @return removes it again; clients that exist already keep it
	 * @throws VersionCapInstallException if it cannot be installed
	 */
	public Registration applyToAllClients() {
		VersionCapInstaller.install();
		CapScope.addForAll(cap);
		return () -> CapScope.removeForAll(cap);
	}

	/**
	 * A cap for all clients, until it is closed.
	 */
	public interface Registration extends AutoCloseable {

		@Override
		void close();

	}

	/**
	 * A consumer that is about to be constructed under a cap.
	 */
	public static final class Expected {

		private final ClientCap cap;

		private final @Nullable CapScope scope;

		private Expected(ClientCap cap, @Nullable CapScope scope) {
			this.cap = cap;
			this.scope = scope;
		}

		/**
		 * Tells that the construction has ended.
		 * @param <T> the type of the client
		 * @param client the client
		 * @return the client and its versions
		 * @throws VersionCapInstallException if there are rules, and the client does not
		 * follow them
		 */
		public <T> Construction<T> constructed(T client) {
			return (scope != null) ? cap.constructed(client, scope)
					: new Construction<>(client, ClientVersions.UNKNOWN);
		}

		/**
		 * Tells that the construction has ended.
		 * @param <K> the type of the keys
		 * @param <V> the type of the values
		 * @param client the client
		 * @return the consumer, as {@link ClientCap#constructConsumer} returns it
		 * @throws VersionCapInstallException if there are rules, and the client does not
		 * follow them, or this JVM makes no wrapper that stops it
		 */
		public <K, V> Consumer<K, V> constructedConsumer(Consumer<K, V> client) {
			return wrapped(constructed(client));
		}

	}

	/**
	 * A client that was constructed under a cap.
	 *
	 * @param <T> the type of the client
	 * @param client the client
	 * @param versions the versions that it speaks to its brokers
	 */
	public record Construction<T>(T client, ClientVersions versions) {
	}

}
