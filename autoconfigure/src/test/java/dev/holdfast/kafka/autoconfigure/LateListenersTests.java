/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import dev.holdfast.kafka.offsetguard.decision.DecisionListener;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class LateListenersTests {

	/**
	 * A method that is added to the interface has a default, and would be forgotten here.
	 */
	@Test
	void tellsEverythingThatThereIsToTell() throws Exception {
		List<String> told = new ArrayList<>();
		DecisionListener listener = (DecisionListener) Proxy.newProxyInstance(getClass().getClassLoader(),
				new Class<?>[] { DecisionListener.class }, (proxy, method, arguments) -> {
					if (method.getDeclaringClass() == DecisionListener.class) {
						told.add(method.getName());
					}
					return method.getName().equals("hashCode") ? (Object) 1 : null;
				});
		LateListeners listeners = new LateListeners(() -> List.of(listener));
		List<Method> methods = Arrays.stream(DecisionListener.class.getMethods()).toList();

		for (Method method : methods) {
			method.invoke(listeners, new Object[method.getParameterCount()]);
		}

		assertThat(told).containsExactlyElementsOf(methods.stream().map(Method::getName).toList());
	}

}
