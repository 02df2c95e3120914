/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.tables;

import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/**
 * Reads Kafka's {@code ApiKeys}, by reflection: the class belongs to no public API, it
 * differs in each release, and one JVM reads all of them.
 * <p>
 * It leaves an API out if all its versions are unstable, if it has no versions any more
 * (as LeaderAndIsr in 4.0), or if no broker offers it to a client: if it is not enabled
 * (2.7) or only a controller listens to it (since 2.8). Releases before 2.7 tell nothing
 * about that, so all of theirs stay. APIs between brokers stay too, as brokers offer them
 * on any listener. Releases tell which versions are unstable since 3.5; before, all are
 * stable.
 */
final class ApiKeysReader {

	private static final Set<String> BROKERS = Set.of("ZK_BROKER", "BROKER");

	private final Class<?> apiKeys;

	ApiKeysReader(ClassLoader loader) throws ClassNotFoundException {
		this.apiKeys = Class.forName("org.apache.kafka.common.protocol.ApiKeys", true, loader);
	}

	List<OfferedApi> read() throws ReflectiveOperationException {
		List<OfferedApi> offered = new ArrayList<>();
		for (Object api : apiKeys.getEnumConstants()) {
			int highest = highestStable(api);
			if (highest >= lowest(api) && isOffered(api)) {
				offered.add(new OfferedApi(((Number) get(api, "id")).intValue(), (String) get(api, "name"), highest));
			}
		}
		return offered;
	}

	private int highestStable(Object api) throws ReflectiveOperationException {
		if (tellsUnstableVersions()) {
			// The method without a parameter counts an unstable version in.
			return ((Number) apiKeys.getMethod("latestVersion", boolean.class).invoke(api, false)).intValue();
		}
		return ((Number) apiKeys.getMethod("latestVersion").invoke(api)).intValue();
	}

	private int lowest(Object api) throws ReflectiveOperationException {
		return ((Number) apiKeys.getMethod("oldestVersion").invoke(api)).intValue();
	}

	private boolean isOffered(Object api) throws ReflectiveOperationException {
		if (hasField("messageType")) {
			Object messageType = get(api, "messageType");
			Object listeners = messageType.getClass().getMethod("listeners").invoke(messageType);
			return ((Collection<?>) listeners).stream().map(Object::toString).anyMatch(BROKERS::contains);
		}
		return !hasField("isEnabled") || (boolean) get(api, "isEnabled");
	}

	private Object get(Object api, String field) throws ReflectiveOperationException {
		return apiKeys.getField(field).get(api);
	}

	private boolean tellsUnstableVersions() {
		return Arrays.stream(apiKeys.getMethods())
			.anyMatch((method) -> method.getName().equals("latestVersion") && method.getParameterCount() == 1);
	}

	private boolean hasField(String name) {
		return Arrays.stream(apiKeys.getFields()).map(Field::getName).anyMatch(name::equals);
	}

}
