/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.tables;

import java.io.IOException;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Each API's highest stable version per release of Kafka.
 *
 * @param releases the releases
 * @param apis the APIs by API key
 */
record Table(SortedSet<KafkaRelease> releases, SortedMap<Integer, Api> apis) {

	static Table of(SortedMap<KafkaRelease, ClientsJar> jars) throws IOException {
		SortedMap<Integer, Api> apis = new TreeMap<>();
		for (ClientsJar jar : jars.values()) {
			for (OfferedApi offered : jar.read()) {
				Api older = apis.get(offered.id());
				Map<KafkaRelease, Integer> highest = (older != null) ? older.highest() : new TreeMap<>();
				highest.put(jar.release(), offered.highest());
				// A newer release may have another name for the API.
				apis.put(offered.id(), new Api(offered.id(), offered.name(), highest));
			}
		}
		return new Table(new TreeSet<>(jars.keySet()), apis);
	}

}
