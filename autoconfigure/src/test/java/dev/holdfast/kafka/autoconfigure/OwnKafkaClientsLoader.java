/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;

import dev.holdfast.kafka.versioncap.VersionCapInstaller;

/**
 * Has kafka-clients and Holdfast of its own, so that a test can tell what it has done to
 * them. Spring is that of the other tests, and so are resources but those of a directory.
 */
final class OwnKafkaClientsLoader extends URLClassLoader {

	private final boolean withKafka;

	OwnKafkaClientsLoader(Path resources, boolean withKafka) throws IOException {
		super(new URL[] { resources.toUri().toURL() }, OwnKafkaClientsLoader.class.getClassLoader());
		this.withKafka = withKafka;
	}

	boolean isInstalled() throws ReflectiveOperationException {
		return (boolean) loadClass(VersionCapInstaller.class.getName()).getMethod("isInstalled").invoke(null);
	}

	boolean hasLoaded(String name) {
		return findLoadedClass(name) != null;
	}

	@Override
	protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
		boolean kafka = name.startsWith("org.apache.kafka.");
		if (!kafka && !name.startsWith("dev.holdfast.")) {
			return super.loadClass(name, resolve);
		}
		synchronized (getClassLoadingLock(name)) {
			Class<?> loaded = findLoadedClass(name);
			return (loaded != null) ? loaded : define(name, kafka);
		}
	}

	private Class<?> define(String name, boolean kafka) throws ClassNotFoundException {
		try (InputStream stream = (kafka && !withKafka) ? null
				: getResourceAsStream(name.replace('.', '/') + ".class")) {
			if (stream == null) {
				throw new ClassNotFoundException(name);
			}
			byte[] classFile = stream.readAllBytes();
			return defineClass(name, classFile, 0, classFile.length);
		}
		catch (IOException ex) {
			throw new ClassNotFoundException(name, ex);
		}
	}

}
