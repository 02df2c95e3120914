/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.versioncap;

import java.io.IOException;
import java.io.InputStream;
import java.lang.invoke.MethodHandles;
import java.lang.management.ManagementFactory;
import java.lang.ref.WeakReference;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

import dev.holdfast.kafka.internal.wrapping.NativeImage;
import dev.holdfast.kafka.versioncap.internal.CapScope;
import dev.holdfast.kafka.versioncap.internal.HookedApiVersions;
import dev.holdfast.kafka.versioncap.rules.VersionCapInstallException;
import org.apache.kafka.clients.ClientDnsLookup;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts the hook into the kafka-clients on the class path: it defines their class
 * {@code ApiVersions} with the hook, before the JVM loads it. It does so once for each
 * class loader that has kafka-clients, and only as long as no client was created there.
 * <p>
 * kafka-clients have no setting for it. An agent would need an option of the JVM, and
 * changing fields of existing clients would need deep reflection. This needs neither.
 */
public final class VersionCapInstaller {

	private static final Logger logger = LoggerFactory.getLogger(VersionCapInstaller.class);

	private static final String KAFKA_THREADS = "kafka-(producer-network|admin-client|coordinator-heartbeat)-?.*"
			+ "|consumer_background_thread.*|kafka-producer-.*";

	private static volatile boolean installed;

	/**
	 * kafka-clients call these functions for each new client. They may outlive this
	 * class, and refer to the functions weakly.
	 */
	private static final Function<Object, @Nullable Object> SCOPED = (client) -> CapScope.bindScoped();

	private static final Function<Object, @Nullable Object> FOR_ALL = (client) -> CapScope.bindForAll();

	private VersionCapInstaller() {
	}

	/**
	 * Puts the hook in, unless it is in already. Applications that start through
	 * {@code SpringApplication} need not call this: the starter does, if a rule needs it.
	 * Others call it first thing in {@code main}. Thread-safe.
	 * @throws VersionCapInstallException if it is too late, if these kafka-clients have
	 * another class, or in a native image. The message says why, as far as Holdfast can
	 * tell, and what to do
	 */
	public static void install() {
		if (!installed) {
			synchronized (VersionCapInstaller.class) {
				if (!installed) {
					Class<?> hooked = define();
					bind(hooked);
					installed = true;
					logger.debug("Installed the version cap's hook in {}", hooked.getClassLoader());
				}
			}
		}
	}

	/**
	 * Whether clients that are created from now on follow a cap.
	 * @return whether the hook is in
	 */
	public static boolean isInstalled() {
		return installed;
	}

	private static Class<?> define() {
		if (NativeImage.isHere()) {
			throw new VersionCapInstallException("""
					The version cap cannot be installed in a native image: it defines a class of kafka-clients anew \
					when the application starts, and a native image defines no classes. Run the application on a \
					JVM, or run it without rules""", null);
		}
		try {
			MethodHandles.Lookup lookup = MethodHandles.privateLookupIn(ClientDnsLookup.class, MethodHandles.lookup());
			return lookup.defineClass(HookedApiVersions.of(original()));
		}
		catch (LinkageError ex) {
			Class<?> present = loaded();
			if (bindersField(present) != null) {
				// Another copy of this library, in a class loader beside this one, has
				// put it in.
				return present;
			}
			throw new VersionCapInstallException(tooLate(), ex);
		}
		catch (IllegalAccessException | IOException ex) {
			throw new VersionCapInstallException("The class %s of kafka-clients could not be defined anew: %s"
				.formatted(HookedApiVersions.CLASS_NAME, ex), ex);
		}
	}

	private static byte[] original() throws IOException {
		String resource = HookedApiVersions.CLASS_NAME.replace('.', '/') + ".class";
		ClassLoader loader = ClientDnsLookup.class.getClassLoader();
		try (InputStream stream = (loader != null) ? loader.getResourceAsStream(resource) : null) {
			if (stream == null) {
				throw new IOException(resource + " is not on the class path beside the rest of kafka-clients");
			}
			return stream.readAllBytes();
		}
	}

	private static Class<?> loaded() {
		try {
			return Class.forName(HookedApiVersions.CLASS_NAME, false, ClientDnsLookup.class.getClassLoader());
		}
		catch (ClassNotFoundException ex) {
			throw new VersionCapInstallException(HookedApiVersions.CLASS_NAME + " is missing", ex);
		}
	}

	private static @Nullable Field bindersField(Class<?> type) {
		return Stream.of(type.getFields())
			.filter((field) -> field.getName().equals(HookedApiVersions.BINDERS_FIELD))
			.findFirst()
			.orElse(null);
	}

	/**
	 * Several copies of this library can share kafka-clients in a class loader above
	 * them, and each copy may be unloaded before the others. The copy in whose scope a
	 * client is constructed comes before those that have a cap for all clients.
	 */
	private static void bind(Class<?> hooked) {
		// The class is all that the copies have in common.
		synchronized (hooked) {
			try {
				Field field = bindersField(hooked);
				if (field == null) {
					throw new NoSuchFieldException(HookedApiVersions.BINDERS_FIELD);
				}
				List<WeakReference<?>> binders = new ArrayList<>();
				binders.add(new WeakReference<>(SCOPED));
				if (field.get(null) instanceof Iterable<?> others) {
					others.forEach((other) -> binders.add((WeakReference<?>) other));
				}
				binders.add(new WeakReference<>(FOR_ALL));
				binders.removeIf((binder) -> binder.get() == null);
				field.set(null, List.copyOf(binders));
			}
			catch (ReflectiveOperationException ex) {
				throw new VersionCapInstallException("The hook in %s cannot be reached: %s".formatted(hooked, ex), ex);
			}
		}
	}

	private static String tooLate() {
		return """
				The version cap cannot be installed any more: the class %s of kafka-clients is loaded already, so a \
				Kafka client was created before, or is being created. %s \
				Applications that start through SpringApplication install it early enough, unless a client is \
				created before the environment is prepared: by a log appender, an agent, a static initializer or \
				main itself. Then call VersionCapInstaller.install() first thing in main. In tests, put \
				holdfast-kafka-test on the class path: it installs the cap before the first test"""
			.formatted(HookedApiVersions.CLASS_NAME, suspects());
	}

	/**
	 * What may have loaded the class, as far as the JVM tells.
	 */
	private static String suspects() {
		List<String> suspects = new ArrayList<>();
		List<String> archives = ManagementFactory.getRuntimeMXBean()
			.getInputArguments()
			.stream()
			.filter((argument) -> argument.startsWith("-XX:AOTCache=") || argument.startsWith("-XX:SharedArchiveFile="))
			.toList();
		if (!archives.isEmpty()) {
			suspects.add("This JVM starts from %s: if that was made by a run without the cap, the class may come from "
				.formatted(archives) + "there; make it again by a run with the cap.");
		}
		List<String> threads = Thread.getAllStackTraces()
			.keySet()
			.stream()
			.map(Thread::getName)
			.filter((name) -> name.matches(KAFKA_THREADS))
			.sorted()
			.toList();
		if (!threads.isEmpty()) {
			suspects.add("Threads of Kafka clients that run at present: %s.".formatted(threads));
		}
		else if (archives.isEmpty()) {
			suspects.add("No thread of a Kafka client runs at present, so it cannot be told which it was.");
		}
		return String.join(" ", suspects);
	}

}
