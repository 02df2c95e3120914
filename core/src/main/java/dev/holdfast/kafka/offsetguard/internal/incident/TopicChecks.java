/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.incident;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import dev.holdfast.kafka.offsetguard.evidence.Evidence;
import dev.holdfast.kafka.offsetguard.evidence.Remembered;
import dev.holdfast.kafka.offsetguard.internal.admin.Reply;
import dev.holdfast.kafka.offsetguard.internal.client.ClientPositions;
import dev.holdfast.kafka.offsetguard.internal.client.CurrentMode;
import dev.holdfast.kafka.offsetguard.internal.client.Pauses;
import dev.holdfast.kafka.offsetguard.internal.enforcement.Inquiry;
import dev.holdfast.kafka.offsetguard.internal.inspection.Findings;
import dev.holdfast.kafka.offsetguard.internal.inspection.Suspect;
import dev.holdfast.kafka.offsetguard.internal.lookup.ClusterId;
import dev.holdfast.kafka.offsetguard.internal.lookup.TopicAnswer;
import dev.holdfast.kafka.offsetguard.internal.lookup.TopicLookup;
import dev.holdfast.kafka.offsetguard.internal.lookup.TopicQuery;
import dev.holdfast.kafka.offsetguard.internal.lookup.Topics;
import dev.holdfast.kafka.offsetguard.internal.partition.Holds;
import dev.holdfast.kafka.offsetguard.internal.partition.PartitionState;
import dev.holdfast.kafka.offsetguard.internal.partition.PartitionStates;
import dev.holdfast.kafka.offsetguard.internal.start.StartingPositions;
import dev.holdfast.kafka.offsetguard.internal.time.EvidenceBudget;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

/**
 * Finds out whether topics of assigned partitions are others by now. Looks now and then,
 * and together with other evidence.
 */
public final class TopicChecks {

	/** A question gets the time that is left, divided by this. */
	private static final int SHARE = 4;

	private final Consumer<?, ?> client;

	private final Pauses pauses;

	private final ClientPositions positions;

	private final PartitionStates states;

	private final Holds holds;

	private final StartingPositions startingPositions;

	private final Inquiry inquiry;

	private final Topics topics;

	private final TopicLookup lookup;

	private final ClusterId clusterId;

	private final EvidenceBudget budget;

	private final CurrentMode mode;

	/** The last question about topics. */
	private @Nullable TopicQuery topicQuery;

	private @Nullable Doubted doubted;

	/**
	 * Partitions whose topic is another one by now, as brokers say.
	 *
	 * @param answer what they say
	 * @param before the partitions' states: a partition that was assigned anew since has
	 * another
	 */
	private record Doubted(TopicAnswer answer, List<Suspect> suspects, Map<TopicPartition, PartitionState> before,
			Inquiry.Investigation investigation) {
	}

	public TopicChecks(Consumer<?, ?> client, Pauses pauses, ClientPositions positions, PartitionStates states,
			Holds holds, StartingPositions startingPositions, Inquiry inquiry, Topics topics, TopicLookup lookup,
			ClusterId clusterId, EvidenceBudget budget, CurrentMode mode) {
		this.client = client;
		this.pauses = pauses;
		this.mode = mode;
		this.positions = positions;
		this.states = states;
		this.holds = holds;
		this.startingPositions = startingPositions;
		this.inquiry = inquiry;
		this.topics = topics;
		this.lookup = lookup;
		this.clusterId = clusterId;
		this.budget = budget;
	}

	/**
	 * Whether it is time to ask, or an answer may be there.
	 * @param nanoTime the time, in nanoseconds
	 */
	public boolean isDue(long nanoTime) {
		return doubted != null || topics.isDue(nanoTime);
	}

	/**
	 * Checks again soon: the last check came to nothing.
	 */
	public void checkSoon() {
		topics.checkSoon();
	}

	/**
	 * Compares topic ids now and then, and decides about partitions whose topic is
	 * another one by now.
	 */
	public void check() {
		Doubted present = doubted;
		if (present != null) {
			if (present.investigation.isDone()) {
				collect(present);
			}
			return;
		}
		TopicAnswer first = topics.check(client.assignment());
		if (first.topics().isEmpty()) {
			return;
		}
		TopicAnswer answer = confirmed(first, client.assignment(), budget.left().dividedBy(SHARE));
		if (answer.isPending()) {
			topics.checkSoon();
		}
		List<Suspect> suspects = suspects(answer);
		if (suspects.isEmpty()) {
			learn(answer);
		}
		else if (!mode.isObserving()) {
			begin(answer, suspects);
		}
		else if (!budget.isEnoughToInspect() || !inquiry.examine(suspects, budget.left()).isEmpty()) {
			topics.checkSoon();
		}
		else {
			learn(answer);
		}
	}

	private void learn(TopicAnswer answer) {
		topics.learn(answer);
		startingPositions.coverGrown(answer);
	}

	private List<Suspect> suspects(TopicAnswer answer) {
		List<Suspect> suspects = new ArrayList<>();
		for (TopicPartition partition : states.assigned(client)) {
			Uuid now = answer.id(partition.topic());
			Remembered before = remembered(partition);
			if (now != null && before.topicId() != null && !now.equals(before.topicId())) {
				suspects.add(Suspect
					.reported(partition, Evidence.Trigger.TOPIC_ID, position(partition), states.get(partition), null)
					.on(before, now));
			}
		}
		return suspects;
	}

	private long position(TopicPartition partition) {
		return holds.isWithoutPosition(partition) ? 0
				: positions.now(partition).orElse(Math.max(0, states.get(partition).position()));
	}

	/**
	 * Has the client read nothing of another topic until the guard has decided from
	 * where.
	 */
	private void begin(TopicAnswer answer, List<Suspect> suspects) {
		Map<TopicPartition, PartitionState> before = states.get(suspects.stream().map(Suspect::partition).toList());
		doubted = new Doubted(answer, suspects, before, inquiry.begin(suspects, budget.whole()));
		pauses.pause(before.keySet(), Pauses.Reason.OTHER_TOPIC);
	}

	/**
	 * Decides about partitions whose evidence has come, and which the application has not
	 * sought since.
	 */
	private void collect(Doubted done) {
		Set<TopicPartition> asked = Set.copyOf(done.before.keySet());
		Set<TopicPartition> still = new HashSet<>();
		for (Suspect each : done.suspects) {
			TopicPartition partition = each.partition();
			PartitionState before = done.before.get(partition);
			if (before != null && states.find(partition) == before && position(partition) == each.position()) {
				still.add(partition);
			}
		}
		doubted = null;
		try {
			Set<TopicPartition> settled = inquiry.settle(
					done.investigation.findings().stream().filter((each) -> still.contains(each.partition())).toList());
			if (settled.containsAll(asked)) {
				learn(done.answer);
			}
			else {
				topics.checkSoon();
			}
		}
		finally {
			pauses.resume(asked, Pauses.Reason.OTHER_TOPIC);
		}
	}

	/**
	 * The application has sought partitions.
	 */
	public void forget(Collection<TopicPartition> partitions) {
		Doubted present = doubted;
		if (present != null) {
			present.before.keySet().removeAll(Set.copyOf(partitions));
			pauses.resume(partitions, Pauses.Reason.OTHER_TOPIC);
		}
	}

	/**
	 * Gives up, since something else is in question: the guard compares topics again
	 * after it.
	 */
	public void giveUp() {
		Doubted present = doubted;
		if (present != null) {
			present.investigation.abandon();
			doubted = null;
			pauses.resume(present.before.keySet(), Pauses.Reason.OTHER_TOPIC);
			topics.checkSoon();
		}
	}

	/**
	 * Whether evidence is on its way.
	 */
	public boolean isRunning() {
		return doubted != null;
	}

	/**
	 * Forgets all: the consumer has no partitions any more.
	 */
	public void forgetAll() {
		Doubted present = doubted;
		if (present != null) {
			present.investigation.abandon();
			doubted = null;
		}
	}

	/**
	 * Asks about the topics of suspects, as a position can also be wrong because the log
	 * is another one. Brokers answer while the guard inspects the rest, so this costs no
	 * time of its own.
	 */
	@Nullable TopicQuery ask(List<Suspect> suspects) {
		Set<String> names = new HashSet<>();
		suspects.forEach((suspect) -> names.add(suspect.partition().topic()));
		names.removeIf((topic) -> topics.id(topic) == null);
		TopicQuery present = topicQuery;
		if (present == null || !present.isAbout(names, Set.of()) || present.isDone()) {
			present = names.isEmpty() ? null : lookup.start(names, Set.of());
			topicQuery = present;
		}
		return present;
	}

	/**
	 * Adds to findings what brokers say about their topics.
	 * @return those about whose topics brokers have not answered yet
	 */
	Set<TopicPartition> take(List<Findings> findings, @Nullable TopicQuery query, Duration wait) {
		Set<TopicPartition> untold = new HashSet<>();
		if (query == null) {
			return untold;
		}
		List<TopicPartition> partitions = findings.stream().map(Findings::partition).toList();
		TopicAnswer answer = confirmed(lookup.answer(query, wait), partitions, wait);
		for (Findings each : findings) {
			String topic = each.partition().topic();
			if (answer.topics().containsKey(topic) && answer.topic(topic).isPending()) {
				untold.add(each.partition());
			}
			each.remembered = remembered(each.partition());
			each.topicId = answer.id(topic);
		}
		return untold;
	}

	private TopicAnswer confirmed(TopicAnswer answer, Collection<TopicPartition> partitions, Duration wait) {
		Map<TopicPartition, Uuid> before = new HashMap<>();
		for (TopicPartition partition : partitions) {
			Uuid topicId = remembered(partition).topicId();
			if (topicId != null) {
				before.put(partition, topicId);
			}
		}
		try (EvidenceBudget.Spending spending = budget.spend()) {
			if (topics.isAnyReplaced(answer, before) && clusterId.isAsked() && clusterId.known() == null
					&& clusterId.ask(answer.topics().keySet(), wait).isPending()) {
				return TopicAnswer.of(answer.topics().keySet(), Set.of(), new Reply.NotYet<>());
			}
			return topics.confirmed(answer, before, clusterId.known(), wait);
		}
	}

	private Remembered remembered(TopicPartition partition) {
		Uuid decided = states.get(partition).topicId();
		return new Remembered(partition.partition(), -1, -1, false,
				(decided != null) ? decided : topics.id(partition.topic()), -1);
	}

}
