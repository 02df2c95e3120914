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

	static final String MODE_AUDIT_EVENT_TYPE = "HOLDFAST_MODE";

	private static final Logger logger = LoggerFactory.getLogger(HoldfastEndpoint.class);

	private final GuardedFactories factories;

	private final HeldPartitionResolver resolver;

	private final ModeSwitches modes;

	private final ApplicationEventPublisher events;

	HoldfastEndpoint(GuardedFactories factories, HeldPartitionResolver resolver, ModeSwitches modes,
			ApplicationEventPublisher events) {
		this.factories = factories;
		this.resolver = resolver;
		this.modes = modes;
		this.events = events;
	}

	@ReadOperation
	HoldfastReport report() {
		return HoldfastReport.of(factories, modes);
	}

	@ReadOperation
	HoldfastReport group(@Selector String group) {
		return HoldfastReport.ofGroup(factories, modes, group);
	}

	@WriteOperation
	ResolutionReport resolve(@Nullable String group, @Nullable String topic, @Nullable String partition,
			@Nullable String action, @Nullable String reason, @Nullable String offset, @Nullable String timestamp,
			@Nullable String dryRun, @Nullable String by) {
		return resolve(new HeldPartitionResolver.Order(group, topic, partition, action, reason, offset, timestamp,
				dryRun, (by != null) ? by : "jmx", by != null));
	}

	@WriteOperation
	ModeSwitches.Answer switchMode(@Selector String factory, @Nullable String mode, @Nullable String reason) {
		return switchMode(factory, mode, reason, "jmx");
	}

	/**
	 * Switches the mode of a consumer factory, and publishes an event for the audit.
	 */
	ModeSwitches.Answer switchMode(String factory, @Nullable String mode, @Nullable String reason, String by) {
		ModeSwitches.Answer answer = modes.switchTo(factory, mode, reason, by);
		ModeSwitches.Switched switched = answer.switched();
		if (switched != null) {
			audit(by, MODE_AUDIT_EVENT_TYPE,
					Map.of("factory", factory, "mode", switched.mode(), "reason", switched.reason()));
		}
		return answer;
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

	private void audit(HeldPartitionResolver.Order order, DecisionReport decision) {
		audit(order.named(), AUDIT_EVENT_TYPE,
				Map.of("group", String.valueOf(decision.group()), "topic", decision.topic(), "partition",
						decision.partition(), "cause", decision.cause(), "action", decision.action(), "reason",
						String.valueOf(decision.reason())));
	}

	/**
	 * Publishes an event. What the operator has ordered stands, even if that fails.
	 */
	private void audit(String by, String type, Map<String, Object> data) {
		try {
			events.publishEvent(new AuditApplicationEvent(by, type, data));
		}
		catch (RuntimeException ex) {
			logger.error("An order of {} is not in the audit", by, ex);
		}
	}

}
