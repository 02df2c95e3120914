/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.consumer;

import java.lang.invoke.MethodHandles;
import java.time.Duration;
import java.util.Collection;
import java.util.ConcurrentModificationException;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Pattern;

import dev.holdfast.kafka.internal.wrapping.ConsumerWrappers;
import dev.holdfast.kafka.internal.wrapping.Interception;
import dev.holdfast.kafka.internal.wrapping.UnwrappableConsumerException;
import dev.holdfast.kafka.versioncap.ClientVersions;
import dev.holdfast.kafka.versioncap.VersionedClient;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetCommitCallback;
import org.apache.kafka.clients.consumer.SubscriptionPattern;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Takes the calls that matter to positions. A method here that is not private and that a
 * consumer has too takes the application's call in place of the client's. All other calls
 * pass through, so that a newer {@link Consumer} interface needs no new code.
 */
public final class GuardedConsumer<K, V> implements Interception {

	private static final ConsumerWrappers WRAPPERS = new ConsumerWrappers(MethodHandles.lookup(),
			VersionedClient.class);

	/** How long a client may take to close if the application does not say so. */
	private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(30);

	/** What the guard takes if it does not wait for brokers. */
	private static final Duration LITTLE = Duration.ofMillis(10);

	private final Consumer<K, V> client;

	private final PositionGuard<K, V> guard;

	private GuardedConsumer(Consumer<K, V> client, PositionGuard<K, V> guard) {
		this.client = client;
		this.guard = guard;
	}

	/**
	 * Puts a guard around a client.
	 * @throws UnwrappableConsumerException if that is impossible
	 */
	public static <K, V> Consumer<K, V> wrap(Consumer<K, V> client, PositionGuard<K, V> guard) {
		return WRAPPERS.wrap(client, new GuardedConsumer<>(client, guard));
	}

	public static boolean isGuarded(@Nullable Object consumer) {
		return WRAPPERS.isWrapper(consumer);
	}

	@Override
	public void onWakeup() {
		// The wakeup has reached the application, and must not wake up anything else.
		guard.forgetWakeup();
	}

	ClientVersions clientVersions() {
		return guard.clientVersions();
	}

	ConsumerRecords<K, V> poll(Duration timeout) {
		return guard.poll(timeout);
	}

	/** Before kafka-clients 4.0. */
	ConsumerRecords<K, V> poll(long timeoutMillis) {
		return poll(Duration.ofMillis(timeoutMillis));
	}

	void wakeup() {
		guard.wakeup();
	}

	long position(TopicPartition partition) {
		return guard.position(partition, null);
	}

	long position(TopicPartition partition, Duration timeout) {
		return guard.position(partition, timeout);
	}

	void seek(TopicPartition partition, long offset) {
		if (offset < 0) {
			throw new IllegalArgumentException("seek offset must not be a negative number");
		}
		seek(partition, new OffsetAndMetadata(offset));
	}

	void seek(TopicPartition partition, OffsetAndMetadata offset) {
		guard.seek(partition, offset);
	}

	void seekToBeginning(Collection<TopicPartition> partitions) {
		guard.seekToBeginning(partitions);
	}

	void seekToEnd(Collection<TopicPartition> partitions) {
		guard.seekToEnd(partitions);
	}

	void pause(Collection<TopicPartition> partitions) {
		guard.pauses().pauseByApplication(partitions);
	}

	void resume(Collection<TopicPartition> partitions) {
		guard.pauses().resumeByApplication(partitions);
	}

	Set<TopicPartition> paused() {
		return guard.pauses().byApplication();
	}

	void commitSync() {
		guard.commits().commitSync(null, null);
	}

	void commitSync(Duration timeout) {
		guard.commits().commitSync(null, timeout);
	}

	void commitSync(Map<TopicPartition, OffsetAndMetadata> offsets) {
		guard.commits().commitSync(Objects.requireNonNull(offsets, "offsets"), null);
	}

	void commitSync(Map<TopicPartition, OffsetAndMetadata> offsets, Duration timeout) {
		guard.commits().commitSync(Objects.requireNonNull(offsets, "offsets"), timeout);
	}

	void commitAsync() {
		guard.commits().commitAsync(null, null);
	}

	void commitAsync(@Nullable OffsetCommitCallback callback) {
		guard.commits().commitAsync(null, callback);
	}

	void commitAsync(Map<TopicPartition, OffsetAndMetadata> offsets, @Nullable OffsetCommitCallback callback) {
		guard.commits().commitAsync(Objects.requireNonNull(offsets, "offsets"), callback);
	}

	Map<TopicPartition, OffsetAndMetadata> committed(Set<TopicPartition> partitions) {
		return guard.commits().read(client.committed(partitions));
	}

	Map<TopicPartition, OffsetAndMetadata> committed(Set<TopicPartition> partitions, Duration timeout) {
		return guard.commits().read(client.committed(partitions, timeout));
	}

	/** Before kafka-clients 4.0. */
	@Nullable OffsetAndMetadata committed(TopicPartition partition) {
		return committed(Set.of(partition)).get(partition);
	}

	/** Before kafka-clients 4.0. */
	@Nullable OffsetAndMetadata committed(TopicPartition partition, Duration timeout) {
		return committed(Set.of(partition), timeout).get(partition);
	}

	ConsumerGroupMetadata groupMetadata() {
		guard.leaveCommitsToTransactions();
		return client.groupMetadata();
	}

	OptionalLong currentLag(TopicPartition partition) {
		// The client counts from a position that the partition never had.
		return guard.isWithoutPosition(partition) ? OptionalLong.empty() : client.currentLag(partition);
	}

	void assign(Collection<TopicPartition> partitions) {
		guard.assign(partitions);
	}

	void subscribe(Collection<String> topics) {
		client.subscribe(topics, new GuardedRebalanceListener(guard, null));
	}

	void subscribe(Collection<String> topics, @Nullable ConsumerRebalanceListener listener) {
		client.subscribe(topics, around(listener));
	}

	void subscribe(Pattern pattern) {
		client.subscribe(pattern, new GuardedRebalanceListener(guard, null));
	}

	void subscribe(Pattern pattern, @Nullable ConsumerRebalanceListener listener) {
		client.subscribe(pattern, around(listener));
	}

	void subscribe(SubscriptionPattern pattern) {
		client.subscribe(pattern, new GuardedRebalanceListener(guard, null));
	}

	void subscribe(SubscriptionPattern pattern, @Nullable ConsumerRebalanceListener listener) {
		client.subscribe(pattern, around(listener));
	}

	/**
	 * Puts the guard's listener around the application's own. Leaves it to the client to
	 * refuse that there is none.
	 */
	private @Nullable ConsumerRebalanceListener around(@Nullable ConsumerRebalanceListener application) {
		return (application != null) ? new GuardedRebalanceListener(guard, application) : null;
	}

	void unsubscribe() {
		leave(CLOSE_TIMEOUT, (left) -> client.unsubscribe(), guard::forgetAssignment);
	}

	void close() {
		leave(CLOSE_TIMEOUT, (left) -> {
			if (left.equals(CLOSE_TIMEOUT)) {
				client.close();
			}
			else {
				close(client, left);
			}
		}, guard::close);
	}

	void close(Duration timeout) {
		leave(timeout, (left) -> close(client, left), guard::close);
	}

	@SuppressWarnings("deprecation")
	private static void close(Consumer<?, ?> client, Duration timeout) {
		client.close(timeout);
	}

	void close(CloseOptions options) {
		Duration timeout = options.timeout().orElse(CLOSE_TIMEOUT);
		leave(timeout,
				(left) -> client.close(left.equals(timeout) ? options
						: CloseOptions.timeout(left).withGroupMembershipOperation(options.groupMembershipOperation())),
				guard::close);
	}

	/**
	 * Leaves the client the time that the guard has not spent. Forgets the assignment,
	 * even if the client fails on the way out. Keeps it if the client refuses the calling
	 * thread, and goes on.
	 */
	private void leave(Duration timeout, java.util.function.Consumer<Duration> way, Runnable forget) {
		boolean refused = false;
		Duration left = timeout;
		// The client refuses a negative timeout in its own words.
		if (timeout != null && !timeout.isNegative()) {
			Duration spent = guard.leavingAll(timeout);
			boolean isOver = spent.compareTo(timeout) > 0;
			left = (spent.compareTo(LITTLE) < 0) ? timeout : isOver ? Duration.ZERO : timeout.minus(spent);
		}
		try {
			way.accept(left);
		}
		catch (ConcurrentModificationException ex) {
			refused = true;
			throw ex;
		}
		finally {
			guard.hasLeft();
			if (!refused) {
				forget.run();
			}
		}
	}

	@Override
	public String toString() {
		return "GuardedConsumer[" + client + "]";
	}

}
