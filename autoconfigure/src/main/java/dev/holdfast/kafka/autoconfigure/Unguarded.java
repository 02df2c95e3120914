/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure;

import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;

import org.springframework.aop.support.AopUtils;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;

/**
 * Says why the consumers of a factory are not guarded.
 */
final class Unguarded {

	private Unguarded() {
	}

	/**
	 * Why a consumer factory without a guard has none.
	 * @param factory the factory
	 * @return the reason
	 */
	static String reason(Object factory) {
		List<String> obstacles = GuardProxies.obstacles(factory.getClass());
		return !obstacles.isEmpty() ? String.join(", ", obstacles)
				: "it was not there when beans are post-processed: register it as a bean definition, and let no "
						+ "bean post-processor depend on it";
	}

	/**
	 * What a consumer factory's class does that goes past a guard.
	 * @param type the class, or a proxy's
	 * @return the reasons, none if nothing does
	 */
	static List<String> loopholes(Class<?> type) {
		List<String> reasons = new ArrayList<>();
		Class<?> userClass = ClassUtils.getUserClass(type);
		StringJoiner overridden = new StringJoiner(", ", "its %s has its own ".formatted(userClass), "");
		overridden.setEmptyValue("");
		ConsumerMethods.overridden(userClass).forEach(overridden::add);
		if (overridden.length() > 0) {
			reasons.add(overridden.toString());
		}
		var method = ReflectionUtils.findMethod(userClass, "getConfigurationProperties");
		if (method != null && method.getDeclaringClass() == ConsumerFactory.class) {
			reasons.add("its %s does not tell its configuration: it has no getConfigurationProperties()"
				.formatted(userClass));
		}
		return reasons;
	}

	static List<String> loopholes(Object factory) {
		return loopholes(AopUtils.getTargetClass(factory));
	}

}
