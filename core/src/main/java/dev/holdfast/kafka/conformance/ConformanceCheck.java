/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.conformance;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;

import dev.holdfast.kafka.conformance.internal.asking.ProbeClients;
import dev.holdfast.kafka.conformance.internal.asking.Survey;
import dev.holdfast.kafka.conformance.internal.evidence.BrokerFacts;
import dev.holdfast.kafka.conformance.internal.evidence.RoundFacts;
import dev.holdfast.kafka.conformance.internal.judging.Judge;
import dev.holdfast.kafka.conformance.report.BrokersUnreachableException;
import dev.holdfast.kafka.conformance.report.ConformanceReport;
import dev.holdfast.kafka.conformance.report.ConformanceRequest;
import dev.holdfast.kafka.offsetguard.internal.time.GuardClock;
import dev.holdfast.kafka.versioncap.BrokerVersions;
import dev.holdfast.kafka.versioncap.ClientCap;

/**
 * Asks the brokers of a cluster what consumers ask them, holds their answers against
 * their own log, and tells which of them contradict it. It uses clients of its own and
 * their public API, reads only, unless it is told to write, and takes a bounded time and
 * a bounded number of requests, which grows with brokers and bytes, not with partitions.
 * <p>
 * A fault counts only if two rounds of questions find it, each with new clients. Logs may
 * grow and shrink, and leaders may move meanwhile. Thread-safe.
 */
public final class ConformanceCheck {

	private static final int ROUNDS = 2;

	/** The part of the whole time that one question may take. */
	private static final int SHARE = 16;

	private static final Duration LONGEST_PATIENCE = Duration.ofSeconds(30);

	private static final Duration SHORTEST_PATIENCE = Duration.ofSeconds(1);

	private final Map<String, ?> configuration;

	private final ClientCap cap;

	/**
	 * Creates a check.
	 * @param configuration the settings of a client: {@code bootstrap.servers}, security
	 * settings, and {@code group.protocol} if the consumers in question use another one
	 * than {@code classic}. Settings of groups, interceptors, deserializers and the like
	 * are ignored
	 * @param cap what its clients may speak
	 */
	public ConformanceCheck(Map<String, ?> configuration, ClientCap cap) {
		Map<String, Object> copy = new HashMap<>(configuration);
		copy.values().removeIf(Objects::isNull);
		this.configuration = copy;
		this.cap = cap;
	}

	/**
	 * Runs the check on the calling thread, which may take as long as the request says.
	 * @param request what to look at
	 * @param progress is told what the check does next, on the calling thread
	 * @return what it has found
	 * @throws BrokersUnreachableException if no broker could be asked
	 * @throws org.apache.kafka.common.config.ConfigException if a setting is wrong
	 * @throws org.apache.kafka.common.errors.InterruptException if the thread is
	 * interrupted
	 */
	public ConformanceReport run(ConformanceRequest request, Consumer<String> progress) {
		GuardClock clock = GuardClock.system();
		long start = clock.nanoTime();
		ProbeClients clients = ProbeClients.of(configuration, cap, patience(request.timeout()));
		Survey survey = Survey.open(clients, request, clock, progress);
		List<RoundFacts> rounds = new ArrayList<>();
		for (int number = 1; number <= ROUNDS; number++) {
			rounds.add(survey.round(number));
		}
		RoundFacts last = rounds.get(rounds.size() - 1);
		return new ConformanceReport(clusterId(last), last.brokers().stream().map(ConformanceCheck::broker).toList(),
				last.logs().size(), Duration.ofNanos(clock.nanoTime() - start),
				new Judge(clients.protocol(), request.writing()).judge(rounds));
	}

	private static Duration patience(Duration timeout) {
		Duration share = timeout.dividedBy(SHARE);
		if (share.compareTo(LONGEST_PATIENCE) > 0) {
			return LONGEST_PATIENCE;
		}
		return (share.compareTo(SHORTEST_PATIENCE) < 0) ? SHORTEST_PATIENCE : share;
	}

	private static String clusterId(RoundFacts round) {
		return round.brokers()
			.stream()
			.map((broker) -> broker.clusterId().value())
			.filter((id) -> id != null && id.isPresent())
			.map(Optional::orElseThrow)
			.findFirst()
			.orElse("");
	}

	private static ConformanceReport.Broker broker(BrokerFacts broker) {
		BrokerVersions versions = broker.versions().value();
		return new ConformanceReport.Broker(broker.id(), (versions != null) ? versions.releaseGuess() : "",
				(versions != null) ? versions.apis() : List.of());
	}

}
