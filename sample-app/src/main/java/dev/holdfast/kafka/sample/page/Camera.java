/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.sample.page;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

import dev.holdfast.kafka.offsetguard.decision.Decision;
import dev.holdfast.kafka.offsetguard.evidence.LogBounds;
import dev.holdfast.kafka.sample.show.Mishap;
import dev.holdfast.kafka.sample.show.Show;
import dev.holdfast.kafka.sample.show.Show.Said;
import dev.holdfast.kafka.sample.show.Show.Scene;
import dev.holdfast.kafka.sample.tour.TourRow;
import dev.holdfast.kafka.sample.trial.Participant;
import dev.holdfast.kafka.sample.trial.Watch;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Takes views of a show.
 */
final class Camera {

	private static final int SENTENCES = 6;

	private static final int DECISIONS = 12;

	/** How long logs of which nothing is known to have changed are taken for the same. */
	private static final long STILL_NANOS = TimeUnit.SECONDS.toNanos(2);

	private final Show show;

	private final Actuator actuator;

	private @Nullable Logs last;

	Camera(Show show, Actuator actuator) {
		this.show = show;
		this.actuator = actuator;
	}

	/**
	 * Takes a view. Only one thread does.
	 */
	View take() {
		Scene scene = show.scene();
		if (scene == null) {
			return new View(-1, "", "", null, 0, show.busy(), show.done(), said(), show.paused(), show.rate(), active(),
					List.of(), tour());
		}
		Map<TopicPartition, LogBounds> bounds = bounds(scene);
		List<View.Group> groups = scene.trial()
			.participants()
			.stream()
			.map((participant) -> group(participant, bounds, scene.trial().partitions()))
			.toList();
		return new View(scene.number(), scene.trial().plan().topic(), scene.trial().plan().autoOffsetReset(),
				(scene.step() != null) ? scene.step().name() : null,
				TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - scene.began()), show.busy(), show.done(), said(),
				show.paused(), show.rate(), active(), groups, tour());
	}

	/** While nothing happens and no order comes, brokers are seldom asked. */
	private Map<TopicPartition, LogBounds> bounds(Scene scene) {
		boolean isStill = show.busy() == null && show.active().isEmpty();
		int done = show.done();
		long orders = scene.trial().orders();
		Logs known = last;
		if (isStill && known != null && known.scene() == scene.number() && known.done() == done
				&& known.orders() == orders && System.nanoTime() - known.asked() < STILL_NANOS) {
			return known.bounds();
		}
		Map<TopicPartition, LogBounds> bounds = scene.trial().bounds();
		last = new Logs(scene.number(), done, orders, System.nanoTime(), bounds);
		return bounds;
	}

	private List<Said> said() {
		List<Said> all = show.said();
		return List.copyOf(all.subList(Math.max(0, all.size() - SENTENCES), all.size()));
	}

	private List<String> active() {
		return show.active().stream().map(Mishap::id).sorted().toList();
	}

	private List<List<String>> tour() {
		return show.rows().stream().map(TourRow::cells).toList();
	}

	private View.Group group(Participant participant, Map<TopicPartition, LogBounds> bounds,
			Set<TopicPartition> partitions) {
		Watch watch = participant.watch();
		Map<TopicPartition, Long> lowest = watch.takeLowest();
		Map<TopicPartition, Long> positions = watch.positions();
		Set<TopicPartition> held = watch.held();
		List<View.Partition> shown = new ArrayList<>();
		for (TopicPartition partition : partitions) {
			LogBounds log = bounds.get(partition);
			if (log != null) {
				shown.add(new View.Partition(partition.partition(), log.logStartOffset(), log.logEndOffset(),
						held.contains(partition) ? null : positions.get(partition), lowest.get(partition),
						held.contains(partition)));
			}
		}
		return new View.Group(participant.listener().toString(), watch.tally(bounds), shown, decisions(watch),
				held.isEmpty() ? List.of() : actuator.held(participant));
	}

	private static List<View.Told> decisions(Watch watch) {
		List<Decision> all = watch.decisions();
		List<View.Told> told = new ArrayList<>();
		for (int number = Math.max(0, all.size() - DECISIONS); number < all.size(); number++) {
			Decision decision = all.get(number);
			told.add(new View.Told(number, Words.of(decision), decision.isNotable(), Words.evidence(decision)));
		}
		Collections.reverse(told);
		return told;
	}

	/**
	 * What the brokers told about the logs, and what had happened before they were asked.
	 */
	private record Logs(int scene, int done, long orders, long asked, Map<TopicPartition, LogBounds> bounds) {

	}

}
