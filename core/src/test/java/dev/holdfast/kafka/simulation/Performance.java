/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.clients.consumer.LogTruncationException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;

/**
 * Performs a script on a stage without a guard, and writes down what an application can
 * see: deliveries, exceptions, positions, commits.
 */
final class Performance {

	private final Stage stage;

	private final Script script;

	private final List<String> seen = new ArrayList<>();

	private final TopicPartition partition;

	private Consumer<?, ?> consumer;

	private boolean paused;

	private boolean failed;

	Performance(Stage stage, Script script) {
		this.stage = stage;
		this.script = script;
		this.partition = stage.partition();
	}

	List<String> perform() {
		open();
		try {
			for (Step step : script.steps()) {
				perform(step);
			}
			read();
			position();
			OffsetAndMetadata committed = stage.committed();
			seen.add("committed " + ((committed != null) ? committed.offset() : "nothing"));
		}
		finally {
			stage.honest();
			consumer.close();
		}
		return seen;
	}

	private void open() {
		consumer = stage.consumer(script.protocol(), script.reset());
		consumer.assign(Set.of(partition));
		paused = false;
	}

	private void perform(Step step) {
		if (step instanceof Step.Append append) {
			stage.append(append.records());
		}
		else if (step instanceof Step.Move) {
			stage.move();
			// There is something that only the new leader has.
			stage.append(3);
		}
		else if (step instanceof Step.Lie lie) {
			stage.lie(lie.end());
		}
		else if (step instanceof Step.LieAboutRange) {
			stage.lieAboutRange();
		}
		else if (step instanceof Step.Honest) {
			stage.honest();
		}
		else if (step instanceof Step.Retain retain) {
			stage.retain(stage.end() * retain.perMille() / 1000);
		}
		else if (step instanceof Step.ForeignCommit commit) {
			long offset = stage.end() * commit.perMille() / 1000;
			stage.commit(new OffsetAndMetadata(offset, epoch(commit.epoch(), offset), ""));
		}
		else {
			performByApplication(step);
		}
	}

	private void performByApplication(Step step) {
		if (step instanceof Step.Poll) {
			read();
		}
		else if (step instanceof Step.Position) {
			position();
		}
		else if (step instanceof Step.Seek seek) {
			long offset = stage.end() * seek.perMille() / 1000;
			consumer.seek(partition, new OffsetAndMetadata(offset, epoch(seek.epoch(), offset), ""));
		}
		else if (step instanceof Step.SeekToEnd seek && seek.beginning()) {
			consumer.seekToBeginning(Set.of(partition));
		}
		else if (step instanceof Step.SeekToEnd) {
			consumer.seekToEnd(Set.of(partition));
		}
		else if (step instanceof Step.Pause) {
			paused = true;
			consumer.pause(Set.of(partition));
		}
		else if (step instanceof Step.Resume) {
			paused = false;
			consumer.resume(Set.of(partition));
		}
		else if (step instanceof Step.CommitCurrent) {
			consumer.commitSync();
		}
		else if (step instanceof Step.Reopen) {
			consumer.close();
			open();
		}
	}

	private Optional<Integer> epoch(int wanted, long offset) {
		OptionalInt epoch = (wanted >= 0) ? stage.epochBefore(offset) : OptionalInt.empty();
		return epoch.isPresent() ? Optional.of(epoch.getAsInt()) : Optional.empty();
	}

	/**
	 * Polls until nothing more comes, or the client throws.
	 */
	private void read() {
		List<Long> offsets = new ArrayList<>();
		String thrown = "";
		long since = stage.millis();
		while (thrown.isEmpty() && !isAtEnd() && stage.millis() - since < stage.quiet()) {
			try {
				ConsumerRecords<?, ?> records = consumer.poll(Duration.ofMillis(100));
				for (ConsumerRecord<?, ?> record : records) {
					offsets.add(record.offset());
				}
				since = records.isEmpty() ? since : stage.millis();
			}
			catch (InvalidOffsetException ex) {
				thrown = " " + told(ex);
			}
		}
		failed |= !thrown.isEmpty();
		seen.add("read " + ranges(offsets) + thrown);
	}

	private boolean isAtEnd() {
		try {
			return consumer.position(partition, Duration.ZERO) == stage.end() && !paused;
		}
		catch (TimeoutException | InvalidOffsetException ex) {
			return false;
		}
	}

	/**
	 * Asks for the position. How soon a client looks again at what it has reported is a
	 * matter of moments.
	 */
	private void position() {
		if (failed) {
			return;
		}
		try {
			seen.add("position " + consumer.position(partition, Duration.ofMillis(1_500)));
		}
		catch (TimeoutException ex) {
			seen.add("no position");
		}
		catch (InvalidOffsetException ex) {
			seen.add("position " + told(ex));
		}
	}

	private String told(InvalidOffsetException ex) {
		String name = ex.getClass().getSimpleName();
		if (ex instanceof LogTruncationException truncation) {
			Map<TopicPartition, OffsetAndMetadata> divergent = truncation.divergentOffsets();
			return name + " at " + truncation.offsetOutOfRangePartitions().get(partition) + ", divergent "
					+ (divergent.containsKey(partition) ? divergent.get(partition).offset() : "nowhere");
		}
		return name;
	}

	private static String ranges(List<Long> offsets) {
		StringBuilder text = new StringBuilder();
		for (int i = 0; i < offsets.size(); i++) {
			if (i == 0 || offsets.get(i) != offsets.get(i - 1) + 1) {
				text.append((i > 0) ? offsets.get(i - 1) + ", " : "").append(offsets.get(i)).append("..");
			}
		}
		return offsets.isEmpty() ? "nothing" : text.append(offsets.get(offsets.size() - 1)).toString();
	}

}
