/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.versioncap;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.function.UnaryOperator;

import dev.holdfast.kafka.versioncap.internal.HookedApiVersions;
import org.apache.kafka.clients.NodeApiVersions;

/**
 * Has kafka-clients of its own, and logs where the tests do. Not closed: it holds a jar
 * open until it is collected.
 */
public class KafkaClientsLoader extends URLClassLoader {

	private final UnaryOperator<byte[]> hook;

	/**
	 * Creates a class loader.
	 * @param hook what to make of the class file that the hook is put into
	 */
	public KafkaClientsLoader(UnaryOperator<byte[]> hook) {
		super(new URL[] { location(NodeApiVersions.class) }, getPlatformClassLoader());
		this.hook = hook;
	}

	static URL location(Class<?> type) {
		return type.getProtectionDomain().getCodeSource().getLocation();
	}

	@Override
	protected Class<?> findClass(String name) throws ClassNotFoundException {
		if (name.startsWith("org.slf4j.")) {
			return Class.forName(name, false, KafkaClientsLoader.class.getClassLoader());
		}
		if (!name.equals(HookedApiVersions.CLASS_NAME)) {
			return super.findClass(name);
		}
		try (InputStream stream = getResourceAsStream(name.replace('.', '/') + ".class")) {
			byte[] hooked = hook.apply(stream.readAllBytes());
			return defineClass(name, hooked, 0, hooked.length);
		}
		catch (IOException ex) {
			throw new ClassNotFoundException(name, ex);
		}
	}

}
