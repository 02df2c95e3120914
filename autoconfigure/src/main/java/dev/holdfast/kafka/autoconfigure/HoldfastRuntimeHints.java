/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure;

import java.util.List;
import java.util.stream.Stream;

import dev.holdfast.kafka.autoconfigure.properties.HoldfastProperties;
import dev.holdfast.kafka.offsetguard.OffsetGuard;
import dev.holdfast.kafka.versioncap.VersionedClient;
import org.apache.kafka.clients.consumer.Consumer;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.aot.hint.TypeReference;
import org.springframework.boot.context.properties.bind.BindableRuntimeHintsRegistrar;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.kafka.core.DefaultKafkaConsumerFactory;
import org.springframework.util.ClassUtils;

/**
 * What a native image has to know beforehand: classes that are made or looked into by
 * their names, JDK proxies, and what is read from the class path.
 */
final class HoldfastRuntimeHints implements RuntimeHintsRegistrar {

	/** Not API: the methods that take calls in place of a client's. */
	private static final List<String> INTERCEPTIONS = List.of(
			"dev.holdfast.kafka.offsetguard.internal.consumer.GuardedConsumer",
			"dev.holdfast.kafka.versioncap.CappedConsumer");

	@Override
	public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
		BindableRuntimeHintsRegistrar.forTypes(HoldfastProperties.class).registerHints(hints);
		registerConsumers(hints);
		// How a factory creates consumers.
		hints.reflection()
			.registerType(ConsumerFactory.class, MemberCategory.INVOKE_PUBLIC_METHODS)
			.registerType(DefaultKafkaConsumerFactory.class, MemberCategory.INVOKE_PUBLIC_METHODS);
		// What is put around the factory of a container factory that is no bean.
		hints.proxies()
			.registerJdkProxy(AopProxyUtils
				.completeJdkProxyInterfaces(ClassUtils.getAllInterfacesForClass(DefaultKafkaConsumerFactory.class)));
		// What an application may have or not.
		Stream
			.concat(OtherClients.classNames().stream(),
					Stream.of(StreamBindingNames.BINDER, VersionCapApplicationListener.KAFKA_CLIENT))
			.forEach((name) -> hints.reflection().registerTypeIfPresent(classLoader, name));
		hints.resources()
			.registerPattern("dev/holdfast/kafka/versioncap/rules/*.csv")
			.registerPattern("META-INF/holdfast/profiles/*.properties");
	}

	private static void registerConsumers(RuntimeHints hints) {
		hints.reflection()
			.registerType(OffsetGuard.interceptor(), MemberCategory.INVOKE_PUBLIC_CONSTRUCTORS)
			.registerType(Consumer.class, MemberCategory.INVOKE_PUBLIC_METHODS)
			.registerType(VersionedClient.class, MemberCategory.INVOKE_PUBLIC_METHODS)
			.registerType(TypeReference.of("dev.holdfast.kafka.offsetguard.internal.partition.PartitionState"),
					(type) -> type.withField("position"));
		INTERCEPTIONS.forEach((name) -> hints.reflection()
			.registerType(TypeReference.of(name), MemberCategory.INVOKE_DECLARED_METHODS,
					MemberCategory.INVOKE_PUBLIC_METHODS));
		hints.proxies()
			.registerJdkProxy(Consumer.class, VersionedClient.class)
			// A LateConsumer.
			.registerJdkProxy(Consumer.class);
	}

}
