/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.conformance.internal.asking;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.function.Function;

import dev.holdfast.kafka.conformance.internal.evidence.Bounds;
import dev.holdfast.kafka.conformance.internal.evidence.BrokerFacts;
import dev.holdfast.kafka.conformance.internal.evidence.CommitFacts;
import dev.holdfast.kafka.conformance.internal.evidence.LogFacts;
import dev.holdfast.kafka.conformance.internal.evidence.RoundFacts;
import dev.holdfast.kafka.conformance.report.ConformanceRequest;
import dev.holdfast.kafka.offsetguard.internal.time.Deadline;
import dev.holdfast.kafka.offsetguard.internal.time.GuardClock;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;

/**
 * Asks everything, round by round. Each round opens clients of its own, so that none
 * answers from what it knew before. One leader after another would be slow, and one that
 * is silent must not cost the others their turn: leaders are asked at the same time.
 */
public final class Survey {

	private static final int MOST_BROKERS = 10;

	private static final int MOST_THREADS = 4;

	private static final RoundFacts NOTHING = new RoundFacts(List.of(), List.of(), List.of(), List.of());

	private ProbeClients clients;

	private final Collection<Node> nodes;

	private final ConformanceRequest request;

	private final Deadline deadline;

	private final GuardClock clock;

	private final Consumer<String> progress;

	private final String group = "holdfast-conformance-" + UUID.randomUUID();

	private final Set<TopicPartition> chosen = new LinkedHashSet<>();

	private Survey(Connection connection, ConformanceRequest request, Deadline deadline, GuardClock clock,
			Consumer<String> progress) {
		this.clients = connection.clients();
		this.nodes = connection.nodes();
		this.request = request;
		this.deadline = deadline;
		this.clock = clock;
		this.progress = progress;
	}

	/**
	 * Connects.
	 * @param progress is told what is done next
	 * @throws dev.holdfast.kafka.conformance.report.BrokersUnreachableException if there
	 * is no way to any broker
	 */
	public static Survey open(ProbeClients clients, ConformanceRequest request, GuardClock clock,
			Consumer<String> progress) {
		Deadline deadline = Deadline.after(request.timeout(), clock);
		progress.accept("connecting");
		return new Survey(Connection.open(clients, request.timeout()), request, deadline, clock, progress);
	}

	/**
	 * Asks everything once.
	 * @param number the number of the round, for the progress
	 * @return what brokers answered, nothing if there was no time left to ask
	 */
	public RoundFacts round(int number) {
		if (deadline.isOver()) {
			return NOTHING;
		}
		ExecutorService pool = Executors.newFixedThreadPool(MOST_THREADS, Survey::daemon);
		try {
			TopicSample sample = withAdmin((admin) -> {
				progress.accept("round %d: looking up topics".formatted(number));
				return TopicSample.look(admin, clients, request, deadline);
			});
			List<BrokerFacts> brokers = askBrokers(number, sample, pool);
			if (brokers.stream().anyMatch((broker) -> Boolean.FALSE.equals(broker.newestApiVersions().value()))) {
				clients = Connection.withOlderApiVersions(clients.original());
			}
			return withAdmin((admin) -> {
				Map<TopicPartition, Bounds> before = choose(new Listing(admin, deadline, clients.patience()),
						sample.leaders());
				progress.accept("round %d: looking at %d partition(s)".formatted(number, before.size()));
				return new RoundFacts(brokers, sample.rights(), lookAtLogs(admin, before, sample.leaders(), pool),
						commits(admin, before));
			});
		}
		finally {
			pool.shutdownNow();
		}
	}

	private <T> T withAdmin(Function<Admin, T> work) {
		try (Admin admin = clients.admin(Set.of()).client()) {
			try {
				return work.apply(admin);
			}
			finally {
				admin.close(Duration.ZERO);
			}
		}
	}

	private static Thread daemon(Runnable work) {
		Thread thread = new Thread(work, "holdfast-conformance");
		thread.setDaemon(true);
		return thread;
	}

	/**
	 * Asks without a cap on ApiVersions: the brokers that need one are found one by one.
	 */
	private List<BrokerFacts> askBrokers(int number, TopicSample sample, ExecutorService pool) {
		List<Callable<BrokerFacts>> probes = (nodes.isEmpty() ? sample.nodes() : nodes).stream()
			.limit(request.everything() ? Long.MAX_VALUE : MOST_BROKERS)
			.<Callable<BrokerFacts>>map(
					(node) -> new BrokerProbe(clients.original(), node, sample.described(), deadline)::ask)
			.toList();
		progress.accept("round %d: asking %d broker(s)".formatted(number, probes.size()));
		return all(probes, pool);
	}

	private List<LogFacts> lookAtLogs(Admin admin, Map<TopicPartition, Bounds> before,
			Map<TopicPartition, Integer> leaders, ExecutorService pool) {
		List<Callable<List<LogFacts>>> probes = new ArrayList<>();
		byLeader(before, leaders)
			.forEach((some) -> probes.add(new LogProbe(clients, admin, some, deadline, clock)::look));
		return all(probes, pool).stream().flatMap(List::stream).toList();
	}

	private static <T> List<T> all(List<Callable<T>> work, ExecutorService pool) {
		return work.stream().map(pool::submit).toList().stream().map(Survey::get).toList();
	}

	private Map<TopicPartition, Bounds> choose(Listing listing, Map<TopicPartition, Integer> leaders) {
		if (chosen.isEmpty()) {
			Map<TopicPartition, Bounds> candidates = listing
				.bounds(TopicSample.candidates(leaders, request.everything()));
			chosen.addAll(TopicSample.choose(candidates, leaders, request.everything()));
			candidates.keySet().retainAll(chosen);
			return candidates;
		}
		return listing.bounds(chosen);
	}

	private static Collection<Map<TopicPartition, Bounds>> byLeader(Map<TopicPartition, Bounds> bounds,
			Map<TopicPartition, Integer> leaders) {
		Map<Integer, Map<TopicPartition, Bounds>> byLeader = new LinkedHashMap<>();
		bounds.forEach((partition, each) -> byLeader
			.computeIfAbsent(leaders.getOrDefault(partition, -1), (leader) -> new HashMap<>())
			.put(partition, each));
		return byLeader.values();
	}

	private List<CommitFacts> commits(Admin admin, Map<TopicPartition, Bounds> bounds) {
		if (!request.writing()) {
			return List.of();
		}
		return bounds.entrySet()
			.stream()
			.filter((entry) -> entry.getValue().startOffset() >= 0)
			.limit(1)
			.map((entry) -> new CommitProbe(admin, group, deadline, clients.patience()).ask(entry.getKey(),
					entry.getValue().startOffset(), entry.getValue().leaderEpoch()))
			.toList();
	}

	private static <T> T get(Future<T> future) {
		try {
			return future.get();
		}
		catch (InterruptedException ex) {
			throw new InterruptException(ex);
		}
		catch (ExecutionException ex) {
			if (ex.getCause() instanceof RuntimeException failure) {
				throw failure;
			}
			throw new IllegalStateException(ex.getCause());
		}
	}

}
