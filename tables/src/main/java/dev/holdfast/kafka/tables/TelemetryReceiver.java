/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.tables;

import java.util.List;
import java.util.Map;

import org.apache.kafka.common.metrics.KafkaMetric;
import org.apache.kafka.common.metrics.MetricsReporter;
import org.apache.kafka.server.telemetry.ClientTelemetryExporter;
import org.apache.kafka.server.telemetry.ClientTelemetryExporterProvider;

/**
 * Makes a broker offer the telemetry APIs, which it does only with a reporter that takes
 * what clients push. Public only because the broker instantiates it by its name.
 */
public final class TelemetryReceiver implements MetricsReporter, ClientTelemetryExporterProvider {

	@Override
	public ClientTelemetryExporter clientTelemetryExporter() {
		return (context, payload) -> {
		};
	}

	@Override
	public void configure(Map<String, ?> configuration) {
	}

	@Override
	public void init(List<KafkaMetric> metrics) {
	}

	@Override
	public void metricChange(KafkaMetric metric) {
	}

	@Override
	public void metricRemoval(KafkaMetric metric) {
	}

	@Override
	public void close() {
	}

}
