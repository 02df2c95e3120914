/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

import dev.holdfast.kafka.versioncap.ClientCap;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;

/**
 * One admin client for all consumers of a guard that connect alike: opened when the first
 * of them asks something, and closed with the last one. Thread-safe.
 */
final class SharedAdmins {

	private final ClientCap cap;

	private final Map<Map<String, Object>, Shared> open = new HashMap<>();

	SharedAdmins(ClientCap cap) {
		this.cap = cap;
	}

	/**
	 * Opens an admin client that nobody shares, and that whoever opens it closes.
	 * @throws org.apache.kafka.common.KafkaException if it cannot be opened
	 */
	Admin open(ClientConfiguration client) {
		Map<String, Object> own = new HashMap<>(AdminConfiguration.derive(client));
		own.put(CommonClientConfigs.CLIENT_ID_CONFIG, "holdfast-admin-" + client.clientId());
		return cap.construct(() -> Admin.create(own)).client();
	}

	/**
	 * Opens the admin client of a consumer.
	 * @throws org.apache.kafka.common.KafkaException if it cannot be opened
	 */
	Lease lease(ClientConfiguration client) {
		Map<String, Object> configuration = AdminConfiguration.derive(client);
		synchronized (open) {
			Shared shared = open.get(configuration);
			if (shared == null) {
				shared = new Shared(open(client));
				open.put(configuration, shared);
			}
			shared.leases++;
			return new Lease(configuration, shared);
		}
	}

	private static final class Shared {

		private final Admin admin;

		private int leases;

		Shared(Admin admin) {
			this.admin = admin;
		}

	}

	/**
	 * One consumer's share. Belongs to the consumer's thread.
	 */
	final class Lease implements AutoCloseable {

		private final Map<String, Object> configuration;

		private final Shared shared;

		private boolean closed;

		private Lease(Map<String, Object> configuration, Shared shared) {
			this.configuration = configuration;
			this.shared = shared;
		}

		Admin admin() {
			return shared.admin;
		}

		@Override
		public void close() {
			synchronized (open) {
				if (closed) {
					return;
				}
				closed = true;
				if (--shared.leases > 0) {
					return;
				}
				open.remove(configuration);
			}
			shared.admin.close(Duration.ZERO);
		}

	}

}
