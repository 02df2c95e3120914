/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;

import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;

/**
 * Finds how a consumer factory's class bypasses a guard.
 */
final class Loopholes {

	private Loopholes() {
	}

	/**
	 * Finds how a class bypasses a guard.
	 * @param type the class, or a proxy's
	 * @return the reasons, none if it does not
	 */
	static List<String> of(Class<?> type) {
		List<String> reasons = new ArrayList<>();
		Class<?> userClass = ClassUtils.getUserClass(type);
		StringJoiner overridden = new StringJoiner(", ", "its %s has its own ".formatted(userClass), "");
		overridden.setEmptyValue("");
		ConsumerMethods.overridden(userClass).forEach(overridden::add);
		if (overridden.length() > 0) {
			reasons.add(overridden.toString());
		}
		Method method = ReflectionUtils.findMethod(userClass, "getConfigurationProperties");
		if (method != null && method.getDeclaringClass() == ConsumerFactory.class) {
			reasons.add("its %s does not tell its configuration: it has no getConfigurationProperties()"
				.formatted(userClass));
		}
		return reasons;
	}

}
