/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import dev.holdfast.kafka.offsetguard.decision.Decision;
import dev.holdfast.kafka.offsetguard.decision.OffsetDecisionException;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.WakeupException;

/**
 * One history: a script, brokers, and an application with or without a guard.
 */
final class Run {

	static final String TOPIC = "orders";

	private final Script script;

	private final boolean guarded;

	private final SimulatedTime time = new SimulatedTime();

	private final ClusterName name = new ClusterName(new ModelCluster(time, "cluster-1"));

	private final Ledger ledger;

	private final Truth truth;

	private final PositionTruth positions;

	private final List<Decision> decisions = new ArrayList<>();

	private final Map<TopicPartition, OffsetAndMetadata> processed = new HashMap<>();

	private final Trace trace;

	private Process process;

	private Consumer<String, String> consumer;

	private Set<TopicPartition> assigned = new LinkedHashSet<>();

	/** The application has asked its consumer for what a producer needs to commit. */
	private boolean isInTransactions;

	private int wakeups;

	private int wokenUp;

	private boolean failed;

	private long compared;

	private final Set<TopicPartition> stalled = new HashSet<>();

	private Violation untrue;

	private final List<String> happenings = new ArrayList<>();

	Run(Script script, boolean guarded, Trace trace) {
		this.script = script;
		this.guarded = guarded;
		this.trace = trace;
		this.ledger = new Ledger(name, guarded && !script.options().observing());
		this.truth = new Truth(name, ledger, script);
		this.positions = new PositionTruth(name, script);
	}

	Ledger ledger() {
		return ledger;
	}

	List<Decision> decisions() {
		return decisions;
	}

	boolean hasFailed() {
		return failed;
	}

	/**
	 * Lets it happen.
	 * @throws Violation if an invariant does not hold
	 */
	Run happen() {
		name.now().create(TOPIC, script.partitions());
		hear(name.now());
		assigned = all();
		process = new Process(time, name, script, this::decided);
		begin();
		for (Step step : script.steps()) {
			trace.step(step, time.millis());
			perform(step);
			look();
			throwUntrue();
		}
		Endings.end(this, new Step.Honest());
		throwUntrue();
		return this;
	}

	private void hear(ModelCluster cluster) {
		cluster.onCommit = (partition, offset) -> committed(cluster, partition, offset);
		cluster.onStored = (partition, offset) -> {
			ledger.stored(cluster, partition, offset);
			positions.stored(partition, offset);
		};
	}

	private void throwUntrue() {
		if (untrue != null) {
			throw untrue;
		}
	}

	Script script() {
		return script;
	}

	Set<TopicPartition> all() {
		Set<TopicPartition> all = new LinkedHashSet<>();
		for (int i = 0; i < script.partitions(); i++) {
			all.add(partition(i));
		}
		return all;
	}

	TopicPartition partition(int index) {
		return new TopicPartition(TOPIC, index % script.partitions());
	}

	private void begin() {
		consumer = guarded ? process.guarded() : process.plain();
		processed.clear();
		isInTransactions = false;
		ledger.left(all());
		positions.begin(all());
		if (script.subscribed()) {
			consumer.subscribe(List.of(TOPIC), new ApplicationListener(this));
			process.client().group().target(assigned, false);
		}
		else {
			consumer.assign(assigned);
		}
	}

	void leave(Collection<TopicPartition> partitions) {
		processed.keySet().removeAll(partitions);
		ledger.left(new HashSet<>(partitions));
		positions.leave(partitions);
	}

	private void look() {
		Set<TopicPartition> others = all();
		others.removeAll(consumer.assignment());
		positions.leave(others);
		consumer.assignment().forEach(positions::look);
	}

	private void decided(Decision decision) {
		trace.say("decided " + decision.summary());
		decisions.add(decision);
		try {
			truth.check(decision);
		}
		catch (Violation ex) {
			// The guard catches what its listeners throw.
			untrue = (untrue != null) ? untrue : ex;
		}
		ledger.decided(decision);
		positions.decided(decision);
	}

	private void committed(ModelCluster cluster, TopicPartition partition, OffsetAndMetadata offset) {
		trace.say("commits " + partition + " at " + offset.offset() + " " + offset.leaderEpoch());
		if (guarded && isInTransactions) {
			throw new Violation("committed", partition + " beside the application's transactions");
		}
		if (guarded && !process.isObserving()) {
			ledger.checkCommit(cluster, partition, offset, script.autoCommit());
		}
	}

	void perform(Step step) {
		if (step instanceof Step.Poll poll) {
			poll(poll.millis());
		}
		else if (step instanceof Step.Settle) {
			settle();
		}
		else if (step instanceof Step.OtherCluster other) {
			hear(BrokerSteps.lead(name, script, other));
			positions.changedCluster();
			ledger.changedCluster(script.subscribed(), script.autoCommit() || script.reset().equals("none"));
		}
		else if (!BrokerSteps.perform(name.now(), time, script, step, ledger)) {
			performByApplication(step);
		}
	}

	private void performByApplication(Step step) {
		try {
			ApplicationSteps.perform(this, step);
		}
		catch (WakeupException ex) {
			woken();
		}
		catch (TimeoutException ex) {
			trace.say("timeout " + ex.getMessage());
			happenings.add("timeout");
			mayThrow(ex);
		}
		catch (CommitFailedException ex) {
			trace.say("commit failed");
			if (!script.isAny(Step.OtherCluster.class)) {
				throw ex;
			}
		}
		catch (InvalidOffsetException ex) {
			thrown(ex);
		}
	}

	void reopen(boolean otherProcess) {
		consumer.close();
		if (otherProcess) {
			process = new Process(time, name, script, this::decided);
			ledger.watch(guarded && !process.isObserving());
		}
		begin();
	}

	private void settle() {
		int quiet = 0;
		for (int i = 0; i < 60 && quiet < 5 && !failed; i++) {
			int before = ledger.delivered().size();
			poll(500);
			quiet = (ledger.delivered().size() > before) ? 0 : quiet + 1;
		}
	}

	void poll(int millis) {
		ledger.begin();
		long begin = time.nanos();
		long looked = process.looked();
		Set<TopicPartition> held = new HashSet<>(all());
		held.removeIf((each) -> !process.isHeld(each));
		try {
			ConsumerRecords<String, String> records = consumer.poll(Duration.ofMillis(millis));
			for (TopicPartition partition : records.partitions()) {
				if (held.contains(partition) && process.isHeld(partition)) {
					throw new Violation("held", partition + " is held, and delivers");
				}
				trace.say("got " + partition + " " + records.records(partition).get(0).offset() + ".."
						+ records.records(partition).get(records.records(partition).size() - 1).offset());
				ledger.delivered(partition, records.records(partition));
				List<ConsumerRecord<String, String>> few = records.records(partition);
				processed.put(partition, new OffsetAndMetadata(few.get(few.size() - 1).offset() + 1));
				positions.delivered(partition, processed.get(partition).offset());
			}
		}
		catch (WakeupException ex) {
			woken();
		}
		catch (InvalidOffsetException ex) {
			thrown(ex);
		}
		ledger.polled();
		long took = (time.nanos() - begin - (process.looked() - looked)) / 1_000_000;
		if (guarded && took > millis + longest()) {
			throw new Violation("blocked", "a poll of " + millis + " ms took " + took + " ms");
		}
	}

	/**
	 * By the guard's bounds; a client that commits by itself may wait for its
	 * coordinator.
	 */
	long longest() {
		long asked = script.isAny(Step.AskWhenAssigned.class) ? 60_000L * script.partitions() : 0;
		return asked + (script.autoCommit() || script.isAny(Step.Silence.class, Step.Delay.class) ? 30_000 : 6_000);
	}

	private void woken() {
		trace.say("woken up");
		happenings.add("woken up");
		if (++wokenUp > wakeups) {
			throw new Violation("wakeup", "woken up " + wokenUp + " times of " + wakeups);
		}
	}

	/**
	 * A consumer that has failed is at its end: each later poll fails, and the contract
	 * says nothing of its positions. Its partitions without a commit have none, and while
	 * one has none the client looks for no other.
	 */
	private void mayThrow(RuntimeException ex) {
		if (guarded && !failed && !script.isAny(Step.Silence.class, Step.Delay.class, Step.StaleMetadata.class,
				Step.ForeignCommit.class, Step.LieAboutRange.class, Step.Lie.class, Step.OtherCluster.class)) {
			throw new Violation("thrown", ex.toString());
		}
	}

	private void thrown(InvalidOffsetException ex) {
		trace.say("thrown " + ex.getClass().getSimpleName() + " " + ex.getMessage());
		failed = true;
		happenings.add(ex.getClass().getSimpleName());
		if (!guarded || script.reset().equals("none")) {
			return;
		}
		if (ex instanceof OffsetDecisionException decided && truth.mayFail(decided.decision())) {
			return;
		}
		throw new Violation("thrown", ex.toString());
	}

	Map<TopicPartition, OffsetAndMetadata> processed() {
		return processed;
	}

	void beginTransactions() {
		isInTransactions = true;
	}

	void assigned(Set<TopicPartition> target) {
		assigned = target;
	}

	void countWakeup() {
		wakeups++;
	}

	boolean isAllAssigned() {
		return assigned.equals(all());
	}

	boolean isGuarded() {
		return guarded;
	}

	List<String> happenings() {
		return happenings;
	}

	/**
	 * The records so far are there with the guard and without.
	 */
	void compareUpToHere() {
		compared = name.now().values();
	}

	Set<String> comparable() {
		return new HashSet<>(comparableInOrder());
	}

	List<String> comparableInOrder() {
		List<String> values = new ArrayList<>(ledger.delivered());
		values.removeIf((each) -> Long.parseLong(each.substring(1)) > compared);
		return values;
	}

	Set<TopicPartition> stalled() {
		return stalled;
	}

	/** The client does not go on. */
	void stall(TopicPartition partition) {
		stalled.add(partition);
		happenings.add("stalled");
		trace.say("stalled " + partition);
	}

	SimulatedTime time() {
		return time;
	}

	ModelCluster cluster() {
		return name.now();
	}

	Consumer<String, String> consumer() {
		return consumer;
	}

	PositionTruth positions() {
		return positions;
	}

	Process process() {
		return process;
	}

	Trace trace() {
		return trace;
	}

}
