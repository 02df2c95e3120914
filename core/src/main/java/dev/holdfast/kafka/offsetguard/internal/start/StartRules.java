/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.start;

import dev.holdfast.kafka.offsetguard.internal.client.ClientConfiguration;
import dev.holdfast.kafka.offsetguard.internal.client.CurrentMode;
import dev.holdfast.kafka.offsetguard.policy.OffsetGuardSettings;
import dev.holdfast.kafka.versioncap.ClientCap;
import dev.holdfast.kafka.versioncap.rules.VersionCapCheck;

/**
 * By what the guard decides where partitions start.
 *
 * @param grouped whether there is a group that may have commits
 * @param topicIds whether the guard asks for topic ids
 * @param bookmarks whether the guard reads and writes bookmarks
 * @param rearmable whether the client can validate positions whose commit has no epoch
 * @param mode whether the client starts from committed offsets whatever the guard finds
 */
public record StartRules(boolean grouped, boolean topicIds, boolean bookmarks, boolean rearmable, CurrentMode mode) {

	public static StartRules of(OffsetGuardSettings settings, ClientConfiguration configuration, ClientCap cap,
			CurrentMode mode) {
		boolean topicIds = configuration.groupId() != null
				&& (settings.commits().bookmark() || !settings.timing().topicCheck().isZero());
		boolean bookmarks = configuration.groupId() != null && settings.commits().bookmark();
		boolean rearmable = settings.commits().bookmark() && VersionCapCheck.canValidatePositions(cap.cap());
		return new StartRules(configuration.groupId() != null, topicIds, bookmarks, rearmable, mode);
	}

	boolean observing() {
		return mode.isObserving();
	}

	/**
	 * Whether the client validates positions whose commit has no epoch.
	 */
	boolean rearming() {
		return rearmable && !observing();
	}

}
