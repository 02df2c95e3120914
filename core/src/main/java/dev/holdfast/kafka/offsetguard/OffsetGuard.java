/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

import dev.holdfast.kafka.internal.wrapping.NativeImage;
import dev.holdfast.kafka.internal.wrapping.UnwrappableConsumerException;
import dev.holdfast.kafka.offsetguard.decision.Assignment;
import dev.holdfast.kafka.offsetguard.decision.Decision;
import dev.holdfast.kafka.offsetguard.decision.DecisionListener;
import dev.holdfast.kafka.offsetguard.decision.Resolution;
import dev.holdfast.kafka.offsetguard.decision.ResolutionResult;
import dev.holdfast.kafka.offsetguard.decision.StoppedConsumer;
import dev.holdfast.kafka.offsetguard.internal.admin.GroupMembers;
import dev.holdfast.kafka.offsetguard.internal.client.AutoOffsetReset;
import dev.holdfast.kafka.offsetguard.internal.client.ClientConfiguration;
import dev.holdfast.kafka.offsetguard.internal.client.ConsumerConfigurationCapture;
import dev.holdfast.kafka.offsetguard.internal.consumer.GuardContext;
import dev.holdfast.kafka.offsetguard.internal.consumer.GuardedConsumer;
import dev.holdfast.kafka.offsetguard.internal.consumer.PositionGuard;
import dev.holdfast.kafka.offsetguard.internal.enforcement.LyingBrokers;
import dev.holdfast.kafka.offsetguard.internal.incident.Resolutions;
import dev.holdfast.kafka.offsetguard.internal.memory.GroupMemory;
import dev.holdfast.kafka.offsetguard.internal.partition.Holds;
import dev.holdfast.kafka.offsetguard.internal.time.GuardClock;
import dev.holdfast.kafka.offsetguard.policy.MoveLimits;
import dev.holdfast.kafka.offsetguard.policy.OffsetGuardSettings;
import dev.holdfast.kafka.offsetguard.policy.OffsetResetPolicy;
import dev.holdfast.kafka.versioncap.ClientCap;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigException;
import org.jspecify.annotations.Nullable;

/**
 * Guards the positions of Kafka consumers. Thread-safe; one guard serves any number of
 * consumers.
 * <p>
 * The client runs with {@code auto.offset.reset=none}, so that every move it would have
 * made silently becomes an exception. The guard gathers evidence, names the cause, asks
 * the policy, applies the decision and tells the listeners. Other threads may gather the
 * evidence; all the rest happens on the consumer's own thread, inside its {@code poll}
 * and {@code position}.
 */
public final class OffsetGuard {

	private final GuardContext context;

	private final ClientCap cap;

	/**
	 * Creates a guard whose consumers speak whatever versions they like.
	 * @param settings how it behaves
	 * @param listeners hear of each decision, in this order
	 */
	public OffsetGuard(OffsetGuardSettings settings, List<DecisionListener> listeners) {
		this(settings, null, listeners, ClientCap.none());
	}

	/**
	 * Creates a guard.
	 * @param settings how it behaves
	 * @param ownPolicy decides in place of the policy in the settings, {@code null} for
	 * none
	 * @param listeners hear of each decision, in this order
	 * @param cap the versions that its consumers speak, and so do the clients that gather
	 * evidence
	 */
	public OffsetGuard(OffsetGuardSettings settings, @Nullable OffsetResetPolicy ownPolicy,
			List<DecisionListener> listeners, ClientCap cap) {
		this(settings, ownPolicy, listeners, cap, GuardClock.system());
	}

	OffsetGuard(OffsetGuardSettings settings, @Nullable OffsetResetPolicy ownPolicy, List<DecisionListener> listeners,
			ClientCap cap, GuardClock clock) {
		this.context = GuardContext.of(settings, ownPolicy, List.copyOf(listeners), cap.withoutLearning(), clock);
		this.cap = cap;
	}

	GroupMemory memory() {
		return context.memory();
	}

	/**
	 * Creates a guarded consumer.
	 * @param <K> the type of the keys
	 * @param <V> the type of the values
	 * @param configuration the application's configuration of the consumer, as far as it
	 * is known beforehand; the guard reads {@code auto.offset.reset} and
	 * {@code interceptor.classes} from it
	 * @param construction creates the client from its own configuration with the given
	 * entries put over it, on the calling thread
	 * @return the guarded consumer. Calls that the guard does not intercept reach the
	 * client unchanged. It is a {@code KafkaConsumer} if the client is one, but in a
	 * native image only a {@code Consumer}: see {@link #consumerType}
	 * @throws UnguardableConsumerException if the client does not report, while it is
	 * constructed, a configuration with those entries in it; or if the JVM makes no class
	 * around it
	 */
	public <K, V> Consumer<K, V> createConsumer(Map<String, Object> configuration,
			Function<Map<String, Object>, Consumer<K, V>> construction) {
		Objects.requireNonNull(configuration, "configuration");
		AutoOffsetReset autoOffsetReset = autoOffsetReset(configuration);
		ClientCap.Construction<Consumer<K, V>> constructed;
		ConsumerConfigurationCapture capture;
		try (ConsumerConfigurationCapture.Scope scope = ConsumerConfigurationCapture.open()) {
			constructed = cap.construct(() -> construction.apply(overrides(configuration)));
			capture = scope.last();
		}
		Objects.requireNonNull(constructed.client(), "The construction of a consumer returned null");
		return guarded(constructed, capture, autoOffsetReset);
	}

	/**
	 * Guards clients that others construct. Use it only where {@link #createConsumer}
	 * cannot be around the construction.
	 * @return takes over such clients, one after the other
	 */
	public AdoptedClients adoptedClients() {
		return new AdoptedClients(this, cap);
	}

	<K, V> Consumer<K, V> guarded(ClientCap.Construction<Consumer<K, V>> constructed,
			@Nullable ConsumerConfigurationCapture capture, AutoOffsetReset autoOffsetReset) {
		Consumer<K, V> client = constructed.client();
		if (isGuarded(client)) {
			return client;
		}
		Map<String, ?> captured = (capture != null) ? capture.configuration() : null;
		if (capture == null || captured == null
				|| !"none".equals(captured.get(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG))) {
			client.close();
			throw new UnguardableConsumerException((captured == null)
					? "The consumer (%s) did not report its configuration through interceptor.classes"
						.formatted(client.getClass().getName())
					: "The consumer (%s) was created with auto.offset.reset=%s, not with the guard's none"
						.formatted(client.getClass().getName(), captured.get(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG)));
		}
		ClientConfiguration clientConfiguration = ClientConfiguration.of(captured, autoOffsetReset);
		capture.onCluster(constructed.versions()::cluster);
		PositionGuard<K, V> guard = new PositionGuard<>(client, clientConfiguration,
				context.alsoTelling(new LyingBrokers(capture, cap.learned())), capture, constructed.versions());
		capture.onCommits(guard.clientCommits()::committed);
		context.consumers().add(guard);
		try {
			return wrap(client, guard);
		}
		catch (UnguardableConsumerException ex) {
			guard.close();
			throw ex;
		}
	}

	private static <K, V> Consumer<K, V> wrap(Consumer<K, V> client, PositionGuard<K, V> guard) {
		try {
			return GuardedConsumer.wrap(client, guard);
		}
		catch (UnwrappableConsumerException ex) {
			client.close();
			throw new UnguardableConsumerException(
					"The consumer (%s) cannot be wrapped: %s".formatted(client.getClass().getName(), ex.getMessage()),
					ex);
		}
	}

	/**
	 * The partitions that consumers of this guard hold at present, and why. Thread-safe.
	 * @return the decisions to hold, in no order
	 */
	public List<Decision> held() {
		return context.consumers()
			.stream()
			.flatMap((consumer) -> consumer.holds().visible().values().stream())
			.map(Holds.Shown::decision)
			.toList();
	}

	/**
	 * The consumers of this guard whose {@code poll} throws for good, also after the
	 * application has closed them. The guard forgets them when a later consumer of the
	 * same group has started all its partitions, and some of the same topic. Thread-safe.
	 * @return an element for each, the latest last; at most 256
	 */
	public List<StoppedConsumer> stopped() {
		return context.stopped().all();
	}

	/**
	 * The partitions that are assigned to the consumers of this guard. Thread-safe.
	 * @return an element for each consumer that is not closed
	 */
	public List<Assignment> assignments() {
		return context.consumers().stream().map(PositionGuard::assignment).toList();
	}

	/**
	 * Decides about a held partition, in place of the policy, and beyond
	 * {@link MoveLimits}. The guard gathers the evidence again. The consumer's own thread
	 * then carries the decision out and tells the listeners, in one of its polls.
	 * Thread-safe.
	 * @param groupId the consumer group, {@code null} for consumers without one
	 * @param partition the partition
	 * @param resolution what to do
	 * @return completed with what came of it, never exceptionally. The caller can cancel
	 * it as long as the consumer has not begun; the guard does nothing then
	 */
	public CompletableFuture<ResolutionResult> resolve(@Nullable String groupId, TopicPartition partition,
			Resolution resolution) {
		return order(groupId, partition, resolution, false);
	}

	/**
	 * Finds out what {@link #resolve} would do, and does nothing. Thread-safe.
	 * @param groupId the consumer group, {@code null} for consumers without one
	 * @param partition the partition
	 * @param resolution what to do
	 * @return completed with what would come of it, never exceptionally
	 */
	public CompletableFuture<ResolutionResult> tryOut(@Nullable String groupId, TopicPartition partition,
			Resolution resolution) {
		return order(groupId, partition, resolution, true);
	}

	private CompletableFuture<ResolutionResult> order(@Nullable String groupId, TopicPartition partition,
			Resolution resolution, boolean trial) {
		ResolutionResult refusal = new ResolutionResult.NotAssigned();
		for (PositionGuard<?, ?> consumer : context.consumers()) {
			if (!Objects.equals(groupId, consumer.groupId()) || !consumer.isAssigned(partition)) {
				continue;
			}
			Decision hold = consumer.holds().visible(partition);
			if (hold == null) {
				refusal = new ResolutionResult.NotHeld();
			}
			else if (!hold.cause().resolutions().contains(resolution.action())) {
				return CompletableFuture
					.completedFuture(new ResolutionResult.NotAllowed(hold.cause(), hold.cause().resolutions()));
			}
			else {
				Resolutions.Order order = new Resolutions.Order(partition, resolution, trial);
				consumer.resolutions().add(order);
				return order;
			}
		}
		return CompletableFuture.completedFuture(refusal);
	}

	/**
	 * Switches whether this guard carries its decisions out, for all its consumers, also
	 * those that it has yet to create, until it is switched again. Each consumer takes
	 * the switch over in its next poll. If it only observes from then on, it lets go of
	 * what it holds and of what waits for evidence: the client goes where Kafka alone
	 * would have taken it, as soon as brokers tell where that is. The guard tells its
	 * listeners of each such hold, and ends orders in progress with
	 * {@link ResolutionResult.Failed}. Partitions without a commit stay held if their
	 * consumer's {@code auto.offset.reset} is {@code none}; {@link #resolve} is carried
	 * out about them whatever the mode. If it carries decisions out from then on, it
	 * begins with the next position that comes into question. Thread-safe.
	 * @param mode the mode from now on
	 */
	public void switchTo(OffsetGuardSettings.Mode mode) {
		context.mode().set(Objects.requireNonNull(mode, "mode"));
	}

	/**
	 * Whether this guard carries its decisions out: the mode of its settings, or to which
	 * it was switched last. Thread-safe.
	 * @return the mode
	 */
	public OffsetGuardSettings.Mode mode() {
		return Objects.requireNonNull(context.mode().get());
	}

	/**
	 * Finds the consumer, in any process, to which a group has assigned a partition. It
	 * asks the brokers through a connection of its own, with the settings of one of this
	 * guard's consumers. Thread-safe.
	 * @param groupId the consumer group
	 * @param partition the partition
	 * @param timeout how long to wait for the answer
	 * @return the client id and the host; empty if no member of the group has it, or if
	 * this guard has no consumer that could ask
	 * @throws org.apache.kafka.common.KafkaException if brokers do not answer, or refuse
	 * to tell it
	 */
	public Optional<String> owner(String groupId, TopicPartition partition, Duration timeout) {
		// A consumer of the same group surely knows the group's cluster.
		return context.consumers()
			.stream()
			.min(Comparator.comparing((consumer) -> !groupId.equals(consumer.groupId())))
			.flatMap((consumer) -> GroupMembers.owner(context.admins(), consumer.configuration(), groupId, partition,
					timeout));
	}

	static AutoOffsetReset autoOffsetReset(Map<String, Object> configuration) {
		Object value = configuration.getOrDefault(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "latest");
		try {
			return AutoOffsetReset.parse(value.toString());
		}
		catch (IllegalArgumentException | DateTimeParseException ex) {
			throw new ConfigException(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, value,
					"Allowed are earliest, latest, none and by_duration:<ISO-8601 duration>");
		}
	}

	private static Map<String, Object> overrides(Map<String, Object> configuration) {
		return Map.of(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none", ConsumerConfig.INTERCEPTOR_CLASSES_CONFIG,
				ConsumerConfigurationCapture.addTo(configuration.get(ConsumerConfig.INTERCEPTOR_CLASSES_CONFIG)));
	}

	/**
	 * The interceptor that every guarded client makes by its name. A compiler that works
	 * ahead of time needs a hint for it.
	 * @return a class with a public constructor without parameters
	 */
	public static Class<?> interceptor() {
		return ConsumerConfigurationCapture.class;
	}

	/**
	 * What guarded consumers are. A native image makes no classes at run time, so the
	 * guard puts JDK proxies around consumers there.
	 * @return the class {@code KafkaConsumer}, or, in a native image, {@code Consumer}
	 */
	public static Class<?> consumerType() {
		return NativeImage.isHere() ? Consumer.class : KafkaConsumer.class;
	}

	/**
	 * Whether a consumer is guarded.
	 * @param consumer the consumer
	 * @return {@code true} if it comes from an {@code OffsetGuard}
	 */
	public static boolean isGuarded(Consumer<?, ?> consumer) {
		return GuardedConsumer.isGuarded(consumer);
	}

}
