/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.admin;

import java.lang.management.ManagementFactory;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.regex.Pattern;

import javax.management.MalformedObjectNameException;
import javax.management.ObjectName;

/**
 * Client ids for the guard's own clients. kafka-clients registers a client's MBeans under
 * its id, and unregisters them by that id, even those of another client. So two living
 * clients of one kind must not have the same id. Thread-safe.
 */
public final class HelperIds {

	private static final Pattern UNQUOTED = Pattern.compile("[\\w-%. \t]*");

	/** Taken by clients that are under construction, by kind and id. */
	private static final Set<ObjectName> constructing = ConcurrentHashMap.newKeySet();

	private HelperIds() {
	}

	/**
	 * Constructs a client with an id that no living client of its kind has: the wanted
	 * one, or that with a number.
	 * @param kind how kafka-clients names MBeans of the kind, such as
	 * {@code kafka.consumer}
	 * @param wanted the id
	 * @param construction constructs the client with the id that it gets
	 */
	public static <T> T construct(String kind, String wanted, Function<String, T> construction) {
		String id = wanted;
		ObjectName name = mbean(kind, id);
		for (int number = 2; !take(name); number++) {
			id = wanted + "-" + number;
			name = mbean(kind, id);
		}
		try {
			return construction.apply(id);
		}
		finally {
			constructing.remove(name);
		}
	}

	/**
	 * A client is alive until it has unregistered its MBean. Its thread may do that some
	 * time after it was closed.
	 */
	private static boolean take(ObjectName name) {
		if (!constructing.add(name)) {
			return false;
		}
		if (ManagementFactory.getPlatformMBeanServer().isRegistered(name)) {
			constructing.remove(name);
			return false;
		}
		return true;
	}

	/**
	 * As kafka-clients do it. Their own code for it is internal, and 4.4 has moved it.
	 */
	private static String quoted(String id) {
		return UNQUOTED.matcher(id).matches() ? id : ObjectName.quote(id);
	}

	private static ObjectName mbean(String kind, String id) {
		try {
			return new ObjectName(kind + ":type=app-info,id=" + quoted(id));
		}
		catch (MalformedObjectNameException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
