/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;

import dev.holdfast.kafka.offsetguard.AdoptedClients;
import dev.holdfast.kafka.offsetguard.UnguardableConsumerException;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.jspecify.annotations.Nullable;

import org.springframework.kafka.core.ConsumerPostProcessor;
import org.springframework.kafka.core.DefaultKafkaConsumerFactory;

/**
 * Guards the consumers of one binding of Spring Cloud Stream. The binder makes the
 * binding's consumer factory for itself, and hands it to a container at once, so there is
 * no place for a proxy. But a factory lets others have a look at each client that it has
 * created.
 * <p>
 * Where nobody minds, the factory's own configuration gets the guard's entries. Spring
 * reads {@code auto.offset.reset} from there in two cases: to reset offsets, and, if it
 * is {@code latest}, to find out whether to commit positions when partitions are
 * assigned. Then the configuration stays, and the client is replaced when the application
 * begins to use it.
 *
 * @param <K> the type of the keys
 * @param <V> the type of the values
 */
final class StreamBinding<K, V> implements ConsumerPostProcessor<K, V> {

	private final FactoryGuard guard;

	private final StreamBindings bindings;

	private final DefaultKafkaConsumerFactory<K, V> factory;

	private final Map<String, Object> original;

	private final AdoptedClients adopted;

	/** Whether this thread creates a client that is to be left as it is. */
	private final ThreadLocal<Boolean> plain = ThreadLocal.withInitial(() -> false);

	/** What the client that this thread replaces would do itself. */
	private final ThreadLocal<@Nullable Object> replacedReset = new ThreadLocal<>();

	private StreamBinding(FactoryGuard guard, StreamBindings bindings, DefaultKafkaConsumerFactory<K, V> factory) {
		this.guard = guard;
		this.bindings = bindings;
		this.factory = factory;
		this.original = factory.getConfigurationProperties();
		this.adopted = guard.adoptedClients();
	}

	/**
	 * Guards the consumers that a factory creates from now on.
	 * @param guard the guard of the binding's name
	 * @param bindings hears of consumers that are refused
	 * @param factory the factory
	 * @param readAfterwards whether Spring reads {@code auto.offset.reset} from the
	 * factory's configuration
	 */
	static <K, V> void guard(FactoryGuard guard, StreamBindings bindings, DefaultKafkaConsumerFactory<K, V> factory,
			boolean readAfterwards) {
		StreamBinding<K, V> binding = new StreamBinding<>(guard, bindings, factory);
		guard.cap().requireUsable(binding.original);
		Map<String, Object> entries = new HashMap<>(binding.adopted.entries(binding.original));
		if (guard.isGuarding() && !readAfterwards) {
			entries.putAll(AdoptedClients.RESET);
		}
		factory.updateConfigs(entries);
		factory.addPostProcessor(binding);
	}

	@Override
	public Consumer<K, V> apply(Consumer<K, V> client) {
		AdoptedClients.Adopted<K, V> taken = adopted.adopt(client);
		if (!guard.isGuarding() || plain.get()) {
			return capped(client, taken);
		}
		if (!taken.isReset()) {
			return LateConsumer.of(capped(client, taken), () -> replace(client, taken));
		}
		Map<String, Object> configuration = new HashMap<>(taken.configuration());
		configuration.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, ownReset());
		configuration.put(ConsumerConfig.INTERCEPTOR_CLASSES_CONFIG,
				original.get(ConsumerConfig.INTERCEPTOR_CLASSES_CONFIG));
		guard.tellAboutAutoCommit(configuration, true);
		try {
			return taken.guarded(configuration);
		}
		catch (UnguardableConsumerException ex) {
			bindings.attempt(() -> guard.tolerate(false, ex.getMessage(), ex));
			return createPlain(taken);
		}
	}

	private Consumer<K, V> capped(Consumer<K, V> client, AdoptedClients.Adopted<K, V> taken) {
		return guard.cap().isActive() ? taken.capped() : client;
	}

	private Object ownReset() {
		Object replaced = replacedReset.get();
		return (replaced != null) ? replaced : original.getOrDefault(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "latest");
	}

	/**
	 * Replaces a client that has done nothing but ask.
	 * @return the guarded client; {@code null} to go on with the one that there is
	 */
	private @Nullable Consumer<K, V> replace(Consumer<K, V> client, AdoptedClients.Adopted<K, V> taken) {
		if (!taken.configuration().isEmpty()) {
			client.close();
			replacedReset.set(taken.configuration().get(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG));
			try {
				return create(taken, AdoptedClients.RESET);
			}
			finally {
				replacedReset.remove();
			}
		}
		String reason = "the container's own interceptor.classes replace those of the factory";
		bindings.attempt(() -> guard.tolerate(false, reason, null));
		if (isReset()) {
			// Such a client moves nowhere, not even to where plain Kafka begins.
			bindings.keepReset(guard.name());
			throw new IllegalStateException(
					"Bind '%s' again, to have it without a guard: %s".formatted(guard.name(), reason));
		}
		return null;
	}

	private boolean isReset() {
		return factory.getConfigurationProperties().entrySet().containsAll(AdoptedClients.RESET.entrySet());
	}

	private Consumer<K, V> createPlain(AdoptedClients.Adopted<K, V> taken) {
		plain.set(true);
		try {
			return create(taken, Map.of(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, ownReset()));
		}
		finally {
			plain.remove();
		}
	}

	/**
	 * Creates a client like another one.
	 */
	private Consumer<K, V> create(AdoptedClients.Adopted<K, V> other, Map<String, Object> entries) {
		Map<String, Object> known = factory.getConfigurationProperties();
		Properties properties = new Properties();
		other.configuration().forEach((name, value) -> {
			if (value != null && !Objects.equals(value, known.get(name))) {
				properties.put(name, value);
			}
		});
		properties.putAll(entries);
		return factory.createConsumer((String) other.configuration().get(ConsumerConfig.GROUP_ID_CONFIG),
				(String) other.configuration().get(ConsumerConfig.CLIENT_ID_CONFIG), null, properties);
	}

}
