/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.client;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

import dev.holdfast.kafka.offsetguard.internal.cluster.ToldCluster;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerInterceptor;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.ClusterResource;
import org.apache.kafka.common.ClusterResourceListener;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Learns the real configuration of a client: a {@code KafkaConsumer} hands it, merged and
 * complete, to each interceptor, on the thread that calls the constructor. Public only
 * because the client instantiates it by its name; not meant for applications. It lets
 * every record and commit through untouched.
 */
public final class ConsumerConfigurationCapture
		implements ConsumerInterceptor<Object, Object>, ClusterResourceListener, ToldCluster {

	private static final ThreadLocal<@Nullable Scope> CURRENT = new ThreadLocal<>();

	/**
	 * An entry that is no configuration of Kafka's: a client hands it on to this class.
	 */
	private static final String OBSERVER = "holdfast.kafka.construction-observer";

	private @Nullable Map<String, ?> configuration;

	private volatile ToldCluster.@Nullable Told told;

	private final AtomicLong answers = new AtomicLong();

	private volatile @Nullable Consumer<@Nullable String> clusterObserver;

	private volatile @Nullable Consumer<Map<TopicPartition, OffsetAndMetadata>> commitObserver;

	@Override
	public void configure(Map<String, ?> configuration) {
		Scope scope = CURRENT.get();
		Object observer = configuration.get(OBSERVER);
		if (scope != null || observer != null) {
			// Kafka's own map would keep all that Kafka has parsed for the client, some
			// 10 KiB.
			Map<String, Object> copy = new HashMap<>(configuration);
			copy.remove(OBSERVER);
			this.configuration = copy;
		}
		if (scope != null) {
			scope.last = this;
		}
		if (observer instanceof ConstructionObserver each) {
			each.constructing(this);
		}
	}

	/**
	 * Hears of clients whose construction no scope is around.
	 */
	@FunctionalInterface
	public interface ConstructionObserver {

		/**
		 * The calling thread constructs a client. The client has not made its connections
		 * yet.
		 * @param capture has the client's configuration
		 */
		void constructing(ConsumerConfigurationCapture capture);

	}

	/**
	 * The entries with which a client tells an observer that it is constructed.
	 * @param interceptors the application's own {@code interceptor.classes}
	 * @param observer hears of it
	 */
	public static Map<String, Object> observedBy(@Nullable Object interceptors, ConstructionObserver observer) {
		return Map.of(ConsumerConfig.INTERCEPTOR_CLASSES_CONFIG, addTo(interceptors), OBSERVER, observer);
	}

	/**
	 * The client calls it with each answer of a broker about its cluster, on the thread
	 * that takes the answer.
	 */
	@Override
	public void onUpdate(ClusterResource cluster) {
		answers.incrementAndGet();
		String id = cluster.clusterId();
		ToldCluster.Told before = told;
		if (before != null && Objects.equals(id, before.id())) {
			return;
		}
		boolean another = before != null && before.id() != null && id != null;
		told = new ToldCluster.Told(id, ((before != null) ? before.changes() : 0) + (another ? 1 : 0));
		Consumer<@Nullable String> observer = clusterObserver;
		if (observer != null) {
			observer.accept(id);
		}
	}

	public @Nullable Map<String, ?> configuration() {
		return configuration;
	}

	/**
	 * The cluster that the client speaks to.
	 * @return {@code null} if the client has not asked yet
	 */
	@Override
	public ToldCluster.@Nullable Told now() {
		return told;
	}

	@Override
	public long answers() {
		return answers.get();
	}

	/**
	 * The id of the cluster that the client speaks to.
	 * @return the id, {@code null} if it has none or the client has not asked yet
	 */
	public @Nullable String clusterId() {
		ToldCluster.Told now = told;
		return (now != null) ? now.id() : null;
	}

	public void onCluster(Consumer<@Nullable String> observer) {
		clusterObserver = observer;
		String id = clusterId();
		if (id != null) {
			observer.accept(id);
		}
	}

	public void onCommits(Consumer<Map<TopicPartition, OffsetAndMetadata>> observer) {
		commitObserver = observer;
	}

	/**
	 * Starts to capture the clients that this thread constructs.
	 */
	public static Scope open() {
		Scope scope = new Scope(CURRENT.get());
		CURRENT.set(scope);
		return scope;
	}

	/**
	 * The construction of one client. Scopes nest: a factory's listener may create
	 * another consumer before the first one is handed out.
	 */
	public static final class Scope implements AutoCloseable {

		private final @Nullable Scope outer;

		private @Nullable ConsumerConfigurationCapture last;

		private Scope(@Nullable Scope outer) {
			this.outer = outer;
		}

		/**
		 * The capture of the last client that was constructed in this scope.
		 */
		public @Nullable ConsumerConfigurationCapture last() {
			return last;
		}

		@Override
		public void close() {
			if (outer != null) {
				CURRENT.set(outer);
			}
			else {
				CURRENT.remove();
			}
		}

	}

	/**
	 * Adds this class to the interceptors of an application.
	 * @param interceptors the value of {@code interceptor.classes}: a list, or names
	 * separated by commas
	 */
	public static List<Object> addTo(@Nullable Object interceptors) {
		List<Object> all = new ArrayList<>();
		if (interceptors instanceof List<?> list) {
			all.addAll(list);
		}
		else if (interceptors instanceof String names && !names.isBlank()) {
			all.addAll(Arrays.asList(names.trim().split("\\s*,\\s*")));
		}
		all.remove(ConsumerConfigurationCapture.class.getName());
		all.add(ConsumerConfigurationCapture.class.getName());
		return all;
	}

	/**
	 * Whether a client's poll ended with nothing. A client whose position went past
	 * markers or aborted records returns another object without records (KAFKA-12980, and
	 * KIP-1094 for what is in it).
	 */
	public static boolean isNothing(ConsumerRecords<?, ?> records) {
		return records == ConsumerRecords.empty();
	}

	/**
	 * The client calls it with what it has fetched. Where the application's interceptors
	 * have left nothing of that, the client's poll ends all the same. So this returns
	 * another object than a poll that ends with nothing.
	 */
	@Override
	public ConsumerRecords<Object, Object> onConsume(ConsumerRecords<Object, Object> records) {
		return isNothing(records) ? new ConsumerRecords<>(Map.of(), Map.of()) : records;
	}

	/**
	 * The client calls it with each commit that has succeeded, also with those that it
	 * makes by itself; perhaps on the thread that sends heartbeats.
	 */
	@Override
	public void onCommit(Map<TopicPartition, OffsetAndMetadata> offsets) {
		Consumer<Map<TopicPartition, OffsetAndMetadata>> observer = commitObserver;
		if (observer != null) {
			observer.accept(offsets);
		}
	}

	@Override
	public void close() {
	}

}
