/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure.properties;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Collectors;

import dev.holdfast.kafka.offsetguard.policy.Action;
import dev.holdfast.kafka.offsetguard.policy.Cause;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.bind.AbstractBindHandler;
import org.springframework.boot.context.properties.bind.BindContext;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.UnboundConfigurationPropertiesException;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;
import org.springframework.core.NestedExceptionUtils;

/**
 * Notes the values that make no sense and lets the binding go on to the next ones.
 */
final class MistakeCollectingBindHandler extends AbstractBindHandler {

	/** Properties whose value must not be blank. */
	private static final Set<String> NAMES = Set.of("name", "held-status", "failed-status");

	private static final String HEALTH_STATUS = "a health status such as HELD, OUT_OF_SERVICE or DOWN";

	private final DeclaredProperties declared;

	private final List<PropertyMistake> mistakes;

	MistakeCollectingBindHandler(DeclaredProperties declared, List<PropertyMistake> mistakes) {
		this.declared = declared;
		this.mistakes = mistakes;
	}

	@Override
	public Object onSuccess(ConfigurationPropertyName name, Bindable<?> target, BindContext context, Object result) {
		if (result instanceof Action action && !cause(name).allowedActions().contains(action)) {
			add(name, "makes no sense for '%s'".formatted(cause(name)), allowedActions(name));
		}
		else if (result instanceof Duration duration
				&& (duration.isNegative() || (duration.isZero() && !mayBeZero(name)))) {
			add(name, mayBeZero(name) ? "is negative" : "is not positive", allowed(name, Duration.class));
		}
		else if (result instanceof Long records && records < 0) {
			add(name, "is negative", allowed(name, Long.class));
		}
		else if (result instanceof String text && text.isBlank() && NAMES.contains(name.getLastElement(Form.DASHED))) {
			add(name, "is blank", name.getLastElement(Form.DASHED).equals("name") ? "a name" : HEALTH_STATUS);
		}
		else if (result instanceof HoldfastProperties.Topic) {
			checkTopic(name);
		}
		return result;
	}

	@Override
	public @Nullable Object onFailure(ConfigurationPropertyName name, Bindable<?> target, BindContext context,
			Exception error) {
		if (error instanceof UnboundConfigurationPropertiesException gap) {
			gap.getUnboundProperties()
				.forEach((property) -> add(property.getName(), "leaves a gap in the list", "indexes 0, 1, 2, ..."));
			return null;
		}
		Class<?> type = target.getType().resolve(Object.class);
		add(name, problem(type, error), allowed(name, type));
		return substitute(name, type);
	}

	// An element without a value would end its list, and the mistakes after it would go
	// unnoticed.
	private static @Nullable Object substitute(ConfigurationPropertyName name, Class<?> type) {
		if (type == Action.class) {
			return cause(name).defaultAction();
		}
		return (type == Pattern.class) ? Pattern.compile("") : (type == String.class) ? "" : null;
	}

	@Override
	public void onFinish(ConfigurationPropertyName name, Bindable<?> target, BindContext context,
			@Nullable Object result) {
		if (result == null && declared.getConfigurationProperty(name) != null) {
			add(name, "has no value", allowed(name, target.getType().resolve(Object.class)));
		}
	}

	private void checkTopic(ConfigurationPropertyName name) {
		boolean hasName = declared.getConfigurationProperty(name.append("name")) != null;
		boolean hasPattern = declared.getConfigurationProperty(name.append("pattern")) != null;
		if (hasName == hasPattern) {
			ConfigurationProperty first = declared.firstBelow(name);
			mistakes.add(new PropertyMistake(DeclaredProperties.display(name), null,
					(first != null) ? first.getOrigin() : null,
					hasName ? "has both a name and a pattern" : "has neither a name nor a pattern",
					"exactly one of name, pattern"));
		}
	}

	private void add(ConfigurationPropertyName name, String problem, String allowed) {
		ConfigurationProperty property = declared.getConfigurationProperty(name);
		mistakes
			.add(new PropertyMistake(DeclaredProperties.display(name), (property != null) ? property.getValue() : null,
					(property != null) ? property.getOrigin() : null, problem, allowed));
	}

	private static String problem(Class<?> type, Exception error) {
		Throwable root = NestedExceptionUtils.getMostSpecificCause(error);
		if (root instanceof PatternSyntaxException syntax) {
			return "is no regular expression (%s near index %d)".formatted(syntax.getDescription(), syntax.getIndex());
		}
		if (type == Action.class) {
			return "is no action";
		}
		if (type == Duration.class) {
			return "is no duration";
		}
		if (type == Integer.class || type == Long.class) {
			return (type == Integer.class) ? "is no version" : "is no number";
		}
		return (type.isEnum() || type == boolean.class || type == Boolean.class) ? "is not a known value"
				: String.valueOf(root.getMessage());
	}

	private static String allowed(ConfigurationPropertyName name, Class<?> type) {
		if (type == Action.class) {
			return allowedActions(name);
		}
		if (type == Duration.class) {
			return "a positive duration such as 500ms, 5s or 1m" + (mayBeZero(name) ? ", or 0 for never" : "");
		}
		if (type == boolean.class || type == Boolean.class) {
			return "true, false";
		}
		if (type == Long.class) {
			return "a number of records, 0 or more";
		}
		if (type == Integer.class) {
			return "a whole number, -1 for never";
		}
		if (type == Pattern.class) {
			return "a regular expression that matches whole topic names";
		}
		return type.isEnum() ? String.join(", ", PropertyNode.ids(type)) : "a value of type " + type.getSimpleName();
	}

	private static boolean mayBeZero(ConfigurationPropertyName name) {
		return name.getLastElement(Form.UNIFORM).equals("topiccheckinterval");
	}

	private static String allowedActions(ConfigurationPropertyName name) {
		Collection<Action> actions = cause(name).allowedActions();
		return actions.stream().map(Action::id).collect(Collectors.joining(", "));
	}

	private static Cause cause(ConfigurationPropertyName name) {
		String id = name.getLastElement(Form.UNIFORM);
		for (Cause cause : Cause.values()) {
			if (PropertyNode.uniform(cause.id()).equals(id)) {
				return cause;
			}
		}
		throw new IllegalStateException("'%s' does not end with a cause".formatted(name));
	}

}
