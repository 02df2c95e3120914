/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicReference;

import dev.holdfast.kafka.conformance.ConformanceCheck;
import dev.holdfast.kafka.conformance.report.Check;
import dev.holdfast.kafka.conformance.report.ConformanceReport;
import dev.holdfast.kafka.conformance.report.ConformanceRequest;
import dev.holdfast.kafka.conformance.report.Finding;
import dev.holdfast.kafka.conformance.report.Verdict;
import dev.holdfast.kafka.versioncap.ClientCap;
import dev.holdfast.kafka.versioncap.rules.KafkaApi;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.kafka.core.ConsumerFactory;

/**
 * Checks the brokers of the consumer factories, by the factories' own connection
 * settings. What it proves about OffsetForLeaderEpoch is learned, where the application
 * lets Holdfast learn, and suggested where not.
 */
final class FactoryConformance implements BrokerConformance {

	private static final Logger logger = LoggerFactory.getLogger(FactoryConformance.class);

	/** Settings that make no difference to what brokers answer. */
	private static final Set<String> OWN = Set.of(ConsumerConfig.GROUP_ID_CONFIG, ConsumerConfig.CLIENT_ID_CONFIG,
			ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG,
			ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
			ConsumerConfig.MAX_POLL_RECORDS_CONFIG, ConsumerConfig.INTERCEPTOR_CLASSES_CONFIG);

	private static final Set<Check> EPOCH_ENDS = Set.of(Check.LAST_EPOCH_END, Check.EARLIER_EPOCH_END,
			Check.FUTURE_EPOCH_END);

	private final FactoryGuards guards;

	private final ConfigurableListableBeanFactory beanFactory;

	private final Duration timeout;

	private final AtomicReference<FutureTask<List<Result>>> running = new AtomicReference<>();

	FactoryConformance(FactoryGuards guards, ConfigurableListableBeanFactory beanFactory, Duration timeout) {
		this.guards = guards;
		this.beanFactory = beanFactory;
		this.timeout = timeout;
	}

	@Override
	public List<Result> check() {
		FutureTask<List<Result>> task = new FutureTask<>(this::checkAll);
		FutureTask<List<Result>> before = running.compareAndExchange(null, task);
		try {
			if (before != null) {
				return before.get();
			}
			task.run();
			return task.get();
		}
		catch (InterruptedException ex) {
			throw new InterruptException(ex);
		}
		catch (ExecutionException ex) {
			throw (ex.getCause() instanceof RuntimeException failure) ? failure
					: new IllegalStateException(ex.getCause());
		}
		finally {
			running.compareAndSet(task, null);
		}
	}

	private List<Result> checkAll() {
		Map<Map<String, Object>, List<FactoryGuard>> connections = new LinkedHashMap<>();
		for (String name : beanFactory.getBeanNamesForType(ConsumerFactory.class, true, false)) {
			if (beanFactory.containsSingleton(name) && !beanFactory.isFactoryBean(name)
					&& beanFactory.getBean(name) instanceof ConsumerFactory<?, ?> factory) {
				FactoryGuard guard = GuardProxies.guard(factory);
				if (guard != null) {
					connections.computeIfAbsent(connection(factory), (key) -> new ArrayList<>()).add(guard);
				}
			}
		}
		List<Result> results = new ArrayList<>();
		connections.forEach((connection, factories) -> results.add(check(connection, factories)));
		return results;
	}

	private static Map<String, Object> connection(ConsumerFactory<?, ?> factory) {
		Map<String, Object> connection = new HashMap<>(factory.getConfigurationProperties());
		connection.keySet().removeAll(OWN);
		return connection;
	}

	private Result check(Map<String, Object> connection, List<FactoryGuard> factories) {
		List<String> names = factories.stream().map(FactoryGuard::name).sorted().toList();
		ClientCap cap = factories.get(0).cap().cap();
		ConformanceRequest request = new ConformanceRequest(List.of(), List.of(), false, false, timeout);
		try {
			ConformanceReport report = new ConformanceCheck(connection, cap.withoutLearning()).run(request,
					(step) -> logger.debug("Brokers of {}: {}", names, step));
			factories.forEach((factory) -> learn(factory.cap().cap(), report));
			return new Result(names, report, null);
		}
		catch (InterruptException ex) {
			throw ex;
		}
		catch (KafkaException ex) {
			return new Result(names, null, String.valueOf(ex.getMessage()));
		}
	}

	private static void learn(ClientCap cap, ConformanceReport report) {
		boolean refuted = report.findings()
			.stream()
			.anyMatch((finding) -> EPOCH_ENDS.contains(finding.check()) && isRefuted(finding));
		if (refuted && !report.clusterId().isEmpty()) {
			cap.learned().learn(report.clusterId(), KafkaApi.OFFSET_FOR_LEADER_EPOCH);
		}
	}

	/**
	 * A broker that does not answer may do so later; a log that refutes an answer counts.
	 */
	private static boolean isRefuted(Finding finding) {
		return finding.verdict() == Verdict.FAILED
				&& Set.of("under-reports", "over-reports", "undefined").contains(finding.kind());
	}

}
