/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.admin;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import dev.holdfast.kafka.offsetguard.internal.client.ClientConfiguration;
import dev.holdfast.kafka.offsetguard.internal.client.NameInLog;
import dev.holdfast.kafka.offsetguard.internal.cluster.Cluster;
import dev.holdfast.kafka.offsetguard.internal.cluster.KnownClusters;
import dev.holdfast.kafka.offsetguard.internal.time.GuardClock;
import dev.holdfast.kafka.versioncap.ClientCap;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;

/**
 * One admin client for all consumers of a guard that connect alike, to the same brokers.
 * It opens when the first of them asks something, and closes with the last one.
 * Thread-safe.
 */
public final class SharedAdmins {

	/**
	 * Short, as the thread of the admin client ends by itself. Not 0: then
	 * {@code Admin.close} would wait for the thread for ever (Thread.join).
	 */
	private static final Duration CLOSE_TIMEOUT = Duration.ofMillis(1);

	private static final String OFFSETS_TOPIC = "__consumer_offsets";

	/**
	 * After this time the guard names a cluster by its brokers' addresses and the id that
	 * they have told the client.
	 */
	private static final long UNTIL_BROKERS_TELL = TimeUnit.SECONDS.toNanos(10);

	private static final long UNTIL_ASKED_AGAIN = TimeUnit.SECONDS.toNanos(1);

	private final ClientCap cap;

	private final HelperClients clients;

	private final GuardClock clock;

	private final KnownClusters clusters = new KnownClusters();

	private final Map<Map<String, Object>, List<Shared>> open = new HashMap<>();

	public SharedAdmins(ClientCap cap, GuardClock clock) {
		this(cap, HelperClients.real(), clock);
	}

	public SharedAdmins(ClientCap cap, HelperClients clients, GuardClock clock) {
		this.cap = cap;
		this.clients = clients;
		this.clock = clock;
	}

	/**
	 * Opens an admin client that consumers do not share. The caller closes it by
	 * {@link #close}.
	 * @param endpoints the brokers to start from; if empty, the configured ones
	 * @param requestTimeout how long it waits for a broker, in milliseconds
	 * @throws KafkaException if it cannot be opened
	 */
	public Admin open(ClientConfiguration client, Collection<String> endpoints, int requestTimeout) {
		return start(client, endpoints, requestTimeout).admin();
	}

	private OpenedAdmin start(ClientConfiguration client, Collection<String> endpoints, int requestTimeout) {
		Map<String, Object> own = new HashMap<>(AdminConfiguration.derive(client, requestTimeout));
		if (!endpoints.isEmpty()) {
			own.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, List.copyOf(endpoints));
		}
		return HelperIds.construct("kafka.admin.client", "holdfast-admin-" + client.clientId(), (id) -> {
			own.put(CommonClientConfigs.CLIENT_ID_CONFIG, id);
			return OpenedAdmin.open(id, () -> cap.construct(() -> clients.admin(own)).client());
		});
	}

	/**
	 * Closes an admin client without waiting for it.
	 */
	public static void close(Admin admin) {
		admin.close(CLOSE_TIMEOUT);
	}

	/**
	 * Takes a share in the admin client of consumers like this one. Opens nothing yet.
	 * @param clusterId the id that brokers have told the client, {@code null} if none
	 * @param endpoints the brokers that the client knows
	 * @param requestTimeout how long the admin client waits for a broker, in milliseconds
	 */
	public Lease lease(ClientConfiguration client, @Nullable String clusterId, Set<String> endpoints,
			int requestTimeout) {
		Map<String, Object> configuration = AdminConfiguration.derive(client, requestTimeout);
		synchronized (open) {
			List<Shared> alike = open.computeIfAbsent(configuration, (key) -> new ArrayList<>());
			Shared shared = alike.stream()
				.filter((each) -> each.isFor(clusterId, endpoints))
				.findFirst()
				.orElseGet(() -> new Shared(client, clusterId, endpoints, requestTimeout));
			if (!alike.contains(shared)) {
				alike.add(shared);
			}
			shared.endpoints.addAll(endpoints);
			shared.leases++;
			return new Lease(configuration, shared);
		}
	}

	/**
	 * Takes an admin client that consumers do not share. Opens nothing yet.
	 * @param endpoints the brokers to start from; if empty, the configured ones
	 * @param requestTimeout how long it waits for a broker, in milliseconds
	 */
	public Lease leaseAlone(ClientConfiguration client, Set<String> endpoints, int requestTimeout) {
		Shared alone = new Shared(client, null, endpoints, requestTimeout);
		alone.leases = 1;
		return new Lease(AdminConfiguration.derive(client, requestTimeout), alone);
	}

	private final class Shared {

		private final @Nullable String clusterId;

		private final int requestTimeout;

		/** Guarded by {@link SharedAdmins#open}. */
		private final Set<String> endpoints;

		/** Guarded by {@link SharedAdmins#open}. */
		private int leases;

		private final OpenedAdmin.Holder holder;

		private @Nullable KafkaFuture<String> described;

		/** The last question, and the last answer to it. */
		private @Nullable KafkaFuture<Uuid> offsetsTopic;

		private @Nullable KafkaFuture<Uuid> answeredOffsetsTopic;

		private long offsetsTopicAskedAt;

		private long askedAt;

		Shared(ClientConfiguration client, @Nullable String clusterId, Set<String> endpoints, int requestTimeout) {
			this.clusterId = clusterId;
			this.endpoints = new HashSet<>(endpoints);
			this.requestTimeout = requestTimeout;
			this.holder = new OpenedAdmin.Holder(() -> start(client, endpoints(), requestTimeout),
					new AdminDeaths(NameInLog.of(client.clientId()), clock), this::forgetCluster, clock);
		}

		boolean isFor(@Nullable String otherId, Set<String> others) {
			boolean connected = endpoints.isEmpty() ? others.isEmpty() : others.stream().anyMatch(endpoints::contains);
			return connected && Objects.equals(clusterId, otherId);
		}

		private Set<String> endpoints() {
			synchronized (open) {
				return Set.copyOf(endpoints);
			}
		}

		KafkaFuture<String> described() {
			KafkaFuture<String> present;
			synchronized (this) {
				askedAt = (askedAt != 0) ? askedAt : clock.nanoTime();
				present = described;
			}
			if (present == null || (present.isCompletedExceptionally() && !isRefused(present))) {
				Admin admin = holder.admin();
				synchronized (this) {
					// Another consumer may have asked meanwhile.
					present = (described != null && described != present) ? described
							: admin.describeCluster().clusterId();
					described = present;
				}
			}
			return present;
		}

		/**
		 * That brokers have no such topic is an answer, and stands until a later one:
		 * Kafka creates it with the first group, and other brokers never do.
		 */
		KafkaFuture<Uuid> offsetsTopic() {
			synchronized (this) {
				KafkaFuture<Uuid> present = offsetsTopic;
				if (present != null && !isToBeAskedAgain(present)) {
					return answeredOr(present);
				}
			}
			Admin admin = holder.admin();
			synchronized (this) {
				KafkaFuture<Uuid> present = offsetsTopic;
				if (present == null || isToBeAskedAgain(present)) {
					present = SharedAdmins.offsetsTopic(admin);
					offsetsTopic = present;
					offsetsTopicAskedAt = clock.nanoTime();
				}
				return answeredOr(present);
			}
		}

		private KafkaFuture<Uuid> answeredOr(KafkaFuture<Uuid> present) {
			if (!offsetsTopicId(present).isPending()) {
				answeredOffsetsTopic = present;
			}
			KafkaFuture<Uuid> answered = answeredOffsetsTopic;
			return (answered != null) ? answered : present;
		}

		private boolean isToBeAskedAgain(KafkaFuture<Uuid> last) {
			if (!last.isDone()) {
				return false;
			}
			Reply<Optional<Uuid>> reply = offsetsTopicId(last);
			boolean isMissing = reply instanceof Reply.Answered<Optional<Uuid>> answered && answered.value().isEmpty();
			return reply.isPending() || (isMissing && clock.nanoTime() - offsetsTopicAskedAt > UNTIL_ASKED_AGAIN);
		}

		/**
		 * How long ago a consumer first asked for the cluster, in nanoseconds.
		 */
		synchronized long askedFor() {
			return (askedAt != 0) ? clock.nanoTime() - askedAt : 0;
		}

		public synchronized void forgetCluster() {
			described = null;
			offsetsTopic = null;
			answeredOffsetsTopic = null;
			askedAt = 0;
		}

		private boolean isRefused(KafkaFuture<?> future) {
			return Reply.of(future, (value) -> true) instanceof Reply.Refused;
		}

	}

	/**
	 * Asks for the id of the topic in which a cluster keeps its groups' offsets.
	 */
	public static KafkaFuture<Uuid> offsetsTopic(Admin admin) {
		return Objects.requireNonNull(admin.describeTopics(Set.of(OFFSETS_TOPIC)).topicNameValues().get(OFFSETS_TOPIC))
			.thenApply(TopicDescription::topicId);
	}

	/**
	 * Reads the id of that topic without waiting. Some brokers have no such topic.
	 */
	public static Reply<Optional<Uuid>> offsetsTopicId(KafkaFuture<Uuid> future) {
		if (future.isCompletedExceptionally()) {
			try {
				future.getNow(Uuid.ZERO_UUID);
			}
			catch (Exception ex) {
				if (ex.getCause() instanceof UnknownTopicOrPartitionException) {
					return new Reply.Answered<>(Optional.empty());
				}
			}
		}
		return Reply.of(future, (id) -> Optional.of(id).filter((each) -> !each.equals(Uuid.ZERO_UUID)));
	}

	/**
	 * One consumer's share. Belongs to the consumer's thread.
	 */
	public final class Lease implements AutoCloseable {

		private final Map<String, Object> configuration;

		private final Shared shared;

		private boolean closed;

		private Lease(Map<String, Object> configuration, Shared shared) {
			this.configuration = configuration;
			this.shared = shared;
		}

		/**
		 * The admin client.
		 * @throws KafkaException if it cannot be opened
		 */
		public Admin admin() {
			return shared.holder.admin();
		}

		/**
		 * Asks which cluster the admin client speaks to, unless a consumer has asked
		 * before.
		 * @return completed when {@link #cluster()} knows all there is to know
		 * @throws KafkaException if it cannot be opened
		 */
		public CompletableFuture<?> askCluster() {
			return CompletableFuture.allOf(Reply.completable(shared.described()),
					Reply.completable(shared.offsetsTopic()));
		}

		/**
		 * The cluster that the admin client speaks to, without waiting.
		 * @throws KafkaException if it cannot be opened
		 */
		public Reply<Cluster> cluster() {
			Reply<Optional<String>> id = Reply.of(shared.described(), Optional::ofNullable);
			Reply<Optional<Uuid>> offsetsTopicId = offsetsTopicId(shared.offsetsTopic());
			if (id.isPending() || offsetsTopicId.isPending()) {
				// These are the client's own brokers, and it knows the cluster's id from
				// them.
				boolean isKnownByItsBrokers = shared.clusterId != null && !shared.endpoints().isEmpty()
						&& shared.askedFor() > UNTIL_BROKERS_TELL;
				return isKnownByItsBrokers
						? new Reply.Answered<>(clusters.name(shared.clusterId, shared.endpoints(), null))
						: new Reply.NotYet<>();
			}
			return new Reply.Answered<>(
					clusters.name(id.orIfRefused(Optional.ofNullable(shared.clusterId)).orElse(null),
							shared.endpoints(), offsetsTopicId.orIfRefused(Optional.empty()).orElse(null)));
		}

		/**
		 * For how long brokers have not told the cluster, in nanoseconds; 0 before the
		 * guard could name it by its brokers.
		 */
		public long waitedForCluster() {
			long askedFor = shared.askedFor();
			return (askedFor > UNTIL_BROKERS_TELL) ? askedFor : 0;
		}

		/**
		 * How long the admin client waits for a broker, in milliseconds.
		 */
		public int requestTimeout() {
			return shared.requestTimeout;
		}

		/**
		 * Asks for the cluster again next time: the admin client has spoken to another
		 * one than the client.
		 */
		public void forgetCluster() {
			shared.forgetCluster();
		}

		/**
		 * Closes the admin client, and opens none for a while. The consumers that share
		 * it ask again.
		 */
		public void makeRoom() {
			shared.holder.makeRoom();
		}

		/**
		 * The brokers of the consumers that share the admin client.
		 */
		public Set<String> endpoints() {
			return shared.endpoints();
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
				List<Shared> alike = open.get(configuration);
				if (alike != null && alike.remove(shared) && alike.isEmpty()) {
					open.remove(configuration);
				}
			}
			shared.holder.close();
		}

	}

}
