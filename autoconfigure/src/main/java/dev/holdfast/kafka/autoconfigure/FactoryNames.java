/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure;

import java.util.Set;
import java.util.TreeSet;

import org.springframework.aop.scope.ScopedProxyUtils;
import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.kafka.config.AbstractKafkaListenerContainerFactory;
import org.springframework.kafka.core.ConsumerFactory;

/**
 * The names of consumer factories in the properties. A factory has its bean's name. One
 * that is no bean has the name of the container factory that uses it, or of the binding
 * of Spring Cloud Stream that it was made for.
 */
final class FactoryNames {

	private static final String SCOPED_TARGET_PREFIX = ScopedProxyUtils.getTargetBeanName("");

	private FactoryNames() {
	}

	static String of(String beanName) {
		return ScopedProxyUtils.isScopedTarget(beanName) ? beanName.substring(SCOPED_TARGET_PREFIX.length()) : beanName;
	}

	/**
	 * All names that properties may use. Creates no beans.
	 * @param beanFactory where the beans are
	 * @return the names
	 */
	static Set<String> all(ListableBeanFactory beanFactory) {
		Set<String> names = new TreeSet<>();
		for (Class<?> type : new Class<?>[] { ConsumerFactory.class, AbstractKafkaListenerContainerFactory.class }) {
			for (String beanName : BeanFactoryUtils.beanNamesForTypeIncludingAncestors(beanFactory, type, true,
					false)) {
				names.add(of(beanName));
			}
		}
		return names;
	}

}
