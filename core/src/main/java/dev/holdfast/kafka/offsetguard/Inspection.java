/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One look at the logs of all partitions in question at once, by a short-lived consumer
 * of its own: the number of its requests grows with brokers and bytes, not with
 * partitions. A partition whose leader does not answer costs the others nothing but time.
 * <p>
 * The order is what makes a claim testable: first the log start, then the claim again,
 * then the log end, then the records around the claimed offset.
 * <p>
 * Runs on the consumer's own thread; only {@link #abort()} may be called from another.
 */
final class Inspection implements AutoCloseable {

	private static final Logger logger = LoggerFactory.getLogger(Inspection.class);

	private static final int STEPS = 7;

	private final KafkaConsumer<byte[], byte[]> inspector;

	private final Deadline deadline;

	private final Map<TopicPartition, Findings> findings = new HashMap<>();

	Inspection(ClientConfiguration client, Duration timeout) {
		this.deadline = Deadline.after(timeout);
		this.inspector = new KafkaConsumer<>(InspectorConfiguration.derive(client, timeout));
	}

	/**
	 * Makes a running inspection end soon with a {@link WakeupException}. Thread-safe.
	 */
	void abort() {
		inspector.wakeup();
	}

	/**
	 * Gathers evidence about every suspect, as far as it is to be had in time.
	 * @param suspects the partitions in question
	 * @param timestampTopics says of which topics the offset at the last timestamp
	 * delivered is wanted
	 * @throws WakeupException if it was aborted: there is no evidence then
	 */
	Collection<Findings> inspect(List<Suspect> suspects, Predicate<String> timestampTopics) {
		for (Suspect suspect : suspects) {
			findings.put(suspect.partition(), new Findings(suspect));
		}
		try {
			inspectAll(timestampTopics);
		}
		catch (WakeupException | InterruptException ex) {
			throw ex;
		}
		catch (KafkaException ex) {
			logger.warn("Could not gather all evidence about {}: {}", findings.keySet(), ex.toString());
		}
		return findings.values();
	}

	private void inspectAll(Predicate<String> timestampTopics) {
		inspector.assign(findings.keySet());
		inspector.pause(findings.keySet());
		LogBoundsReader bounds = new LogBoundsReader(inspector);
		bounds.readFirstLogStart(select((each) -> true), deadline.part(2), () -> deadline.part(STEPS),
				(each, offset) -> each.logStartBefore = offset);
		bounds.readLogEnd(select((each) -> each.logStartBefore >= 0), deadline.part(STEPS - 1),
				(each, offset) -> each.logEndBefore = offset);
		new ClaimRepeater(inspector).repeat(select(Findings::isWorthValidating), deadline.part(STEPS - 2));
		readBoundsAgain(bounds);
		readRecords();
		readTimestampOffsets(select((each) -> timestampTopics.test(each.partition().topic())));
	}

	private void readBoundsAgain(LogBoundsReader bounds) {
		for (Findings each : select(Findings::isTruncation)) {
			each.logStartAfter = each.logStartBefore;
		}
		bounds.readLogStart(select((each) -> each.logEndBefore >= 0 && !each.isTruncation()), deadline.part(STEPS - 3),
				(each, offset) -> each.logStartAfter = offset);
		bounds.readLogEnd(select((each) -> each.logEndBefore >= 0), deadline.part(STEPS - 4),
				(each, offset) -> each.logEndAfter = offset);
	}

	private void readRecords() {
		List<RecordReading> divergences = new ArrayList<>();
		List<RecordReading> witnesses = new ArrayList<>();
		for (Findings each : findings.values()) {
			if (each.isDivergenceReadable() && each.repeatedClaim != null) {
				divergences.add(RecordReading.around(each.repeatedClaim.divergentOffset(), each));
			}
			if (each.isWitnessReadable() && each.suspect.delivered() != null) {
				witnesses.add(RecordReading.at(each.suspect.delivered().offset(), each));
			}
		}
		RecordReader reader = new RecordReader(inspector);
		reader.read(divergences, deadline.part(2));
		reader.read(witnesses, deadline.part(1));
		for (RecordReading reading : divergences) {
			reading.findings().beforeDivergence = reading.before();
			reading.findings().atDivergence = reading.at();
		}
		for (RecordReading reading : witnesses) {
			reading.findings().atWitness = reading.at();
		}
	}

	private void readTimestampOffsets(List<Findings> wanted) {
		Map<TopicPartition, Long> timestamps = new HashMap<>();
		for (Findings each : wanted) {
			if (each.suspect.delivered() != null && each.logEndBefore >= 0) {
				timestamps.put(each.partition(), each.suspect.delivered().timestamp());
			}
		}
		if (timestamps.isEmpty()) {
			return;
		}
		try {
			Map<TopicPartition, OffsetAndTimestamp> offsets = inspector.offsetsForTimes(timestamps,
					deadline.left(Duration.ofDays(1)));
			for (TopicPartition partition : timestamps.keySet()) {
				Findings each = findings.get(partition);
				OffsetAndTimestamp offset = offsets.get(partition);
				if (each != null) {
					each.timestampOffset = (offset != null) ? offset.offset() : each.logEndBefore;
				}
			}
		}
		catch (TimeoutException ex) {
			logger.debug("No offsets by timestamp in time", ex);
		}
	}

	private List<Findings> select(Predicate<Findings> condition) {
		return findings.values().stream().filter(condition).toList();
	}

	@Override
	public void close() {
		inspector.close(CloseOptions.timeout(Duration.ZERO));
	}

}
