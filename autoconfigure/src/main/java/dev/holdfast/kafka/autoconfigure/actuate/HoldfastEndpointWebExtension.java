/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.holdfast.kafka.autoconfigure.actuate;

import java.security.Principal;

import dev.holdfast.kafka.offsetguard.decision.Resolution;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.EndpointWebExtension;

/**
 * {@link EndpointWebExtension @EndpointWebExtension} that adds HTTP statuses to the
 * endpoint's answers, and takes the principal for the operator who resolves.
 */
@EndpointWebExtension(endpoint = HoldfastEndpoint.class)
final class HoldfastEndpointWebExtension {

	private static final String ANONYMOUS = "anonymous";

	private final HoldfastEndpoint endpoint;

	HoldfastEndpointWebExtension(HoldfastEndpoint endpoint) {
		this.endpoint = endpoint;
	}

	@ReadOperation
	WebEndpointResponse<Object> group(@Selector String group) {
		HoldfastReport report = endpoint.group(group);
		return report.isEmpty() ? new WebEndpointResponse<>(
				ResolutionReport.refused(WebEndpointResponse.STATUS_NOT_FOUND,
						"No guarded consumer of this group is in this process, or was"),
				WebEndpointResponse.STATUS_NOT_FOUND) : new WebEndpointResponse<>(report);
	}

	@WriteOperation
	WebEndpointResponse<ResolutionReport> resolve(SecurityContext securityContext, @Nullable String group,
			@Nullable String topic, @Nullable String partition, @Nullable String action, @Nullable String reason,
			@Nullable String offset, @Nullable String timestamp, @Nullable String dryRun, @Nullable String by) {
		String principal = name(securityContext.getPrincipal());
		boolean isClaimed = principal == null && by != null && !by.isBlank();
		ResolutionReport report = endpoint.resolve(new HeldPartitionResolver.Order(group, topic, partition, action,
				reason, offset, timestamp, dryRun, operator(principal, by), isClaimed));
		return new WebEndpointResponse<>(report, report.status());
	}

	@WriteOperation
	WebEndpointResponse<ModeSwitches.Answer> switchMode(SecurityContext securityContext, @Selector String factory,
			@Nullable String mode, @Nullable String reason, @Nullable String by) {
		String principal = name(securityContext.getPrincipal());
		boolean isClaimed = principal == null && by != null && !by.isBlank();
		String operator = operator(principal, by);
		ModeSwitches.Answer answer = endpoint.switchMode(factory, mode, reason,
				isClaimed ? HeldPartitionResolver.CLAIMED + operator : operator);
		return new WebEndpointResponse<>(answer, answer.status());
	}

	private static String operator(@Nullable String principal, @Nullable String by) {
		if (principal != null) {
			return principal;
		}
		return (by != null && !by.isBlank()) ? by : ANONYMOUS;
	}

	/**
	 * The principal's name, made to fit into a line.
	 * @return {@code null} if there is none
	 */
	private static @Nullable String name(@Nullable Principal principal) {
		String name = (principal != null) ? principal.getName() : null;
		if (name == null || name.isBlank()) {
			return null;
		}
		String printable = name.replaceAll("[\\p{Cc}\\u2028\\u2029]", "?");
		return printable.substring(0, Math.min(printable.length(), Resolution.MAX_LENGTH));
	}

}
