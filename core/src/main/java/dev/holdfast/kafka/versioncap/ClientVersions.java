/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.versioncap;

import java.util.List;

import dev.holdfast.kafka.versioncap.internal.CappedVersions;
import dev.holdfast.kafka.versioncap.internal.ClientBinding;
import dev.holdfast.kafka.versioncap.internal.RefusedBroker;
import dev.holdfast.kafka.versioncap.rules.KafkaApi;
import dev.holdfast.kafka.versioncap.rules.VersionCap;
import dev.holdfast.kafka.versioncap.rules.VersionCapCheck;
import org.apache.kafka.clients.NodeApiVersions;
import org.apache.kafka.clients.consumer.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The versions that one client speaks to the brokers that it is connected to. They come
 * from the client's own negotiations; this class sends nothing. Thread-safe.
 */
public final class ClientVersions {

	/** Of a client that was constructed without the hook. */
	static final ClientVersions UNKNOWN = new ClientVersions(null);

	private final @Nullable ClientBinding binding;

	private volatile @Nullable String refusedAddress;

	ClientVersions(@Nullable ClientBinding binding) {
		this.binding = binding;
	}

	/**
	 * Whether anything is known: the hook was installed when the client was constructed.
	 * @return {@code false} if no rule, and no {@code learn}, asked for the hook
	 */
	public boolean isKnown() {
		return binding != null;
	}

	/**
	 * What the client may speak, with what Holdfast has learned.
	 * @return the cap as it is now
	 */
	public VersionCap cap() {
		return (binding != null) ? binding.cap() : VersionCap.none();
	}

	/**
	 * What the client has negotiated with each broker that it is connected to. Bootstrap
	 * servers have negative numbers, and the coordinator has a number of its own.
	 * @return one report for each connection
	 */
	public List<BrokerVersions> brokers() {
		if (binding == null) {
			return List.of();
		}
		VersionCap cap = binding.cap();
		return binding.offered()
			.entrySet()
			.stream()
			.map((entry) -> BrokerVersions.of(entry.getKey(), entry.getValue(), cap))
			.toList();
	}

	/**
	 * Whether the client asks a partition's leader whether the leader epoch of its
	 * position still holds, see {@link VersionCapCheck#canValidatePositions(VersionCap)}.
	 * It does not ask a leader that does not offer the versions, or to which it has no
	 * connection.
	 * @param leader the id of the partition's leader, -1 if there is none
	 * @return {@code false} if the client takes any position on that partition for valid;
	 * {@code true} where nothing is known
	 */
	public boolean canValidatePositions(int leader) {
		ClientBinding known = binding;
		if (known == null) {
			return true;
		}
		VersionCap cap = known.cap();
		NodeApiVersions offered = known.offered(String.valueOf(leader));
		return offered != null && speaks(offered, cap, KafkaApi.OFFSET_FOR_LEADER_EPOCH, 3)
				&& known.offered().values().stream().allMatch((each) -> speaks(each, cap, KafkaApi.METADATA, 9));
	}

	private static boolean speaks(NodeApiVersions offered, VersionCap cap, KafkaApi api, int version) {
		return CappedVersions.effective(api, offered, cap).orElse(VersionCap.NEVER) >= version;
	}

	/**
	 * Tells which cluster the client has found, so that what Holdfast has learned about
	 * that cluster holds for the client.
	 * @param clusterId the cluster's id, {@code null} if it has none
	 */
	public void cluster(@Nullable String clusterId) {
		if (binding != null) {
			binding.cluster(clusterId);
		}
	}

	/**
	 * Throws if any broker so far has offered less than it has to.
	 * @throws RefusedBrokerException if there was one
	 */
	public void requireAccepted() {
		requireAccepted(null, List.of());
	}

	/**
	 * Throws if any broker so far has offered less than it has to, and names its host and
	 * port, as far as they are known.
	 * @param client the client, which knows its brokers' addresses; called on its own
	 * thread. {@code null} for none
	 * @param bootstrapServers the addresses that the client began with, in their order
	 * @throws RefusedBrokerException if there was one
	 */
	public void requireAccepted(@Nullable Consumer<?, ?> client, List<String> bootstrapServers) {
		RefusedBroker refused = (binding != null) ? binding.refused() : null;
		if (refused == null) {
			return;
		}
		String known = refusedAddress;
		if (known == null && client != null) {
			known = BrokerAddresses.find(refused.id(), client, bootstrapServers);
			refusedAddress = known;
		}
		throw new RefusedBrokerException(refused, known);
	}

}
