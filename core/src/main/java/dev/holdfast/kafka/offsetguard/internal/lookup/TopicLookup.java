/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.lookup;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;

import dev.holdfast.kafka.offsetguard.internal.admin.AdminConnection;
import dev.holdfast.kafka.offsetguard.internal.admin.Patience;
import dev.holdfast.kafka.offsetguard.internal.admin.Reply;
import dev.holdfast.kafka.offsetguard.internal.admin.SharedAdmins;
import dev.holdfast.kafka.offsetguard.internal.client.ClientConfiguration;
import dev.holdfast.kafka.offsetguard.internal.client.NameInLog;
import dev.holdfast.kafka.offsetguard.internal.cluster.ClientCluster;
import dev.holdfast.kafka.offsetguard.internal.cluster.Cluster;
import dev.holdfast.kafka.offsetguard.internal.cluster.ToldCluster;
import dev.holdfast.kafka.offsetguard.internal.time.GuardClock;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks brokers, for one consumer, what no consumer tells: topic ids and leader epochs. It
 * asks for commits too, since a consumer that asks for them believes the epochs in them.
 * It asks brokers of the cluster that the client is connected to. Runs on the consumer's
 * own thread; only {@link #wakeup()} may be called from another.
 * <p>
 * A question that is not answered in time stays open until {@link #forgetQuestions()}:
 * the same call, made again, waits for its answer.
 */
public final class TopicLookup implements AutoCloseable {

	private static final Logger logger = LoggerFactory.getLogger(TopicLookup.class);

	private final SharedAdmins admins;

	private final ClientConfiguration configuration;

	private final ClientCluster client;

	private final GuardClock clock;

	private final Patience patience;

	private final AdminConnection connection;

	private final Map<Question, TopicQuery> topicQueries = new HashMap<>();

	private final Map<Set<String>, Anew> asksAnew = new HashMap<>();

	private final Map<CommitQuery.Question, CommitQuery> commitQueries = new HashMap<>();

	private boolean told;

	private volatile @Nullable CompletableFuture<?> running;

	private volatile boolean wokenUp;

	public TopicLookup(SharedAdmins admins, ClientConfiguration configuration, ClientCluster client, GuardClock clock) {
		this.admins = admins;
		this.configuration = configuration;
		this.client = client;
		this.patience = new Patience(configuration, clock);
		this.connection = new AdminConnection(admins, configuration, client, patience, this::forgetQuestions);
		this.clock = clock;
	}

	/**
	 * Asks for the cluster that the client is connected to. All other questions go there.
	 * @param topics topics of the client's
	 * @param timeout how long to wait
	 * @throws WakeupException if {@link #wakeup()} was called meanwhile
	 */
	Reply<Cluster> cluster(Collection<String> topics, Duration timeout) {
		ToldCluster.Told now = client.told();
		try {
			SharedAdmins.Lease current = connection.lease(now, topics, timeout);
			await(current.askCluster(), timeout);
			Reply<Cluster> reply = current.cluster();
			if (reply.isPending()) {
				patience.growAfter(current.waitedForCluster());
			}
			if (reply instanceof Reply.Answered<Cluster> answered && now != null && now.isOther(answered.value())) {
				current.forgetCluster();
				return new Reply.NotYet<>();
			}
			return reply;
		}
		catch (WakeupException | InterruptException ex) {
			throw ex;
		}
		catch (KafkaException ex) {
			return unopened(ex);
		}
	}

	/**
	 * Whether it asks the brokers that the client itself speaks to, whichever cluster
	 * they are.
	 */
	public boolean isAtClientsBrokers() {
		return !connection.endpoints().isEmpty();
	}

	/** How often brokers have told the client about their cluster so far. */
	public long clientAnswers() {
		return client.answers();
	}

	/**
	 * There is no admin client. A name that does not resolve may do so soon, but Kafka
	 * will refuse the same configuration again.
	 */
	private <T> Reply<T> unopened(KafkaException failure) {
		if (failure instanceof WakeupException || failure instanceof InterruptException) {
			throw failure;
		}
		boolean isBeingOpened = failure instanceof org.apache.kafka.common.errors.TimeoutException;
		if (!told && !isBeingOpened) {
			told = true;
			logger.warn("Consumer {} has no admin client yet: {}", NameInLog.of(configuration.clientId()),
					failure.toString());
		}
		boolean isRefused = failure instanceof ConfigException
				|| !configuration.values().containsKey(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG);
		return isRefused ? new Reply.Refused<>(failure.toString()) : new Reply.NotYet<>();
	}

	/**
	 * Asks about topics and about partitions' leaders together.
	 * @param topics the topics
	 * @param partitions the partitions
	 * @param timeout how long to wait
	 * @throws WakeupException if {@link #wakeup()} was called meanwhile
	 */
	public TopicAnswer ask(Collection<String> topics, Collection<TopicPartition> partitions, Duration timeout) {
		if (topics.isEmpty() && partitions.isEmpty()) {
			return TopicAnswer.NOTHING;
		}
		forgetOldQuestions();
		Question question = new Question(Set.copyOf(topics), Set.copyOf(partitions));
		TopicQuery query = topicQueries.get(question);
		if (query == null || query.isPartlyFailed()) {
			try {
				query = TopicQuery.start(admin(topics), topics, partitions, clock);
			}
			catch (KafkaException ex) {
				return TopicAnswer.of(topics, partitions, unopened(ex));
			}
			topicQueries.put(question, query);
		}
		return answer(query, timeout);
	}

	/**
	 * Asks about topics through a connection of its own: an older connection most likely
	 * leads to the broker that has answered before.
	 * @param topics the topics
	 * @param cluster the cluster that has answered before, {@code null} if it is not
	 * known
	 * @param timeout how long to wait
	 * @return the answer; {@link Reply.NotYet} for all if another cluster has answered
	 * @throws WakeupException if {@link #wakeup()} was called meanwhile
	 */
	TopicAnswer askAnew(Collection<String> topics, @Nullable Cluster cluster, Duration timeout) {
		Set<String> names = Set.copyOf(topics);
		Anew present = asksAnew.computeIfAbsent(names,
				(key) -> new Anew(admins.leaseAlone(configuration, connection.endpoints(), patience.millis())));
		TopicQuery query;
		try {
			query = present.ask(topics, clock);
		}
		catch (KafkaException ex) {
			return TopicAnswer.of(topics, Set.of(), unopened(ex));
		}
		await(query.done(), timeout);
		if (!isOver(query)) {
			return TopicAnswer.of(topics, Set.of(), new Reply.NotYet<>());
		}
		asksAnew.remove(names);
		present.lease.close();
		if (cluster != null && query.isOutside(cluster)) {
			// Another cluster may have the same addresses now.
			connection.forgetCluster();
			close();
			return TopicAnswer.of(topics, Set.of(), new Reply.NotYet<>());
		}
		return query.answer();
	}

	private void forgetAnew() {
		asksAnew.values().forEach((each) -> each.lease.close());
		asksAnew.clear();
	}

	private record Question(Set<String> topics, Set<TopicPartition> partitions) {
	}

	/**
	 * A question through a connection of its own.
	 */
	private static final class Anew {

		private final SharedAdmins.Lease lease;

		private @Nullable TopicQuery query;

		Anew(SharedAdmins.Lease lease) {
			this.lease = lease;
		}

		/** Asks, unless it has done so. */
		TopicQuery ask(Collection<String> topics, GuardClock clock) {
			TopicQuery present = query;
			if (present == null) {
				present = TopicQuery.startWithCluster(lease.admin(), topics, clock);
				query = present;
			}
			return present;
		}

		boolean isOutdated() {
			return query != null && query.waiting().isOutdated();
		}

	}

	/**
	 * Asks about topics without waiting for the answer.
	 * @return {@code null} if there is no admin client
	 */
	public @Nullable TopicQuery start(Collection<String> topics, Collection<TopicPartition> partitions) {
		try {
			return TopicQuery.start(admin(topics), topics, partitions, clock);
		}
		catch (KafkaException ex) {
			unopened(ex);
			return null;
		}
	}

	/**
	 * Asks for offsets in partitions' logs. Does not wait.
	 * @param level with {@code READ_COMMITTED} the end is the last stable offset, as an
	 * application with {@code isolation.level=read_committed} sees it
	 * @return {@code null} if there is no admin client
	 */
	public @Nullable ListOffsetsResult startOffsets(Map<TopicPartition, OffsetSpec> wanted, IsolationLevel level) {
		try {
			return admin(Topics.names(wanted.keySet())).listOffsets(wanted, new ListOffsetsOptions(level));
		}
		catch (KafkaException ex) {
			unopened(ex);
			return null;
		}
	}

	/**
	 * Waits for the answer to a question.
	 * @throws WakeupException if {@link #wakeup()} was called meanwhile
	 */
	public TopicAnswer answer(TopicQuery query, Duration timeout) {
		await(query.done(), timeout);
		isOver(query);
		return query.answer();
	}

	/**
	 * Whether there is nothing left to wait for: everything is answered or has failed, or
	 * the guard will ask a more patient admin client.
	 */
	boolean isOver(TopicQuery query) {
		if (query.isDone() && !query.isPartlyFailed()) {
			return true;
		}
		if (patience.growAfter(query.waiting().waited())) {
			query.giveUp();
		}
		return query.isDone();
	}

	/**
	 * Asks for commits of a group.
	 * @param question what to ask
	 * @param timeout how long to wait
	 * @return the commits, {@code null} for a partition that has none. A partition is
	 * missing if the coordinator could not tell, such as while a transaction is about to
	 * commit it
	 * @throws WakeupException if {@link #wakeup()} was called meanwhile
	 */
	public Reply<Map<TopicPartition, @Nullable OffsetAndMetadata>> commits(CommitQuery.Question question,
			Duration timeout) {
		forgetOldQuestions();
		CommitQuery query = commitQueries.get(question);
		try {
			if (query == null) {
				query = new CommitQuery(question, admin(Topics.names(question.partitions())), clock);
				commitQueries.put(question, query);
			}
			else if (query.isDue()) {
				query.askAgain(admin(Topics.names(question.partitions())));
			}
		}
		catch (KafkaException ex) {
			return unopened(ex);
		}
		await(query.done(), timeout);
		Reply<Map<TopicPartition, @Nullable OffsetAndMetadata>> reply = query.reply();
		if (reply.isPending()) {
			patience.growAfter(query.waiting().waited());
		}
		return reply;
	}

	/**
	 * Forgets all questions: the guard has used the answers so far, or they are about
	 * another assignment.
	 */
	public void forgetQuestions() {
		topicQueries.clear();
		forgetAnew();
		commitQueries.clear();
	}

	/**
	 * Forgets the answer: the next question for these commits goes to the coordinator.
	 */
	public void forgetCommits(CommitQuery.Question question) {
		commitQueries.remove(question);
	}

	private void forgetOldQuestions() {
		topicQueries.values().removeIf((query) -> query.waiting().isOutdated());
		commitQueries.values().removeIf((query) -> query.waiting().isOutdated());
		if (asksAnew.values().stream().anyMatch(Anew::isOutdated)) {
			forgetAnew();
		}
	}

	/**
	 * The admin client. If the client has gone to other brokers since, a new one.
	 */
	private Admin admin(Collection<String> topics) {
		return connection.lease(client.told(), topics, Duration.ZERO).admin();
	}

	private void await(CompletableFuture<?> done, Duration timeout) {
		// A wakeup ends only this wait. The question stays open for the next one.
		CompletableFuture<?> waiting = done.copy();
		running = waiting;
		try {
			if (wokenUp) {
				throw new WakeupException();
			}
			clock.await(waiting, timeout);
		}
		catch (TimeoutException ex) {
			logger.debug("No whole answer within {}", timeout);
		}
		catch (ExecutionException ex) {
			if (ex.getCause() instanceof WakeupException) {
				throw new WakeupException();
			}
			logger.debug("No whole answer", ex.getCause());
		}
		catch (InterruptedException ex) {
			throw new InterruptException(ex);
		}
		finally {
			wokenUp = false;
			running = null;
		}
	}

	/**
	 * Forgets a wakeup, which has reached the application another way.
	 */
	public void forgetWakeup() {
		wokenUp = false;
	}

	/**
	 * Ends a running question soon. Thread-safe.
	 */
	public void wakeup() {
		wokenUp = true;
		CompletableFuture<?> current = running;
		if (current != null) {
			current.completeExceptionally(new WakeupException());
		}
	}

	/**
	 * Closes the admin client for a while: brokers take no more connections, and the
	 * consumer needs them. Keeps what brokers have answered.
	 */
	public void makeRoom() {
		connection.makeRoom();
	}

	/**
	 * Gives the admin client back. The next question takes one again.
	 */
	@Override
	public void close() {
		forgetQuestions();
		connection.close();
	}

}
