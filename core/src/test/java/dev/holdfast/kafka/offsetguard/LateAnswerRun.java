/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

import dev.holdfast.kafka.offsetguard.decision.Resolution;
import dev.holdfast.kafka.offsetguard.decision.ResolutionResult;
import dev.holdfast.kafka.offsetguard.policy.Action;
import dev.holdfast.kafka.test.Fault;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.Polling;
import dev.holdfast.kafka.test.WireRequest;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.ApiKeys;
import org.jspecify.annotations.Nullable;

/**
 * One group that starts in a {@link LateSituation} while answers to its guard are late.
 */
final class LateAnswerRun {

	private static final List<String> HELPERS = List.of("holdfast-admin-", "holdfast-inspector-");

	private static final List<String> EVERYBODY = List.of("holdfast-admin-", "holdfast-inspector-", "");

	private static final Set<ApiKeys> MEMBERSHIP = Set.of(ApiKeys.JOIN_GROUP, ApiKeys.SYNC_GROUP, ApiKeys.HEARTBEAT,
			ApiKeys.LEAVE_GROUP, ApiKeys.CONSUMER_GROUP_HEARTBEAT, ApiKeys.GET_TELEMETRY_SUBSCRIPTIONS,
			ApiKeys.PUSH_TELEMETRY);

	private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(5);

	private static final Duration LONG_TIMEOUT = Duration.ofSeconds(30);

	private static final Duration PATIENCE = Duration.ofSeconds(90);

	private static final Duration SETTLING = Duration.ofSeconds(2);

	private final KafkaCluster cluster;

	private final LateSituation situation;

	private final String protocol;

	private final @Nullable Late late;

	private final String group;

	private final Consumers consumers;

	private final List<Fault.Handle> faults = new CopyOnWriteArrayList<>();

	private final Map<Integer, List<Long>> delivered = new TreeMap<>();

	private final List<String> troubles = new ArrayList<>();

	private List<WireRequest> requests = List.of();

	LateAnswerRun(KafkaCluster cluster, LateSituation situation, String protocol, @Nullable Late late) {
		this.cluster = cluster;
		this.situation = situation;
		this.protocol = protocol;
		this.late = late;
		this.group = (late == null) ? "%s-prompt-%s".formatted(situation, protocol) : "%s-%s-%s-%s-%d-%s".formatted(
				situation, late.api, late.how.name(), late.everybody, late.inspectionTimeout().toSeconds(), protocol);
		// Short, so that a consumer that is not answered asks again before long.
		this.consumers = new Consumers(cluster, protocol, group).with("auto.offset.reset", "latest")
			.with("request.timeout.ms", 4000)
			.timing((late != null) ? late.inspectionTimeout() : DEFAULT_TIMEOUT, Duration.ofSeconds(1))
			.oneProcess();
	}

	/**
	 * Which answers are late, and how.
	 *
	 * @param everybody whether answers to the consumer itself are late, too
	 * @param patient whether the guard has a long inspection timeout
	 */
	record Late(ApiKeys api, Lateness how, boolean everybody, boolean patient) {

		/**
		 * An inspection asks for several answers in a row: if all of them are late, it
		 * takes longer than by default.
		 */
		Duration inspectionTimeout() {
			return (patient || how == Lateness.LATE_ALWAYS) ? LONG_TIMEOUT : DEFAULT_TIMEOUT;
		}

		@Override
		public String toString() {
			return "%s %s%s, inspection timeout %d s".formatted(api, how, everybody ? ", for the consumer too" : "",
					inspectionTimeout().toSeconds());
		}

	}

	/**
	 * What came of it.
	 *
	 * @param decisions partition, cause and action of each
	 * @param delivered offsets by partition, in order
	 * @param committed by partition, after all positions were
	 */
	record Result(List<String> decisions, Map<Integer, List<Long>> delivered, Map<Integer, Long> committed) {

		@Override
		public String toString() {
			Map<Integer, String> ranges = new TreeMap<>();
			delivered.forEach((partition, offsets) -> ranges.put(partition, ranges(offsets)));
			return "decisions %s, delivered %s, committed %s".formatted(decisions, ranges, new TreeMap<>(committed));
		}

		private static String ranges(List<Long> offsets) {
			StringBuilder text = new StringBuilder();
			int start = 0;
			for (int i = 1; i <= offsets.size(); i++) {
				if (i == offsets.size() || offsets.get(i) != offsets.get(i - 1) + 1) {
					text.append(text.isEmpty() ? "" : "+").append(offsets.get(start)).append("..");
					text.append(offsets.get(i - 1));
					start = i;
				}
			}
			return text.toString();
		}

		private boolean isBegunBy(Result other) {
			return decisions.size() >= other.decisions.size()
					&& decisions.subList(0, other.decisions.size()).equals(other.decisions)
					&& other.delivered.entrySet().stream().allMatch((each) -> {
						List<Long> all = delivered.getOrDefault(each.getKey(), List.of());
						return all.size() >= each.getValue().size()
								&& all.subList(0, each.getValue().size()).equals(each.getValue());
					});
		}

		private boolean isReachedBy(Result other) {
			return decisions.equals(other.decisions) && delivered.equals(other.delivered);
		}

	}

	/**
	 * The APIs that the guard's helpers used, from where answers could be late.
	 */
	Set<ApiKeys> askedByHelpers() {
		return asked(HELPERS);
	}

	/**
	 * The APIs that the consumer used itself, those of its membership aside.
	 */
	Set<ApiKeys> askedByConsumer() {
		Set<ApiKeys> apis = asked(List.of(""));
		apis.removeAll(MEMBERSHIP);
		return apis;
	}

	private Set<ApiKeys> asked(List<String> prefixes) {
		Set<ApiKeys> apis = EnumSet.noneOf(ApiKeys.class);
		for (WireRequest request : requests) {
			if (prefixes.stream().anyMatch((prefix) -> request.clientId().startsWith(prefix + group))) {
				apis.add(request.api());
			}
		}
		return apis;
	}

	/**
	 * Runs until what is expected has come, or anything else, or nothing for long.
	 */
	Result run(LateAnswerStage stage) {
		stage.enter(group, situation);
		try (Consumer<String, String> consumer = consumers.guarded()) {
			if (situation.isAlone()) {
				consumer.assign(List.of(new TopicPartition(situation.topic(), 1)));
			}
			else {
				consumer.subscribe(List.of(situation.topic()));
			}
			if (situation.isHeld()) {
				awaitHold(consumer);
			}
			long before = (late == null) ? cluster.wire().requests().size() : 0;
			try {
				watch(consumer);
			}
			catch (RuntimeException ex) {
				troubles.add("threw " + ex);
			}
			if (late == null) {
				requests = cluster.wire().requests().stream().skip(before).toList();
			}
			return result();
		}
		finally {
			faults.forEach(Fault.Handle::close);
		}
	}

	private void watch(Consumer<String, String> consumer) {
		long start = System.nanoTime();
		injectFaults();
		Duration watched = (late != null) ? late.how.watched() : SETTLING;
		Duration patience = PATIENCE.plus(watched);
		BooleanSupplier over = () -> elapsed(start).compareTo(watched) >= 0
				&& (isHit() || elapsed(start).compareTo(watched.plus(SETTLING)) >= 0);
		if (situation.isHeld()) {
			poll(consumer, patience, over);
			if (situation.expected().isBegunBy(resultSoFar())) {
				resolve(consumer);
			}
		}
		poll(consumer, patience, () -> over.getAsBoolean() && situation.expected().isReachedBy(resultSoFar()));
		consumer.commitSync(PATIENCE);
	}

	private static Duration elapsed(long since) {
		return Duration.ofNanos(System.nanoTime() - since);
	}

	private void injectFaults() {
		if (late == null) {
			return;
		}
		for (String prefix : late.everybody ? EVERYBODY : HELPERS) {
			faults.add(cluster.wire().inject(late.how.fault(late.api).forClient(prefix + group)));
		}
		if (late.how == Lateness.UNANSWERED_FOR_A_WHILE) {
			CompletableFuture.delayedExecutor(Lateness.WHILE.toMillis(), TimeUnit.MILLISECONDS)
				.execute(() -> faults.forEach(Fault.Handle::close));
		}
	}

	/**
	 * Whether any answer was late that should be.
	 */
	boolean isHit() {
		return late == null || faults.stream().anyMatch((fault) -> fault.hits() > 0);
	}

	private void awaitHold(Consumer<String, String> consumer) {
		List<String> first = situation.expected().decisions().subList(0, 1);
		poll(consumer, PATIENCE,
				() -> decisions().equals(first) && !consumers.process().held().isEmpty() && othersAreDelivered());
	}

	private boolean othersAreDelivered() {
		return situation.expected()
			.delivered()
			.entrySet()
			.stream()
			.allMatch((each) -> each.getKey() == situation.held()
					|| each.getValue().equals(delivered.get(each.getKey())));
	}

	/**
	 * Where the brokers do not answer in time an operator is told to try again.
	 */
	private void resolve(Consumer<String, String> consumer) {
		TopicPartition partition = new TopicPartition(situation.topic(), situation.held());
		long start = System.nanoTime();
		ResolutionResult result;
		do {
			CompletableFuture<ResolutionResult> order = consumers.process()
				.resolve(group, partition, new Resolution(Action.EARLIEST, "operator", "all of it is wanted"));
			poll(consumer, PATIENCE, order::isDone);
			result = order.getNow(new ResolutionResult.NotHeld());
		}
		while (result instanceof ResolutionResult.Failed && elapsed(start).compareTo(PATIENCE) < 0);
		if (!(result instanceof ResolutionResult.Resolved)) {
			troubles.add("resolution: " + result);
		}
	}

	/**
	 * Polls until the condition holds, its time is over, or something has come that is
	 * not expected. What is missing then is in the result.
	 */
	private void poll(Consumer<String, String> consumer, Duration patience, BooleanSupplier condition) {
		long start = System.nanoTime();
		Polling.of(consumer)
			.patience(patience.plus(PATIENCE))
			.onRecord((record) -> delivered.computeIfAbsent(record.partition(), (key) -> new ArrayList<>())
				.add(record.offset()))
			.onPoll((records) -> {
				if (!records.isEmpty()) {
					consumer.commitSync(Consumers.processed(records), PATIENCE);
				}
			})
			.until(() -> condition.getAsBoolean() || elapsed(start).compareTo(patience) >= 0
					|| !situation.expected().isBegunBy(resultSoFar()));
	}

	private Result resultSoFar() {
		return new Result(decisions(), delivered, Map.of());
	}

	private Result result() {
		Map<Integer, Long> committed = new HashMap<>();
		cluster.committed(group).forEach((partition, commit) -> committed.put(partition.partition(), commit.offset()));
		return new Result(Stream.concat(decisions().stream(), troubles.stream()).toList(), delivered, committed);
	}

	/**
	 * All that was told.
	 */
	List<String> told() {
		return consumers.decisions.stream()
			.map((decision) -> "%d %s %s".formatted(decision.partition().partition(), decision.cause(),
					decision.action()))
			.toList();
	}

	/**
	 * What was told, without what was told before: what is held is looked at again and
	 * again. That it takes too long to find out is no decision of another kind, unless it
	 * was found out before.
	 */
	private List<String> decisions() {
		List<String> decisions = new ArrayList<>();
		for (String told : told()) {
			boolean waiting = !situation.isHeld() && told.endsWith(" unverifiable hold");
			if (!waiting && (decisions.isEmpty() || !decisions.get(decisions.size() - 1).equals(told))) {
				decisions.add(told);
			}
		}
		return decisions;
	}

	@Override
	public String toString() {
		return "%s, %s: %s".formatted(situation, protocol, (late != null) ? late : "all answers in time");
	}

}
