/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.conformance.internal.asking;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;

import dev.holdfast.kafka.conformance.internal.asking.Reader.Target;
import dev.holdfast.kafka.conformance.internal.evidence.Answer;
import dev.holdfast.kafka.conformance.internal.evidence.Bounds;
import dev.holdfast.kafka.conformance.internal.evidence.ListedOffset;
import dev.holdfast.kafka.conformance.internal.evidence.LogFacts;
import dev.holdfast.kafka.conformance.internal.evidence.Reading;
import dev.holdfast.kafka.offsetguard.evidence.RecordIdentity;
import dev.holdfast.kafka.offsetguard.evidence.TruncationClaim;
import dev.holdfast.kafka.offsetguard.internal.time.Deadline;
import dev.holdfast.kafka.offsetguard.internal.time.GuardClock;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * One look at the partitions of one leader, all of them step by step together: the number
 * of requests grows with steps and bytes, not with partitions.
 */
final class LogProbe {

	/** As far back as one look for the last record goes. */
	private static final long[] BACK = { 1, 64, 4096 };

	/** No log gets there while the check runs. */
	private static final long FAR = 1L << 40;

	/** No leader gets there while the check runs. */
	private static final int FUTURE = 1000;

	/** An error comes as soon as records would; nothing comes after a broker's wait. */
	private static final Duration WITHOUT_RECORDS = Duration.ofMillis(700);

	private static final String OVER = "there was no time left";

	private static final Answer<Reading> UNREAD = new Answer.NotAsked<>(OVER);

	private static final Answer<TruncationClaim> UNASKED = new Answer.NotAsked<>(OVER);

	private static final Answer<ListedOffset> UNLISTED = new Answer.NotAsked<>(OVER);

	private final ProbeClients clients;

	private final Listing listing;

	private final Deadline deadline;

	private final GuardClock clock;

	private final List<TopicPartition> partitions;

	private final Map<TopicPartition, Bounds> before;

	private Map<TopicPartition, Bounds> between = Map.of();

	private final Map<TopicPartition, Answer<Reading>> first = new HashMap<>();

	private final Map<TopicPartition, Answer<Reading>> last = new HashMap<>();

	LogProbe(ProbeClients clients, Admin admin, Map<TopicPartition, Bounds> before, Deadline deadline,
			GuardClock clock) {
		this.clients = clients;
		this.listing = new Listing(admin, deadline, clients.patience());
		this.before = before;
		this.partitions = List.copyOf(before.keySet());
		this.deadline = deadline;
		this.clock = clock;
	}

	/**
	 * Looks.
	 * @return what it has found about each partition
	 */
	List<LogFacts> look() {
		try (Consumer<byte[], byte[]> consumer = clients.consumer()) {
			consumer.assign(partitions);
			consumer.pause(partitions);
			partitions.forEach((partition) -> consumer.seek(partition, 0));
			List<LogFacts> facts = look(consumer);
			consumer.close(CloseOptions.timeout(Duration.ZERO));
			return facts;
		}
	}

	private List<LogFacts> look(Consumer<byte[], byte[]> consumer) {
		first.putAll(read(consumer, clients.patience(),
				withRecords((partition, bounds) -> Target.firstAt(bounds.startOffset(), bounds.endOffset()))));
		readLast(consumer);
		between = bounds();
		EpochEnds ends = askEpochs();
		Map<TopicPartition, Answer<TruncationClaim>> earlierEnds = ends.earlier;
		Map<TopicPartition, Answer<Reading>> below = read(consumer, clients.patience(),
				around(earlierEnds, (end) -> end - 1));
		Map<TopicPartition, Answer<Reading>> at = read(consumer, clients.patience(), around(earlierEnds, (end) -> end));
		Map<TopicPartition, Answer<ListedOffset>> firstTimes = listing.list(timestamps(first));
		Map<TopicPartition, Answer<ListedOffset>> lastTimes = listing.list(timestamps(last));
		Map<TopicPartition, Answer<Reading>> belowStart = quietly(read(consumer, WITHOUT_RECORDS, belowStarts()));
		Map<TopicPartition, Answer<Reading>> aboveEnd = read(consumer, clients.patience(), aboveEnds());
		Map<TopicPartition, Answer<Reading>> atEnd = quietly(read(consumer, WITHOUT_RECORDS, atEnds()));
		Map<TopicPartition, Answer<Reading>> firstAgain = read(consumer, clients.patience(), again(first));
		Map<TopicPartition, Answer<Reading>> lastAgain = read(consumer, clients.patience(), again(last));
		Map<TopicPartition, Answer<TruncationClaim>> future = askFuture(ends.last);
		Map<TopicPartition, Bounds> after = bounds();
		List<LogFacts> facts = new ArrayList<>();
		for (TopicPartition each : partitions) {
			facts.add(new LogFacts(each, before.getOrDefault(each, Bounds.UNKNOWN),
					between.getOrDefault(each, Bounds.UNKNOWN), after.getOrDefault(each, Bounds.UNKNOWN),
					new LogFacts.Reads(first.getOrDefault(each, UNREAD), last.getOrDefault(each, UNREAD),
							atEnd.getOrDefault(each, UNREAD), aboveEnd.getOrDefault(each, UNREAD),
							belowStart.getOrDefault(each, UNREAD), firstAgain.getOrDefault(each, UNREAD),
							lastAgain.getOrDefault(each, UNREAD)),
					new LogFacts.Epochs(ends.last.getOrDefault(each, UNASKED), earlierEnds.getOrDefault(each, UNASKED),
							below.getOrDefault(each, UNREAD), at.getOrDefault(each, UNREAD),
							future.getOrDefault(each, UNASKED)),
					new LogFacts.Times(firstTimes.getOrDefault(each, UNLISTED),
							lastTimes.getOrDefault(each, UNLISTED))));
		}
		return facts;
	}

	/**
	 * Asks for bounds once more. A leader that was silent is not asked again.
	 */
	private Map<TopicPartition, Bounds> bounds() {
		List<TopicPartition> answered = partitions.stream()
			.filter((partition) -> !before.getOrDefault(partition, Bounds.UNKNOWN).isSilent())
			.toList();
		Map<TopicPartition, Bounds> bounds = new HashMap<>(before);
		bounds.putAll(listing.bounds(answered));
		return bounds;
	}

	private Map<TopicPartition, Answer<Reading>> read(Consumer<byte[], byte[]> consumer, Duration patience,
			Map<TopicPartition, Target> targets) {
		Duration left = deadline.left(patience);
		return (targets.isEmpty() || left.isZero()) ? Map.of()
				: new Reader(consumer, Deadline.after(left, clock)).read(targets);
	}

	private record EpochEnds(Map<TopicPartition, Answer<TruncationClaim>> last,
			Map<TopicPartition, Answer<TruncationClaim>> earlier) {
	}

	/**
	 * Asks with a client of its own: on the connection of one that gets no answer, the
	 * answers to reads do not come either.
	 */
	private EpochEnds askEpochs() {
		Map<TopicPartition, Integer> newest = newestEpochs();
		Map<TopicPartition, Integer> oldest = oldestEpochs();
		return withAsker(clients, newest, (asker) -> {
			Map<TopicPartition, Answer<TruncationClaim>> ends = ask(asker, newest);
			Map<TopicPartition, Answer<TruncationClaim>> earlier = new HashMap<>(ends);
			earlier.keySet().retainAll(oldest.keySet());
			earlier.values().removeIf((answer) -> !(answer instanceof Answer.Silent<?>));
			oldest.keySet().removeAll(earlier.keySet());
			earlier.putAll(ask(asker, oldest));
			return new EpochEnds(ends, earlier);
		});
	}

	/**
	 * Asks with a client of its own: it believes from then on that there is such a
	 * leader, and waits for it. The client of group.protocol=consumer does not even ask.
	 */
	private Map<TopicPartition, Answer<TruncationClaim>> askFuture(
			Map<TopicPartition, Answer<TruncationClaim>> lastEnds) {
		Map<TopicPartition, Integer> epochs = new HashMap<>();
		newestEpochs().forEach((partition, epoch) -> {
			if (lastEnds.get(partition) instanceof Answer.Given<?>) {
				epochs.put(partition,
						Math.max(epoch, between.getOrDefault(partition, Bounds.UNKNOWN).leaderEpoch()) + FUTURE);
			}
		});
		return epochs.isEmpty() ? Map.of() : withAsker(clients.classic(), epochs, (asker) -> ask(asker, epochs));
	}

	/**
	 * Opens a consumer that knows the leaders of partitions, and is connected to them.
	 */
	private <T> T withAsker(ProbeClients opened, Map<TopicPartition, Integer> epochs,
			Function<Consumer<byte[], byte[]>, T> work) {
		try (Consumer<byte[], byte[]> asker = opened.consumer()) {
			asker.assign(epochs.keySet());
			asker.pause(epochs.keySet());
			epochs.keySet().forEach((partition) -> asker.seek(partition, 0));
			Map<TopicPartition, Target> any = again(last);
			any.keySet().retainAll(epochs.keySet());
			read(asker, clients.patience(), any);
			T result = work.apply(asker);
			asker.close(CloseOptions.timeout(Duration.ZERO));
			return result;
		}
	}

	private Map<TopicPartition, Answer<TruncationClaim>> ask(Consumer<byte[], byte[]> asker,
			Map<TopicPartition, Integer> epochs) {
		Duration left = deadline.left(clients.patience());
		return (epochs.isEmpty() || left.isZero()) ? Map.of()
				: new EpochQuestions(asker, Deadline.after(left, clock)).ask(epochs);
	}

	/**
	 * Looks for the last record, further back where transaction markers and compaction
	 * have left none.
	 */
	private void readLast(Consumer<byte[], byte[]> consumer) {
		for (long back : BACK) {
			Map<TopicPartition, Target> targets = withRecords((partition, bounds) -> Target
				.lastIn(Math.max(bounds.startOffset(), bounds.endOffset() - back), bounds.endOffset()));
			targets.keySet()
				.removeIf((partition) -> last.containsKey(partition)
						&& !(last.get(partition).value() instanceof Reading.Nothing));
			last.putAll(read(consumer, clients.patience(), targets));
		}
		// The first record of a log without others near its end is the last one, too.
		last.replaceAll((partition, answer) -> (answer.value() instanceof Reading.Nothing)
				? first.getOrDefault(partition, answer) : answer);
	}

	/**
	 * Waiting for nothing in vain is the answer: there is nothing.
	 */
	private static Map<TopicPartition, Answer<Reading>> quietly(Map<TopicPartition, Answer<Reading>> answers) {
		Map<TopicPartition, Answer<Reading>> quiet = new HashMap<>(answers);
		quiet.replaceAll((partition, answer) -> (answer instanceof Answer.Silent<?>)
				? new Answer.Given<>(new Reading.Nothing()) : answer);
		return quiet;
	}

	private Map<TopicPartition, Target> withRecords(BiFunction<TopicPartition, Bounds, Target> target) {
		Map<TopicPartition, Target> targets = new HashMap<>();
		before.forEach((partition, bounds) -> {
			if (bounds.startOffset() >= 0 && bounds.endOffset() > bounds.startOffset()) {
				targets.put(partition, target.apply(partition, bounds));
			}
		});
		return targets;
	}

	private Map<TopicPartition, Target> belowStarts() {
		return targets((partition, bounds) -> (bounds.startOffset() > 0)
				? Target.firstAt(bounds.startOffset() - 1, bounds.startOffset()) : null);
	}

	private Map<TopicPartition, Target> atEnds() {
		return targets((partition, bounds) -> (bounds.endOffset() >= 0)
				? Target.firstAt(bounds.endOffset(), Long.MAX_VALUE) : null);
	}

	private Map<TopicPartition, Target> aboveEnds() {
		return targets((partition, bounds) -> (bounds.endOffset() >= 0 && isRead(partition))
				? Target.firstAt(bounds.endOffset() + FAR, Long.MAX_VALUE) : null);
	}

	private Map<TopicPartition, Target> again(Map<TopicPartition, Answer<Reading>> readings) {
		return targets((partition, bounds) -> {
			RecordIdentity record = Reading.record(readings.getOrDefault(partition, UNREAD));
			return (record != null) ? Target.firstAt(record.offset(), Long.MAX_VALUE) : null;
		});
	}

	private Map<TopicPartition, Target> around(Map<TopicPartition, Answer<TruncationClaim>> ends,
			Function<Long, Long> offset) {
		Map<TopicPartition, Target> targets = new HashMap<>();
		ends.forEach((partition, answer) -> {
			TruncationClaim end = answer.value();
			Bounds bounds = between.getOrDefault(partition, Bounds.UNKNOWN);
			if (end != null && end.divergentOffset() > bounds.startOffset()
					&& end.divergentOffset() < bounds.endOffset()) {
				targets.put(partition, Target.firstAt(offset.apply(end.divergentOffset()), bounds.endOffset()));
			}
		});
		return targets;
	}

	private Map<TopicPartition, Target> targets(BiFunction<TopicPartition, Bounds, @Nullable Target> target) {
		Map<TopicPartition, Target> targets = new HashMap<>();
		between.forEach((partition, bounds) -> {
			Target wanted = target.apply(partition, bounds);
			if (wanted != null) {
				targets.put(partition, wanted);
			}
		});
		return targets;
	}

	private boolean isRead(TopicPartition partition) {
		return Reading.record(first.getOrDefault(partition, UNREAD)) != null;
	}

	private Map<TopicPartition, Integer> newestEpochs() {
		Map<TopicPartition, Integer> epochs = new HashMap<>();
		last.forEach((partition, answer) -> {
			RecordIdentity record = Reading.record(answer);
			if (record != null && record.leaderEpoch() >= 0) {
				epochs.put(partition, record.leaderEpoch());
			}
		});
		return epochs;
	}

	private Map<TopicPartition, Integer> oldestEpochs() {
		Map<TopicPartition, Integer> newest = newestEpochs();
		Map<TopicPartition, Integer> epochs = new HashMap<>();
		first.forEach((partition, answer) -> {
			RecordIdentity record = Reading.record(answer);
			if (record != null && record.leaderEpoch() >= 0
					&& record.leaderEpoch() < newest.getOrDefault(partition, -1)) {
				epochs.put(partition, record.leaderEpoch());
			}
		});
		return epochs;
	}

	private static Map<TopicPartition, OffsetSpec> timestamps(Map<TopicPartition, Answer<Reading>> readings) {
		Map<TopicPartition, OffsetSpec> specs = new HashMap<>();
		readings.forEach((partition, answer) -> {
			RecordIdentity record = Reading.record(answer);
			if (record != null && record.timestamp() >= 0) {
				specs.put(partition, OffsetSpec.forTimestamp(record.timestamp()));
			}
		});
		return specs;
	}

}
