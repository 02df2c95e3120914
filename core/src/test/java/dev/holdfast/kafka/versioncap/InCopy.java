/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.versioncap;

import dev.holdfast.kafka.versioncap.rules.LearnedCaps;
import dev.holdfast.kafka.versioncap.rules.VersionCap;
import org.apache.kafka.clients.ApiVersions;
import org.apache.kafka.clients.NodeApiVersions;
import org.apache.kafka.common.protocol.ApiKeys;

/**
 * What tests do in a {@link LibraryCopy}. Public, and in types that all class loaders
 * share, since they call it by reflection.
 */
public final class InCopy {

	private InCopy() {
	}

	public static void install() {
		VersionCapInstaller.install();
	}

	public static boolean isInstalled() {
		return VersionCapInstaller.isInstalled();
	}

	/**
	 * The highest version of Metadata that a client constructed under a cap may speak.
	 */
	public static int under(String cap) {
		ClientCap.Construction<ApiVersions> construction = new ClientCap(VersionCap.parse(cap), LearnedCaps.none())
			.construct(ApiVersions::new);
		return highest(construction.client());
	}

	/**
	 * The highest version of Metadata that a client constructed outside of any cap may
	 * speak.
	 */
	public static int outside() {
		return highest(new ApiVersions());
	}

	public static AutoCloseable forAll(String cap) {
		return new ClientCap(VersionCap.parse(cap), LearnedCaps.none()).applyToAllClients();
	}

	private static int highest(ApiVersions client) {
		client.update("1", NodeApiVersions.create());
		return client.get("1").apiVersion(ApiKeys.METADATA).maxVersion();
	}

}
