/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.versioncap;

import java.lang.ref.Reference;
import java.lang.ref.WeakReference;
import java.lang.reflect.InvocationTargetException;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.stream.Stream;

import org.objectweb.asm.ClassReader;

/**
 * A copy of this library in a class loader below that of kafka-clients, as the
 * applications of one server have it.
 */
final class LibraryCopy {

	private final URLClassLoader loader;

	LibraryCopy(ClassLoader kafkaClients) {
		loader = new URLClassLoader(Stream.of(VersionCapInstaller.class, InCopy.class, ClassReader.class)
			.map(KafkaClientsLoader::location)
			.toArray(URL[]::new), kafkaClients);
	}

	void install() {
		call("install");
	}

	boolean isInstalled() {
		return (boolean) call("isInstalled");
	}

	int under(String cap) {
		return (int) call("under", cap);
	}

	int outside() {
		return (int) call("outside");
	}

	AutoCloseable forAll(String cap) {
		return (AutoCloseable) call("forAll", cap);
	}

	/**
	 * Whether anything is left of it, once nobody refers to this object.
	 */
	Reference<ClassLoader> trace() {
		return new WeakReference<>(loader);
	}

	/**
	 * Calls a method.
	 * @throws IllegalStateException if it fails, with its message, as exceptions of the
	 * copy mean nothing here
	 */
	private Object call(String method, Object... arguments) {
		try {
			Class<?>[] types = Stream.of(arguments).map(Object::getClass).toArray(Class<?>[]::new);
			return loader.loadClass(InCopy.class.getName()).getMethod(method, types).invoke(null, arguments);
		}
		catch (InvocationTargetException ex) {
			throw new IllegalStateException(ex.getCause().toString());
		}
		catch (ReflectiveOperationException ex) {
			throw new AssertionError(ex);
		}
	}

}
