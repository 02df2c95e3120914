/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.versioncap;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;

import org.apache.kafka.clients.consumer.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A consumer under a cap that nobody guards: stops polling when a broker was refused, and
 * passes everything else through.
 */
final class CappedConsumer implements InvocationHandler {

	private final Consumer<?, ?> client;

	private final ClientVersions versions;

	private CappedConsumer(Consumer<?, ?> client, ClientVersions versions) {
		this.client = client;
		this.versions = versions;
	}

	@SuppressWarnings("unchecked")
	static <K, V> Consumer<K, V> wrap(Consumer<K, V> client, ClientVersions versions) {
		return (Consumer<K, V>) Proxy.newProxyInstance(CappedConsumer.class.getClassLoader(),
				new Class<?>[] { Consumer.class, VersionedClient.class }, new CappedConsumer(client, versions));
	}

	@Override
	public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments) throws Throwable {
		switch (method.getName()) {
			case "clientVersions":
				return versions;
			case "equals":
				return arguments != null && proxy == arguments[0];
			case "hashCode":
				return System.identityHashCode(proxy);
			case "toString":
				return "CappedConsumer[" + client + "]";
			case "poll":
				versions.requireAccepted();
				break;
			default:
				break;
		}
		try {
			return method.invoke(client, arguments);
		}
		catch (InvocationTargetException ex) {
			throw ex.getTargetException();
		}
	}

}
