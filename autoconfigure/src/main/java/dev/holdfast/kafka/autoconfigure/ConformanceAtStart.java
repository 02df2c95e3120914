/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure;

import java.util.List;
import java.util.stream.Collectors;

import dev.holdfast.kafka.autoconfigure.properties.HoldfastProperties.OnStartup;
import dev.holdfast.kafka.conformance.report.ConformanceReport;
import dev.holdfast.kafka.conformance.report.Finding;
import dev.holdfast.kafka.conformance.report.Verdict;
import org.apache.kafka.common.errors.InterruptException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.SmartInitializingSingleton;

/**
 * Checks the brokers when the singletons are up, before listener containers start. With
 * {@code warn} the application goes on meanwhile.
 */
final class ConformanceAtStart implements SmartInitializingSingleton, DisposableBean {

	private static final Logger logger = LoggerFactory.getLogger(ConformanceAtStart.class);

	private final BrokerConformance conformance;

	private final OnStartup onStartup;

	private volatile @Nullable Thread background;

	ConformanceAtStart(BrokerConformance conformance, OnStartup onStartup) {
		this.conformance = conformance;
		this.onStartup = onStartup;
	}

	@Override
	public void afterSingletonsInstantiated() {
		switch (onStartup) {
			case OFF -> {
			}
			case WARN -> {
				Thread thread = new Thread(this::warn, "holdfast-conformance-at-start");
				thread.setDaemon(true);
				background = thread;
				thread.start();
			}
			case FAIL -> fail();
		}
	}

	private void warn() {
		try {
			conformance.check().forEach(ConformanceAtStart::tell);
		}
		catch (InterruptException ex) {
			logger.debug("The application ended before its brokers were checked");
		}
		catch (RuntimeException ex) {
			logger.warn("The brokers could not be checked: {}", ex.toString());
		}
	}

	private void fail() {
		List<BrokerConformance.Result> results = conformance.check();
		results.forEach(ConformanceAtStart::tell);
		List<Finding> failed = results.stream()
			.map(BrokerConformance.Result::report)
			.filter((report) -> report != null)
			.flatMap((report) -> report.findings().stream())
			.filter((finding) -> finding.verdict() == Verdict.FAILED)
			.toList();
		if (!failed.isEmpty()) {
			throw new NonconformingBrokersException(failed);
		}
	}

	private static void tell(BrokerConformance.Result result) {
		ConformanceReport report = result.report();
		if (report == null) {
			logger.warn("The brokers of {} could not be checked: {}", result.factories(), result.error());
			return;
		}
		String faults = report.findings()
			.stream()
			.filter((finding) -> finding.verdict().isAtLeast(Verdict.WARNING))
			.map((finding) -> "%s %s: %s".formatted(finding.check().id(), finding.verdict(), finding.detail()))
			.collect(Collectors.joining("; "));
		if (faults.isEmpty()) {
			logger.info("The brokers of {} keep their word, as far as {} partition(s) show", result.factories(),
					report.partitions());
			return;
		}
		String advice = report.advice()
			.stream()
			.map((each) -> each.property() + ": " + each.value())
			.collect(Collectors.joining(", "));
		logger.warn("The brokers of {} do not keep their word. {}{}", result.factories(), faults,
				advice.isEmpty() ? "" : ". What helps: " + advice);
	}

	@Override
	public void destroy() {
		Thread thread = background;
		if (thread != null) {
			thread.interrupt();
		}
	}

}
