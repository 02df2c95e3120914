/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import dev.holdfast.kafka.test.KafkaCluster;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

/**
 * An answer that does not come in time is no answer: each API that the guard's admin
 * client and inspector use, late or unanswered in each way, in each situation, under both
 * group protocols, and with a long inspection timeout where evidence from logs decides.
 * The same is decided, delivered and committed as without delay, perhaps later, and never
 * anything else.
 * <p>
 * All run at the same time, as they do little but wait. The APIs are those that a run
 * without delay was seen to use.
 */
@Timeout(value = 600, unit = TimeUnit.SECONDS)
@Tag("long")
class LateAnswerMatrixTests {

	private static final int RUNS_AT_ONCE = 64;

	private static final Duration PATIENCE = Duration.ofMinutes(10);

	private static final Set<ApiKeys> APIS = EnumSet.of(ApiKeys.API_VERSIONS, ApiKeys.METADATA,
			ApiKeys.FIND_COORDINATOR, ApiKeys.OFFSET_FETCH, ApiKeys.DESCRIBE_CLUSTER, ApiKeys.DESCRIBE_TOPIC_PARTITIONS,
			ApiKeys.LIST_OFFSETS, ApiKeys.OFFSET_FOR_LEADER_EPOCH, ApiKeys.FETCH);

	private static KafkaCluster cluster;

	private static ExecutorService pool;

	/**
	 * So many clients at once keep a small machine busy: nobody is to be missed for that.
	 */
	@BeforeAll
	static void start() {
		cluster = KafkaCluster.builder()
			.brokerProperty("broker.session.timeout.ms", "60000")
			.brokerProperty("group.consumer.session.timeout.ms", "45000")
			.brokerProperty("group.consumer.heartbeat.interval.ms", "500")
			.start();
		pool = Executors.newFixedThreadPool(RUNS_AT_ONCE);
	}

	@AfterAll
	static void stop() throws InterruptedException {
		pool.shutdownNow();
		pool.awaitTermination(PATIENCE.toSeconds(), TimeUnit.SECONDS);
		cluster.close();
	}

	@TestFactory
	Stream<DynamicNode> sameDecisionsPerhapsLater() {
		LateAnswerStage stage = new LateAnswerStage(cluster);
		List<Cell> prompt = new ArrayList<>();
		for (LateSituation situation : LateSituation.values()) {
			for (String protocol : List.of("classic", "consumer")) {
				prompt.add(new Cell(stage, situation, protocol, null));
			}
		}
		List<DynamicNode> nodes = new ArrayList<>();
		nodes.add(DynamicTest.dynamicTest("all APIs take part", () -> {
			Set<ApiKeys> asked = EnumSet.noneOf(ApiKeys.class);
			prompt.forEach((reference) -> asked.addAll(reference.completed().askedByHelpers()));
			assertThat(asked).containsAll(APIS);
		}));
		for (Cell reference : prompt) {
			nodes.add(reference.test());
		}
		List<Cell> all = new ArrayList<>();
		for (Cell reference : prompt) {
			List<Cell> cells = new ArrayList<>();
			for (Lateness how : Lateness.values()) {
				for (ApiKeys api : reference.completed().askedByHelpers()) {
					cells.add(reference.with(new LateAnswerRun.Late(api, how, false, false)));
					if (how.isUnanswered() && !reference.situation.isStart()) {
						cells.add(reference.with(new LateAnswerRun.Late(api, how, false, true)));
					}
				}
			}
			for (Lateness how : reference.situation.survivedByConsumer()) {
				for (ApiKeys api : reference.completed().askedByConsumer()) {
					cells.add(reference.with(new LateAnswerRun.Late(api, how, true, false)));
				}
			}
			nodes.add(DynamicContainer.dynamicContainer("%s, %s".formatted(reference.situation, reference.protocol),
					cells.stream().map(Cell::test)));
			all.addAll(cells);
		}
		nodes.add(DynamicTest.dynamicTest("hardly any run without a late answer", () -> {
			List<String> empty = all.stream()
				.map(Cell::completed)
				.filter((run) -> !run.isHit())
				.map(LateAnswerRun::toString)
				.toList();
			assertThat(empty).as("of %d", all.size()).hasSizeLessThanOrEqualTo(all.size() / 10);
		}));
		nodes.add(DynamicTest.dynamicTest("nothing unverifiable where partitions start", () -> assertThat(
				all.stream().filter((cell) -> cell.situation.isStart()).map(Cell::completed))
			.allSatisfy(
					(run) -> assertThat(run.told()).as("%s", run).noneMatch((told) -> told.contains("unverifiable")))));
		return nodes.stream();
	}

	/**
	 * A run that has begun in the background.
	 */
	private final class Cell {

		private final LateAnswerStage stage;

		private final LateSituation situation;

		private final String protocol;

		private final LateAnswerRun run;

		private final CompletableFuture<LateAnswerRun.Result> result;

		Cell(LateAnswerStage stage, LateSituation situation, String protocol, LateAnswerRun.Late late) {
			this.stage = stage;
			this.situation = situation;
			this.protocol = protocol;
			this.run = new LateAnswerRun(cluster, situation, protocol, late);
			this.result = CompletableFuture.supplyAsync(() -> run.run(stage), pool);
		}

		LateAnswerRun completed() {
			result.join();
			return run;
		}

		Cell with(LateAnswerRun.Late late) {
			return new Cell(stage, situation, protocol, late);
		}

		DynamicTest test() {
			return DynamicTest.dynamicTest(run.toString(), () -> {
				LateAnswerRun.Result observed = result.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
				assertThat(observed).as("%s; told: %s", run, run.told()).isEqualTo(situation.expected());
				// On a busy machine what is late is not asked for every time.
				assumeThat(run.isHit()).as("%s: no answer was late", run).isTrue();
			});
		}

	}

}
