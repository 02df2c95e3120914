/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import java.util.Map;

import dev.holdfast.kafka.offsetguard.internal.client.AutoOffsetReset;
import dev.holdfast.kafka.offsetguard.internal.client.ConsumerConfigurationCapture;
import dev.holdfast.kafka.versioncap.ClientCap;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.jspecify.annotations.Nullable;

/**
 * Takes over consumers that others construct: a framework that hands its clients to a
 * post-processor, but lets nobody be around their construction. {@link #entries} go into
 * the configuration of such a client before, and {@link #adopt} follows right after, on
 * the same thread. Clients with {@link #RESET} in their configuration can be guarded; the
 * cap holds for all. Thread-safe.
 */
public final class AdoptedClients {

	/** What the configuration of a client has to have in it to be guarded. */
	public static final Map<String, Object> RESET = Map.of(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");

	private final @Nullable OffsetGuard guard;

	private final ClientCap cap;

	private final ThreadLocal<@Nullable Begun> latest = new ThreadLocal<>();

	/**
	 * A construction that this thread has begun.
	 */
	private record Begun(ConsumerConfigurationCapture capture, ClientCap.Expected cap) {
	}

	/**
	 * Takes over clients without a guard.
	 * @param cap the versions that they speak
	 */
	public AdoptedClients(ClientCap cap) {
		this(null, cap);
	}

	AdoptedClients(@Nullable OffsetGuard guard, ClientCap cap) {
		this.guard = guard;
		this.cap = cap;
	}

	/**
	 * The entries that announce a client.
	 * @param configuration the application's configuration of the client, of which its
	 * {@code interceptor.classes} stay
	 * @return entries to put over it
	 */
	public Map<String, Object> entries(Map<String, Object> configuration) {
		return ConsumerConfigurationCapture.observedBy(configuration.get(ConsumerConfig.INTERCEPTOR_CLASSES_CONFIG),
				(capture) -> latest.set(new Begun(capture, cap.expect())));
	}

	/**
	 * Takes over the client that the calling thread has constructed last.
	 * @param <K> the type of the keys
	 * @param <V> the type of the values
	 * @param client the client, or what others have put around it
	 * @return what can be done with it
	 */
	public <K, V> Adopted<K, V> adopt(Consumer<K, V> client) {
		Begun begun = latest.get();
		latest.remove();
		return new Adopted<>(guard, client, begun);
	}

	/**
	 * A client that others have constructed.
	 *
	 * @param <K> the type of the keys
	 * @param <V> the type of the values
	 */
	public static final class Adopted<K, V> {

		private final @Nullable OffsetGuard guard;

		private final Consumer<K, V> client;

		private final @Nullable Begun begun;

		private Adopted(@Nullable OffsetGuard guard, Consumer<K, V> client, @Nullable Begun begun) {
			this.guard = guard;
			this.client = client;
			this.begun = begun;
		}

		/**
		 * The client's whole configuration.
		 * @return the configuration; empty if the client was not announced
		 */
		public Map<String, ?> configuration() {
			Map<String, ?> configuration = (begun != null) ? begun.capture().configuration() : null;
			return (configuration != null) ? configuration : Map.of();
		}

		/**
		 * Whether the client can be guarded: its configuration has {@link #RESET} in it.
		 * @return {@code false} if the client itself would move its position
		 */
		public boolean isReset() {
			return configuration().entrySet().containsAll(RESET.entrySet());
		}

		/**
		 * Guards the client.
		 * @param configuration the application's own configuration; the guard reads
		 * {@code auto.offset.reset} from it
		 * @return the guarded consumer, as {@link OffsetGuard#createConsumer} returns it
		 * @throws UnguardableConsumerException if it cannot be guarded; it is closed then
		 */
		public Consumer<K, V> guarded(Map<String, Object> configuration) {
			if (guard == null || begun == null) {
				client.close();
				throw new UnguardableConsumerException(
						"The consumer (%s) was not announced".formatted(client.getClass().getName()));
			}
			AutoOffsetReset autoOffsetReset = OffsetGuard.autoOffsetReset(configuration);
			return guard.guarded(begun.cap().constructed(client), begun.capture(), autoOffsetReset);
		}

		/**
		 * Leaves the client without a guard.
		 * @return the consumer, as {@link ClientCap#constructConsumer} returns it; the
		 * client itself if it was not announced
		 */
		public Consumer<K, V> capped() {
			return (begun != null) ? begun.cap().constructedConsumer(client) : client;
		}

	}

}
