/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.versioncap.internal;

/**
 * The id of a connection in a client. Clients number bootstrap servers in their order
 * from -1 down. They number the connection to a group's coordinator from the largest
 * integer down, by the broker's id.
 *
 * @param id the id
 */
public record NodeId(int id) {

	public static NodeId of(String node) {
		return new NodeId(Integer.parseInt(node));
	}

	/**
	 * Whether it is a bootstrap server, whose broker id the client does not know.
	 */
	public boolean isBootstrap() {
		return id < 0;
	}

	/**
	 * The broker's own id, or the place of the bootstrap server in the configuration,
	 * counted from 1.
	 */
	public int number() {
		return isBootstrap() ? -id : Math.min(id, Integer.MAX_VALUE - id);
	}

	/**
	 * What the connection is for, and to whom it leads.
	 */
	public String description() {
		if (isBootstrap()) {
			return "bootstrap server " + number();
		}
		return (number() == id) ? "broker " + id : "broker %d, as the group's coordinator".formatted(number());
	}

}
