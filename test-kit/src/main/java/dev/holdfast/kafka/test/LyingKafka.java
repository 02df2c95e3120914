/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.test;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.function.Supplier;

import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Gives a JUnit Jupiter test class one {@link KafkaCluster}, as a parameter of its
 * constructor, test and lifecycle methods. It starts before the class (and its nested
 * classes) and closes after it. Before each test the extension makes the wire
 * {@linkplain Wire#honest() honest}, clears its {@linkplain Wire#forget() record} and
 * starts stopped brokers. Topics and groups stay, so use new names.
 */
@Documented
@Inherited
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
@ExtendWith(LyingKafkaExtension.class)
public @interface LyingKafka {

	/**
	 * How many brokers the cluster has.
	 * @return at least 1
	 */
	int brokers() default 1;

	/**
	 * What the brokers demand of clients: a class with a constructor without parameters,
	 * which gives the {@link Security}. Nothing by default.
	 * @return the class
	 */
	Class<? extends Supplier<Security>> security() default Unsecured.class;

}
