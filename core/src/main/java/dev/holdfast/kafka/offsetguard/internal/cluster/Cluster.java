/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.cluster;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;

import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

/**
 * A cluster, as far as the guard can tell it from others. Equal ids prove nothing alone:
 * all brokers that start from an image without an id of their own have the same one. So
 * the id of the topic in which the cluster keeps its groups' offsets belongs to it (topic
 * ids are never used twice, KIP-516), or else the brokers' addresses.
 *
 * @param id the cluster's id, {@code null} where brokers have none
 * @param offsetsTopicId the id of {@code __consumer_offsets}, {@code null} if brokers do
 * not tell it
 * @param lineage the number under which {@link KnownClusters} has it
 */
public record Cluster(@Nullable String id, @Nullable Uuid offsetsTopicId, long lineage) {

	/** The id of every cluster that starts from a Kafka image without one of its own. */
	private static final String IMAGES_DEFAULT_ID = "5L6g3nShT-eMCtK--X86sw";

	private static final int MARK_LENGTH = 5;

	/** As long as the id of a cluster that Kafka has made. */
	private static final int ID_LENGTH = 22;

	/**
	 * Under what this process may remember facts about the cluster.
	 * @return the key, {@code null} if the guard knows no id of the cluster
	 */
	public @Nullable String key() {
		return (id != null) ? id + '/' + lineage : null;
	}

	/**
	 * Tells clusters of one id apart, in bookmarks.
	 * @return a few characters, none if the guard does not know the offsets topic
	 */
	public String mark() {
		return (offsetsTopicId != null) ? offsetsTopicId.toString().substring(0, MARK_LENGTH) : "";
	}

	public static boolean isMark(String text) {
		return text.length() == MARK_LENGTH && isPlain(text);
	}

	/**
	 * Whether a bookmark was written in this cluster.
	 * @param clusterId the bookmark's cluster id, {@link #shortened}
	 * @param mark the bookmark's mark, empty if it has none
	 */
	public boolean hasWritten(String clusterId, String mark) {
		if (id == null || !clusterId.equals(shortened(id))) {
			return false;
		}
		String own = mark();
		return (own.isEmpty() || mark.isEmpty()) ? !id.equals(IMAGES_DEFAULT_ID) : own.equals(mark);
	}

	/**
	 * Every commit asks this, and a regular expression would cost more than the rest.
	 */
	private static boolean isPlain(String id) {
		for (int i = 0; i < id.length(); i++) {
			char c = id.charAt(i);
			boolean letterOrDigit = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
			if (!letterOrDigit && c != '_' && c != '-') {
				return false;
			}
		}
		return true;
	}

	/**
	 * A cluster's id in the short form that bookmarks need.
	 * @return the id, or a digest of a long one
	 */
	public static String shortened(String id) {
		if (id.length() <= ID_LENGTH && isPlain(id)) {
			return id;
		}
		try {
			byte[] digest = MessageDigest.getInstance("SHA-256").digest(id.getBytes(StandardCharsets.UTF_8));
			return Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(digest, 16));
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException("Every JDK has SHA-256", ex);
		}
	}

}
