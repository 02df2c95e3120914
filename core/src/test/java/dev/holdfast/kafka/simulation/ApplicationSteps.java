/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.simulation;

import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;

/**
 * The steps of a history that the application takes, apart from its polls.
 */
final class ApplicationSteps {

	private static final long PRODUCER_TIMEOUT = 30_000;

	private ApplicationSteps() {
	}

	/**
	 * Performs a step.
	 */
	static void perform(Run run, Step step) {
		if (step instanceof Step.Seek seek) {
			seek(run, seek);
		}
		else if (step instanceof Step.SeekToEnd seek && assignedNow(run, seek.partition())) {
			run.ledger().soughtToEnd(run.partition(seek.partition()));
			run.positions().soughtToEnd(run.partition(seek.partition()), seek.beginning());
			run.processed().remove(run.partition(seek.partition()));
			Set<TopicPartition> one = Set.of(run.partition(seek.partition()));
			if (seek.beginning()) {
				run.consumer().seekToBeginning(one);
			}
			else {
				run.consumer().seekToEnd(one);
			}
		}
		else if (step instanceof Step.Pause pause && assignedNow(run, pause.partition())) {
			run.consumer().pause(Set.of(run.partition(pause.partition())));
		}
		else if (step instanceof Step.Resume resume && assignedNow(run, resume.partition())) {
			run.consumer().resume(Set.of(run.partition(resume.partition())));
		}
		else {
			performOther(run, step);
		}
	}

	private static void performOther(Run run, Step step) {
		if (step instanceof Step.CommitProcessed commit) {
			commit(run, commit.sync());
		}
		else if (step instanceof Step.CommitCurrent && run.script().options().transactional()) {
			commit(run, true);
		}
		else if (step instanceof Step.CommitCurrent) {
			run.ledger().committedCurrent(run.process()::isHeld);
			run.consumer().commitSync();
		}
		else if (step instanceof Step.Position position && assignedNow(run, position.partition())) {
			position(run, position);
		}
		else if (step instanceof Step.Wakeup wakeup) {
			run.countWakeup();
			Consumer<String, String> woken = run.consumer();
			run.time().after(wakeup.afterMillis(), woken::wakeup);
		}
		else if (step instanceof Step.Reopen reopen) {
			run.reopen(reopen.otherProcess());
		}
		else if (step instanceof Step.Rebalance rebalance) {
			rebalance(run, rebalance);
		}
		else if (step instanceof Step.Order order) {
			run.process().order(run.partition(order.partition()), order.action());
		}
		else if (step instanceof Step.SwitchMode mode) {
			run.process().switchTo(mode.observing());
			run.positions().switchedMode();
			run.ledger().watch(!mode.observing());
		}
		else if (step instanceof Step.Wait wait) {
			run.time().pass(wait.millis());
		}
	}

	private static void position(Run run, Step.Position position) {
		TopicPartition partition = run.partition(position.partition());
		boolean isTimed = position.millis() >= 0;
		boolean isJudged = run.isGuarded() && !run.hasFailed();
		long begin = run.time().nanos() - run.process().looked();
		try {
			long answer = isTimed ? run.consumer().position(partition, Duration.ofMillis(position.millis()))
					: run.consumer().position(partition);
			run.trace().say("position " + answer);
			if (isJudged) {
				run.positions().check(partition, answer, isTimed);
			}
		}
		catch (TimeoutException ex) {
			if (!isTimed) {
				throw ex;
			}
			run.trace().say("no position");
			if (isJudged) {
				run.positions().checkUnknown(partition);
			}
		}
		long took = (run.time().nanos() - run.process().looked() - begin) / 1_000_000;
		if (isTimed && isJudged && took > position.millis() + run.longest()) {
			throw new Violation("blocked", "position within " + position.millis() + " ms took " + took + " ms");
		}
	}

	private static boolean assignedNow(Run run, int index) {
		return run.consumer().assignment().contains(run.partition(index));
	}

	private static void seek(Run run, Step.Seek seek) {
		if (assignedNow(run, seek.partition())) {
			TopicPartition partition = run.partition(seek.partition());
			ModelLog log = run.cluster().log(partition);
			long offset = log.end() * seek.perMille() / 1000;
			int epoch = (seek.epoch() >= 0 && offset <= log.end()) ? log.epochBefore(offset) : -1;
			boolean mayBeDropped = run.script().isAny(Step.Recreate.class, Step.Truncate.class);
			run.ledger().sought(partition, offset, mayBeDropped);
			run.positions().sought(partition, offset);
			run.processed().remove(partition);
			run.consumer()
				.seek(partition,
						new OffsetAndMetadata(offset, (epoch >= 0) ? Optional.of(epoch) : Optional.empty(), ""));
		}
	}

	private static void commit(Run run, boolean sync) {
		if (run.processed().isEmpty()) {
			return;
		}
		Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>(run.processed());
		if (run.script().options().transactional()) {
			transact(run, offsets);
		}
		else if (sync) {
			run.consumer().commitSync(offsets);
		}
		else {
			run.consumer().commitAsync(offsets, null);
		}
	}

	/**
	 * Commits by {@code sendOffsetsToTransaction}: the consumer does not see it.
	 */
	private static void transact(Run run, Map<TopicPartition, OffsetAndMetadata> offsets) {
		run.trace().say("transaction " + run.consumer().groupMetadata().groupId() + " " + offsets);
		run.beginTransactions();
		ModelCluster cluster = run.cluster();
		boolean[] over = new boolean[1];
		cluster.send(-1, new ModelCluster.Connection(), () -> {
			cluster.storeForeign(offsets);
			offsets.forEach((partition, offset) -> run.ledger().stored(cluster, partition, offset));
			return true;
		}, (answer) -> over[0] = true, PRODUCER_TIMEOUT, () -> over[0] = true);
		run.time().await(() -> over[0], run.time().nanosAfter(2 * PRODUCER_TIMEOUT));
	}

	private static void rebalance(Run run, Step.Rebalance rebalance) {
		if (!run.script().subscribed()) {
			return;
		}
		Set<TopicPartition> target = new LinkedHashSet<>();
		for (int i = 0; i < run.script().partitions(); i++) {
			if ((rebalance.partitions() & (1 << i)) != 0) {
				target.add(run.partition(i));
			}
		}
		run.assigned(target);
		run.process().client().group().target(target, rebalance.lost());
	}

}
