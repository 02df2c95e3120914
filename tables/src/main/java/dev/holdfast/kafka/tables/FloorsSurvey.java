/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.tables;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import org.apache.kafka.common.KafkaException;

import dev.holdfast.kafka.versioncap.VersionCapInstaller;
import dev.holdfast.kafka.versioncap.rules.GroupProtocol;
import dev.holdfast.kafka.versioncap.rules.KafkaApi;
import dev.holdfast.kafka.versioncap.rules.VersionCap;

/**
 * Caps each API that consumers use at each version, one at a time, and looks whether they
 * still read and commit.
 */
final class FloorsSurvey {

	/** Probes mostly wait: for the broker, or in vain. */
	private static final int AT_A_TIME = 12;

	private static final Duration SHORT_STAY = Duration.ofMillis(300);

	private final ProbedBroker broker;

	private final List<ProbedApi> probed = new ArrayList<>();

	private final List<Callable<Void>> probes = new ArrayList<>();

	private FloorsSurvey(ProbedBroker broker) {
		this.broker = broker;
	}

	/**
	 * Probes real consumers on a real broker. There must not have been any client in this
	 * JVM before.
	 * @return the results, by protocol and API
	 */
	static List<ProbedApi> take() throws InterruptedException {
		VersionCapInstaller.install();
		try (ProbedBroker broker = ProbedBroker.start()) {
			FloorsSurvey survey = new FloorsSurvey(broker);
			for (GroupProtocol protocol : GroupProtocol.values()) {
				survey.apis(protocol).forEach((api) -> survey.plan(protocol, api));
			}
			survey.run();
			return List.copyOf(survey.probed);
		}
	}

	/**
	 * The APIs that a consumer without a cap uses.
	 */
	private SortedSet<KafkaApi> apis(GroupProtocol protocol) {
		String group = "uncapped-" + protocol;
		try (ProbingConsumer consumer = new ProbingConsumer(broker, protocol, VersionCap.none(), group)) {
			consumer.readAndCommit();
			consumer.askForTheRest();
			consumer.stay(ProbingConsumer.LONG_STAY);
			consumer.leave();
		}
		return broker.asked(group);
	}

	private void plan(GroupProtocol protocol, KafkaApi api) {
		SortedMap<Integer, String> failures = new ConcurrentSkipListMap<>();
		probed.add(new ProbedApi(protocol, api, failures));
		for (int version : ProbedApi.caps(api)) {
			probes.add(() -> {
				probe(protocol, api, version, failures);
				return null;
			});
		}
	}

	private void probe(GroupProtocol protocol, KafkaApi api, int version, SortedMap<Integer, String> failures) {
		VersionCap cap = VersionCap.of(Map.of(api, version), Map.of());
		String group = "%s-%s-%d".formatted(protocol, api, version);
		try (ProbingConsumer consumer = new ProbingConsumer(broker, protocol, cap, group)) {
			consumer.readAndCommit();
			consumer.stay(api.name().endsWith("Heartbeat") ? ProbingConsumer.LONG_STAY : SHORT_STAY);
			consumer.leave();
		}
		catch (FailedProbeException | KafkaException ex) {
			failures.put(version, String.valueOf(ex.getMessage()));
		}
	}

	private void run() throws InterruptedException {
		ExecutorService threads = Executors.newFixedThreadPool(AT_A_TIME);
		try {
			for (Future<Void> each : threads.invokeAll(probes)) {
				each.get();
			}
		}
		catch (ExecutionException ex) {
			throw new IllegalStateException("A probe broke", ex.getCause());
		}
		finally {
			threads.shutdownNow();
		}
	}

}
