/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.util.ClassUtils;

/**
 * Tells of beans that read from Kafka with clients of their own, which no consumer
 * factory creates. Creates no beans.
 */
final class OtherClients implements SmartInitializingSingleton {

	private static final Logger logger = LoggerFactory.getLogger(OtherClients.class);

	private static final int MOST_NAMES = 10;

	private static final String CAPPED = "'holdfast.kafka.version-cap.apply-to=all' caps them";

	/**
	 * A kind of such beans.
	 *
	 * @param className their class, if the application has it
	 * @param message what to tell, with a place for their names
	 */
	private record Kind(String className, String message) {
	}

	private static final List<Kind> KINDS = List.of(
			new Kind("org.springframework.kafka.config.StreamsBuilderFactoryBean",
					"Kafka Streams creates its consumers itself, and Holdfast does not guard them; " + CAPPED + ": {}"),
			new Kind("org.springframework.batch.infrastructure.item.kafka.KafkaItemReader",
					"Spring Batch's readers create their consumers themselves, and Holdfast does not guard them; "
							+ CAPPED + ": {}"),
			new Kind("org.springframework.kafka.core.ShareConsumerFactory",
					"Share consumers have no positions, so there is nothing to guard: {}"));

	private final ListableBeanFactory beanFactory;

	private final ClassLoader loader;

	OtherClients(ListableBeanFactory beanFactory, ClassLoader loader) {
		this.beanFactory = beanFactory;
		this.loader = loader;
	}

	/**
	 * The classes that it looks for.
	 */
	static List<String> classNames() {
		return KINDS.stream().map(Kind::className).toList();
	}

	@Override
	public void afterSingletonsInstantiated() {
		KINDS.forEach(this::tell);
	}

	private void tell(Kind kind) {
		if (!ClassUtils.isPresent(kind.className(), loader)) {
			return;
		}
		Class<?> type = ClassUtils.resolveClassName(kind.className(), loader);
		String names = Arrays.stream(beanFactory.getBeanNamesForType(type, true, false))
			.map(FactoryNames::of)
			.distinct()
			.limit(MOST_NAMES)
			.collect(Collectors.joining(", "));
		if (!names.isEmpty()) {
			logger.info(kind.message(), names);
		}
	}

}
