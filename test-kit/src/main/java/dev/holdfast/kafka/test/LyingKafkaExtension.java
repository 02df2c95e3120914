/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.test;

import java.util.Optional;

import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.platform.commons.support.AnnotationSupport;
import org.junit.platform.commons.support.ReflectionSupport;

/**
 * Keeps the cluster of a {@link LyingKafka} class.
 */
final class LyingKafkaExtension implements BeforeAllCallback, BeforeEachCallback, AfterAllCallback, ParameterResolver {

	private static final ExtensionContext.Namespace NAMESPACE = ExtensionContext.Namespace
		.create(LyingKafkaExtension.class);

	@Override
	public void beforeAll(ExtensionContext context) {
		cluster(context);
	}

	@Override
	public void beforeEach(ExtensionContext context) {
		KafkaCluster cluster = cluster(context);
		cluster.wire().honest();
		cluster.brokerIds().stream().filter((id) -> !cluster.isRunning(id)).forEach(cluster::startBroker);
		cluster.wire().forget();
	}

	@Override
	public void afterAll(ExtensionContext context) {
		// Looks only in the store of this very class, so that a nested class leaves it
		// open.
		KafkaCluster cluster = store(context).remove(KafkaCluster.class, KafkaCluster.class);
		if (cluster != null) {
			cluster.close();
		}
	}

	@Override
	public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
		return parameter.getParameter().getType() == KafkaCluster.class;
	}

	@Override
	public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
		return cluster(context);
	}

	private static KafkaCluster cluster(ExtensionContext context) {
		ExtensionContext owner = owner(context);
		ExtensionContext.Store store = store(owner);
		KafkaCluster cluster = store.get(KafkaCluster.class, KafkaCluster.class);
		if (cluster == null) {
			// Starts it here, too, as JUnit may ask for a constructor's parameter before
			// beforeAll.
			cluster = start(annotation(owner).orElseThrow());
			store.put(KafkaCluster.class, cluster);
		}
		return cluster;
	}

	private static KafkaCluster start(LyingKafka annotation) {
		KafkaCluster.Builder builder = KafkaCluster.builder().brokers(annotation.brokers());
		if (annotation.security() != Unsecured.class) {
			builder.security(ReflectionSupport.newInstance(annotation.security()).get());
		}
		return builder.start();
	}

	/** The nearest class with the annotation. */
	private static ExtensionContext owner(ExtensionContext context) {
		ExtensionContext owner = context;
		while (annotation(owner).isEmpty()) {
			owner = owner.getParent()
				.orElseThrow(() -> new IllegalStateException("No class with @LyingKafka around " + context));
		}
		return owner;
	}

	private static Optional<LyingKafka> annotation(ExtensionContext context) {
		return context.getElement()
			.filter(Class.class::isInstance)
			.flatMap((element) -> AnnotationSupport.findAnnotation(element, LyingKafka.class));
	}

	private static ExtensionContext.Store store(ExtensionContext context) {
		return context.getStore(NAMESPACE);
	}

}
