/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.simulation;

import java.lang.reflect.Constructor;
import java.lang.reflect.Proxy;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeClusterResult;
import org.apache.kafka.clients.admin.DescribeTopicsResult;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsResult;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.admin.internals.CoordinatorKey;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.internals.KafkaFutureImpl;

/**
 * An admin client of a {@link ModelCluster}, as far as the guard asks one.
 */
final class ModelAdmin {

	private static final long API_TIMEOUT = 30_000;

	private static final Constructor<?> CLUSTER_RESULT = constructor(DescribeClusterResult.class);

	private static final Constructor<?> COMMITS_RESULT = constructor(ListConsumerGroupOffsetsResult.class);

	private final ModelCluster cluster;

	private boolean closed;

	private ModelAdmin(ModelCluster cluster) {
		this.cluster = cluster;
	}

	private static Constructor<?> constructor(Class<?> type) {
		Constructor<?> constructor = type.getDeclaredConstructors()[0];
		constructor.setAccessible(true);
		return constructor;
	}

	static Admin of(ModelCluster cluster) {
		ModelAdmin admin = new ModelAdmin(cluster);
		return (Admin) Proxy.newProxyInstance(Admin.class.getClassLoader(), new Class<?>[] { Admin.class },
				(proxy, method, arguments) -> admin.call(proxy, method.getName(), arguments));
	}

	@SuppressWarnings("unchecked")
	private Object call(Object proxy, String method, Object[] arguments) throws ReflectiveOperationException {
		return switch (method) {
			case "describeCluster" ->
				CLUSTER_RESULT.newInstance(pending(), pending(), answer(() -> cluster.id()), pending());
			case "describeTopics" -> describe((Collection<String>) arguments[0]);
			case "listOffsets" -> listOffsets(((Map<TopicPartition, ?>) arguments[0]).keySet());
			case "listConsumerGroupOffsets" -> commits((Map<String, ListConsumerGroupOffsetsSpec>) arguments[0]);
			case "close" -> {
				closed = true;
				yield null;
			}
			case "hashCode" -> System.identityHashCode(proxy);
			case "equals" -> proxy == arguments[0];
			case "toString" -> "ModelAdmin";
			default -> throw new UnsupportedOperationException(method);
		};
	}

	private static <T> KafkaFuture<T> pending() {
		return new KafkaFutureImpl<>();
	}

	private <T> KafkaFuture<T> answer(Supplier<T> broker) {
		KafkaFutureImpl<T> future = new KafkaFutureImpl<>();
		Supplier<Runnable> arrival = () -> {
			try {
				T value = broker.get();
				return () -> future.complete(value);
			}
			catch (RuntimeException ex) {
				return () -> future.completeExceptionally(ex);
			}
		};
		cluster.send(-2, new ModelCluster.Connection(), arrival, Runnable::run, API_TIMEOUT,
				() -> future.completeExceptionally(new TimeoutException("no answer" + (closed ? ", closed" : ""))));
		return future;
	}

	private DescribeTopicsResult describe(Collection<String> names) {
		Map<String, KafkaFuture<TopicDescription>> futures = new HashMap<>();
		names.forEach((name) -> futures.put(name, answer(() -> {
			if (name.equals("__consumer_offsets")) {
				return new TopicDescription(name, true, List.of(), java.util.Set.of(),
						new Uuid(9, cluster.name().hashCode()));
			}
			ModelCluster.Told told = cluster.metadata(name);
			if (told == null) {
				throw new UnknownTopicOrPartitionException(name);
			}
			List<TopicPartitionInfo> partitions = java.util.stream.IntStream.range(0, told.leaders().size())
				.mapToObj((i) -> new TopicPartitionInfo(i, cluster.node(told.leaders().get(i).node()), List.of(),
						List.of()))
				.toList();
			return new TopicDescription(name, false, partitions, java.util.Set.of(), told.id());
		})));
		return new Described(futures);
	}

	private static final class Described extends DescribeTopicsResult {

		Described(Map<String, KafkaFuture<TopicDescription>> futures) {
			super(null, futures);
		}

	}

	private ListOffsetsResult listOffsets(Collection<TopicPartition> partitions) {
		Map<TopicPartition, KafkaFuture<ListOffsetsResult.ListOffsetsResultInfo>> futures = new HashMap<>();
		partitions.forEach((partition) -> {
			ModelLog log = cluster.log(partition);
			boolean silent = log == null || cluster.isSilent(log.leader());
			futures.put(partition,
					silent ? lost()
							: answer(() -> new ListOffsetsResult.ListOffsetsResultInfo(cluster.log(partition).end(), -1,
									Optional.of(cluster.log(partition).epoch()))));
		});
		return new ListOffsetsResult(futures);
	}

	private <T> KafkaFuture<T> lost() {
		KafkaFutureImpl<T> future = new KafkaFutureImpl<>();
		cluster.send(ModelCluster.NOBODY, new ModelCluster.Connection(), () -> null, (value) -> {
		}, API_TIMEOUT, () -> future.completeExceptionally(new TimeoutException("no answer")));
		return future;
	}

	private Object commits(Map<String, ListConsumerGroupOffsetsSpec> asked) throws ReflectiveOperationException {
		Map<CoordinatorKey, KafkaFuture<Map<TopicPartition, OffsetAndMetadata>>> futures = new HashMap<>();
		asked.forEach((group, spec) -> futures.put(CoordinatorKey.byGroupId(group),
				cluster.isSilent(-1) ? lost() : answer(() -> {
					Map<TopicPartition, OffsetAndMetadata> told = new HashMap<>();
					spec.topicPartitions().forEach((each) -> told.put(each, cluster.commit(each)));
					return told;
				})));
		return COMMITS_RESULT.newInstance(futures);
	}

}
