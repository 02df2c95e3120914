/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.holdfast.kafka.autoconfigure.actuate;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

import org.springframework.boot.actuate.endpoint.EndpointId;
import org.springframework.boot.actuate.endpoint.InvocationContext;
import org.springframework.boot.actuate.endpoint.OperationType;
import org.springframework.boot.actuate.endpoint.invoke.OperationInvoker;
import org.springframework.boot.actuate.endpoint.invoke.OperationInvokerAdvisor;
import org.springframework.boot.actuate.endpoint.invoke.OperationParameters;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;

/**
 * Refuses orders to the endpoint {@code holdfast} with a field that it does not know.
 * Actuator leaves such fields out without a word: an order with {@code dryrun} in place
 * of {@code dryRun} would be carried out.
 */
final class UnknownFields implements OperationInvokerAdvisor {

	private static final EndpointId ENDPOINT = EndpointId.of("holdfast");

	@Override
	public OperationInvoker apply(EndpointId endpointId, OperationType operationType, OperationParameters parameters,
			OperationInvoker invoker) {
		if (!ENDPOINT.equals(endpointId) || operationType != OperationType.WRITE) {
			return invoker;
		}
		List<String> known = parameters.stream().map((each) -> each.getName()).toList();
		return (context) -> {
			Set<String> unknown = unknown(context, known);
			return unknown.isEmpty() ? invoker.invoke(context)
					: new WebEndpointResponse<>(
							ResolutionReport.refused(WebEndpointResponse.STATUS_BAD_REQUEST, message(unknown, known)),
							WebEndpointResponse.STATUS_BAD_REQUEST);
		};
	}

	private static Set<String> unknown(InvocationContext context, List<String> known) {
		Set<String> unknown = new TreeSet<>(context.getArguments().keySet());
		known.forEach(unknown::remove);
		return unknown;
	}

	private static String message(Set<String> unknown, List<String> known) {
		String first = unknown.iterator().next();
		String hint = known.stream()
			.filter((each) -> plain(each).equals(plain(first)))
			.findFirst()
			.map((each) -> "did you mean '%s'?".formatted(each))
			.orElseGet(() -> "known are " + String.join(", ",
					known.stream().filter((each) -> !each.equals("securityContext")).sorted().toList()));
		return "'%s' is unknown, and nothing was done; %s".formatted(printable(first), hint);
	}

	private static String plain(String name) {
		return name.replaceAll("[^A-Za-z]", "").toLowerCase(Locale.ROOT);
	}

	private static String printable(String name) {
		String text = name.replaceAll("[\\p{Cc}\\u2028\\u2029]", "?");
		return text.substring(0, Math.min(text.length(), 40));
	}

}
