/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.test;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * What {@link BrokerProcesses} are started with.
 *
 * @param classPath the class path of all processes
 * @param clusterId the cluster's id
 * @param controllerPort where the controller listens
 * @param properties properties of all of them
 */
record BrokerSettings(String classPath, String clusterId, int controllerPort, Map<String, String> properties) {

	private static final int CONTROLLER_ID = 3000;

	BrokerProcess controller(Path directory) {
		return process(directory, CONTROLLER_ID, "controller", "CONTROLLER", this.controllerPort);
	}

	BrokerProcess broker(Path directory, int id, int port) {
		return process(directory, id, "broker", "CLIENTS", port);
	}

	private BrokerProcess process(Path directory, int id, String role, String listener, int port) {
		Path own = directory.resolve(role + "-" + id);
		Map<String, String> all = new HashMap<>(this.properties);
		all.put("process.roles", role);
		all.put("node.id", Integer.toString(id));
		all.put("controller.quorum.voters", CONTROLLER_ID + "@localhost:" + this.controllerPort);
		all.put("controller.listener.names", "CONTROLLER");
		all.put("listener.security.protocol.map", "CONTROLLER:PLAINTEXT,CLIENTS:PLAINTEXT");
		all.put("listeners", listener + "://localhost:" + port);
		if (role.equals("broker")) {
			all.put("inter.broker.listener.name", listener);
		}
		all.put("log.dirs", own.resolve("data").toString());
		if (isBefore4()) {
			// Has the new group protocol, but not by default.
			all.put("group.coordinator.rebalance.protocols", "classic,consumer");
			all.put("unstable.feature.versions.enable", "true");
		}
		return new BrokerProcess(own, this.classPath, this.clusterId, id, all);
	}

	private boolean isBefore4() {
		return this.classPath.contains("kafka_2.13-3.");
	}

}
