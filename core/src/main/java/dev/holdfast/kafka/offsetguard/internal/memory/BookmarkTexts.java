/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.memory;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

/**
 * Makes the texts of bookmarks. Each commit needs one for each partition, so it makes the
 * common beginning once for a topic. Belongs to the consumer's thread.
 */
public final class BookmarkTexts {

	private final Map<String, Beginning> beginnings = new HashMap<>();

	private final StringBuilder buffer = new StringBuilder(Bookmark.MAX_LENGTH);

	/**
	 * What all bookmarks of a topic begin with.
	 */
	private record Beginning(String clusterId, @Nullable Uuid topicId, String text) {

		boolean isOf(Bookmark bookmark) {
			return clusterId.equals(bookmark.clusterId()) && Objects.equals(topicId, bookmark.topicId());
		}

	}

	public String text(String topic, Bookmark bookmark) {
		Beginning beginning = beginnings.get(topic);
		if (beginning == null || !beginning.isOf(bookmark)) {
			beginning = new Beginning(bookmark.clusterId(), bookmark.topicId(), bookmark.beginning());
			beginnings.put(topic, beginning);
		}
		buffer.setLength(0);
		bookmark.appendRest(buffer.append(beginning.text));
		return buffer.toString();
	}

}
