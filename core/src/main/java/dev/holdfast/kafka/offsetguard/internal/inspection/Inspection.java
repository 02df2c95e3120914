/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.inspection;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Predicate;

import dev.holdfast.kafka.offsetguard.evidence.TruncationClaim;
import dev.holdfast.kafka.offsetguard.internal.admin.HelperClients;
import dev.holdfast.kafka.offsetguard.internal.admin.HelperIds;
import dev.holdfast.kafka.offsetguard.internal.client.ClientConfiguration;
import dev.holdfast.kafka.offsetguard.internal.client.ClientPositions;
import dev.holdfast.kafka.offsetguard.internal.client.SomePartitions;
import dev.holdfast.kafka.offsetguard.internal.time.Deadline;
import dev.holdfast.kafka.offsetguard.internal.time.GuardClock;
import dev.holdfast.kafka.versioncap.ClientCap;
import dev.holdfast.kafka.versioncap.ClientVersions;
import dev.holdfast.kafka.versioncap.rules.VersionCap;
import dev.holdfast.kafka.versioncap.rules.VersionCapCheck;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.clients.consumer.LogTruncationException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One look at the logs of all partitions in question together, by a short-lived consumer
 * of its own. The number of its requests grows with brokers and bytes, not with
 * partitions. Each partition goes its own way, see {@link Examination}, so that one whose
 * leader does not answer costs the others nothing but time.
 * <p>
 * Runs on one thread, the consumer's own or one of the {@link InspectionService}; only
 * {@link #abort()} may be called from another.
 */
final class Inspection implements AutoCloseable {

	private static final Logger logger = LoggerFactory.getLogger(Inspection.class);

	/**
	 * How long to wait for one leader's answer before looking for those of others. A
	 * connection to a broker in another zone, or with TLS, takes less.
	 */
	private static final Duration PATIENCE = Duration.ofMillis(50);

	private final Consumer<byte[], byte[]> inspector;

	private final VersionCap cap;

	private final ClientVersions versions;

	/** The leaders' ids, as they are known in this round of looks. */
	private final Map<TopicPartition, Integer> leaders = new HashMap<>();

	private final GuardClock clock;

	private final Deadline deadline;

	private final Duration stragglerPatience;

	private final Map<TopicPartition, Examination> open = new LinkedHashMap<>();

	Inspection(ClientConfiguration client, Set<String> endpoints, Duration timeout, ClientCap cap,
			HelperClients clients, GuardClock clock) {
		this.clock = clock;
		this.deadline = Deadline.after(timeout, clock);
		this.stragglerPatience = timeout.dividedBy(4);
		ClientCap.Construction<Consumer<byte[], byte[]>> constructed = HelperIds.construct("kafka.consumer",
				"holdfast-inspector-" + client.clientId(), (id) -> cap
					.construct(() -> clients.inspector(InspectorConfiguration.derive(client, id, endpoints, timeout))));
		this.inspector = constructed.client();
		this.cap = cap.cap();
		this.versions = constructed.versions();
	}

	/**
	 * Makes a running inspection end soon with a {@link WakeupException}. Thread-safe.
	 */
	void abort() {
		inspector.wakeup();
	}

	/**
	 * Gathers evidence about every suspect, as far as brokers give it in time.
	 * @param suspects the partitions in question
	 * @param timestampTopics the topics whose offset at the last delivered timestamp the
	 * guard needs
	 * @throws WakeupException if it was aborted: there is no evidence then
	 */
	Collection<Findings> inspect(List<Suspect> suspects, Predicate<String> timestampTopics) {
		Map<TopicPartition, Findings> findings = new HashMap<>();
		for (Suspect suspect : suspects) {
			findings.put(suspect.partition(), new Findings(suspect));
		}
		try {
			examine(findings.values());
			readTimestampOffsets(findings.values()
				.stream()
				.filter((each) -> timestampTopics.test(each.partition().topic()))
				.toList());
		}
		catch (WakeupException | InterruptException ex) {
			throw ex;
		}
		catch (KafkaException ex) {
			logger.warn("Could not gather all evidence about {}: {}", SomePartitions.of(findings.keySet()),
					ex.toString());
		}
		return findings.values();
	}

	private void examine(Collection<Findings> findings) {
		for (Findings each : findings) {
			open.put(each.partition(), new Examination(inspector, each, this::canValidate));
		}
		inspector.assign(open.keySet());
		inspector.pause(open.keySet());
		open.values().forEach(Examination::ask);
		Deadline stragglers = deadline;
		while (!open.isEmpty() && !deadline.isOver() && !stragglers.isOver()) {
			take(await());
			if (proceed()) {
				// The other partitions shall not wait for a leader that does not answer.
				stragglers = (open.size() < findings.size()) ? Deadline.after(stragglerPatience, clock) : deadline;
			}
		}
		open.values().forEach(Examination::end);
	}

	/**
	 * Whether the client can ask the leader at all: if it cannot, it takes any position
	 * for valid.
	 */
	private boolean canValidate(TopicPartition partition) {
		if (!versions.isKnown()) {
			return VersionCapCheck.canValidatePositions(cap);
		}
		if (!leaders.containsKey(partition)) {
			inspector.partitionsFor(partition.topic())
				.forEach((each) -> leaders.put(new TopicPartition(each.topic(), each.partition()),
						(each.leader() != null) ? each.leader().id() : Node.noNode().id()));
		}
		return VersionCapCheck.canValidatePositions(cap)
				&& versions.canValidatePositions(leaders.getOrDefault(partition, Node.noNode().id()));
	}

	/**
	 * Waits for an answer, but only for a moment. A poll would return only with records.
	 */
	private ConsumerRecords<byte[], byte[]> await() {
		Duration patience = deadline.left(PATIENCE);
		TopicPartition awaited = open.keySet().iterator().next();
		try {
			if (open.values().stream().anyMatch(Examination::isReading)) {
				return inspector.poll(patience);
			}
			inspector.position(awaited, patience);
			return ConsumerRecords.empty();
		}
		catch (TimeoutException ex) {
			// Its leader may be silent: waits for another one's answer next time.
			open.put(awaited, open.remove(awaited));
			return ConsumerRecords.empty();
		}
		catch (InvalidOffsetException ex) {
			takeReport(ex);
			return ConsumerRecords.empty();
		}
	}

	private void take(ConsumerRecords<byte[], byte[]> records) {
		for (TopicPartition partition : records.partitions()) {
			Examination examination = open.get(partition);
			if (examination != null) {
				for (ConsumerRecord<byte[], byte[]> record : records.records(partition)) {
					examination.take(record);
				}
			}
		}
	}

	/**
	 * First looks at all partitions, then asks about all: asking for a position may send
	 * the questions so far, and one request shall ask about all partitions of a leader.
	 * @return whether there was any answer
	 */
	private boolean proceed() {
		leaders.clear();
		List<Examination> answered = new ArrayList<>();
		List<Examination> waiting = new ArrayList<>(open.values());
		int before;
		// An answer may arrive in the middle: looks again, so that partitions of one
		// request stay together.
		do {
			before = answered.size();
			waiting.removeIf((each) -> {
				// A client without a position looks for one at every call. Where the
				// claim is the answer that is not worth it.
				boolean isAnswered = each.isClaimed() || each.isAnswered(positionNow(each.findings().partition()));
				if (isAnswered) {
					answered.add(each);
				}
				return isAnswered;
			});
		}
		while (answered.size() > before && !waiting.isEmpty());
		for (Examination each : answered) {
			each.proceed();
			if (each.isDone()) {
				open.remove(each.findings().partition());
			}
		}
		return !answered.isEmpty();
	}

	private OptionalLong positionNow(TopicPartition partition) {
		try {
			return ClientPositions.now(inspector, partition);
		}
		catch (InvalidOffsetException ex) {
			takeReport(ex);
			return OptionalLong.empty();
		}
	}

	private void takeReport(InvalidOffsetException ex) {
		boolean claimed = false;
		for (TopicPartition partition : ex.partitions()) {
			Examination examination = open.get(partition);
			if (examination == null) {
				continue;
			}
			if (ex instanceof LogTruncationException truncation) {
				Optional<OffsetAndMetadata> divergent = Optional
					.ofNullable(truncation.divergentOffsets().get(partition));
				if (examination.takeClaim(TruncationClaim.of(divergent))) {
					claimed = true;
					continue;
				}
			}
			examination.giveUpReading();
		}
		if (claimed) {
			// A client that hears claims from several brokers reports those of one. It
			// lets the other partitions wait for request.timeout.ms.
			open.values().stream().filter(Examination::isWaitingForClaim).forEach(Examination::askForClaim);
		}
	}

	private void readTimestampOffsets(List<Findings> wanted) {
		Map<TopicPartition, Findings> readable = new HashMap<>();
		Map<TopicPartition, Long> timestamps = new HashMap<>();
		for (Findings each : wanted) {
			if (each.suspect.delivered() != null && each.suspect.delivered().timestamp() >= 0
					&& each.logEndBefore >= 0) {
				readable.put(each.partition(), each);
				timestamps.put(each.partition(), each.suspect.delivered().timestamp());
			}
		}
		Duration left = deadline.left(Duration.ofDays(1));
		// A client that has no time answers null, as it does where no record is young
		// enough.
		if (timestamps.isEmpty() || left.toMillis() == 0) {
			return;
		}
		try {
			Map<TopicPartition, OffsetAndTimestamp> offsets = inspector.offsetsForTimes(timestamps, left);
			readable.forEach((partition, each) -> {
				OffsetAndTimestamp offset = offsets.get(partition);
				each.timestampOffset = (offset != null) ? offset.offset() : each.logEndBefore;
			});
		}
		catch (TimeoutException ex) {
			logger.debug("No offsets by timestamp in time", ex);
		}
	}

	@Override
	public void close() {
		inspector.close(CloseOptions.timeout(Duration.ZERO));
	}

}
