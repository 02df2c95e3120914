/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.holdfast.kafka.autoconfigure.actuate;

import java.util.Map;

import dev.holdfast.kafka.autoconfigure.GuardedFactories;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.boot.actuate.audit.listener.AuditApplicationEvent;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.context.ApplicationEventPublisher;

/**
 * {@link Endpoint @Endpoint} that shows the guarded consumers and the last decisions. It
 * resolves held partitions where the application grants that access.
 */
@Endpoint(id = "holdfast", defaultAccess = Access.READ_ONLY)
final class HoldfastEndpoint {

	static final String AUDIT_EVENT_TYPE = "HOLDFAST_RESOLUTION";

	private static final Logger logger = LoggerFactory.getLogger(HoldfastEndpoint.class);

	private final GuardedFactories factories;

	private final HeldPartitionResolver resolver;

	private final ApplicationEventPublisher events;

	HoldfastEndpoint(GuardedFactories factories, HeldPartitionResolver resolver, ApplicationEventPublisher events) {
		this.factories = factories;
		this.resolver = resolver;
		this.events = events;
	}

	@ReadOperation
	HoldfastReport report() {
		return HoldfastReport.of(factories);
	}

	@ReadOperation
	HoldfastReport group(@Selector String group) {
		return HoldfastReport.ofGroup(factories, group);
	}

	@WriteOperation
	ResolutionReport resolve(@Nullable String group, @Nullable String topic, @Nullable String partition,
			@Nullable String action, @Nullable String reason, @Nullable String offset, @Nullable String timestamp,
			@Nullable String dryRun, @Nullable String by) {
		return resolve(new HeldPartitionResolver.Order(group, topic, partition, action, reason, offset, timestamp,
				dryRun, (by != null) ? by : "jmx", by != null));
	}

	/**
	 * Carries out an order, and publishes an event for the audit.
	 */
	ResolutionReport resolve(HeldPartitionResolver.Order order) {
		ResolutionReport report = resolver.resolve(order, (decision) -> audit(order, decision));
		if (report.decision() != null && report.dryRun() == null) {
			audit(order, report.decision());
		}
		return report;
	}

	/**
	 * Publishes the event. The decision stands, even if that fails.
	 */
	private void audit(HeldPartitionResolver.Order order, DecisionReport decision) {
		String by = order.named();
		try {
			events.publishEvent(new AuditApplicationEvent(by, AUDIT_EVENT_TYPE,
					Map.of("group", String.valueOf(decision.group()), "topic", decision.topic(), "partition",
							decision.partition(), "cause", decision.cause(), "action", decision.action(), "reason",
							String.valueOf(decision.reason()))));
		}
		catch (RuntimeException ex) {
			logger.error("A decision of {} is not in the audit", by, ex);
		}
	}

}
