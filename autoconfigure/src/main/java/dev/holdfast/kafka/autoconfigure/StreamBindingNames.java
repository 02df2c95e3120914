/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure;

import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.Environment;
import org.springframework.util.ClassUtils;

/**
 * The names of the bindings of Spring Cloud Stream that an application may have. It makes
 * the bindings long after Holdfast has read the properties.
 */
final class StreamBindingNames {

	static final String BINDER = "org.springframework.cloud.stream.binder.kafka.KafkaMessageChannelBinder";

	private static final String STREAM = "spring.cloud.stream.";

	private StreamBindingNames() {
	}

	/**
	 * All names that properties may use: of bindings that the application's properties
	 * name, and of the first input of each function. Creates no beans.
	 * @param environment has the application's properties
	 * @param beanFactory where the functions are
	 * @param loader finds Spring Cloud Stream, or does not
	 * @return the names; none without the Kafka binder
	 */
	static Set<String> all(Environment environment, ListableBeanFactory beanFactory, ClassLoader loader) {
		Set<String> names = new TreeSet<>();
		if (!ClassUtils.isPresent(BINDER, loader)) {
			return names;
		}
		Binder binder = Binder.get(environment);
		for (String prefix : new String[] { "bindings", "kafka.bindings" }) {
			binder.bind(STREAM + prefix, Bindable.mapOf(String.class, Object.class))
				.ifBound((bindings) -> names.addAll(bindings.keySet()));
		}
		binder.bind(STREAM + "function.bindings", Bindable.mapOf(String.class, String.class))
			.map(Map::values)
			.ifBound(names::addAll);
		functions(environment, beanFactory).map((function) -> function + "-in-0").forEach(names::add);
		return names;
	}

	private static Stream<String> functions(Environment environment, ListableBeanFactory beanFactory) {
		String defined = Stream
			.of("spring.cloud.function.definition", STREAM + "function.definition", STREAM + "input-bindings",
					STREAM + "pollable-source")
			.map((property) -> environment.getProperty(property, ""))
			.collect(Collectors.joining(";"));
		// Composed functions have the names of their parts, one after the other.
		Stream<String> definitions = Arrays.stream(defined.split(";"))
			.map((definition) -> definition.replaceAll("[|,\\s]", ""))
			.filter((definition) -> !definition.isEmpty());
		return Stream.concat(definitions, Stream.of(Function.class, Consumer.class)
			.flatMap((type) -> Arrays.stream(beanFactory.getBeanNamesForType(type, true, false))));
	}

}
