/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;

import dev.holdfast.kafka.autoconfigure.TestConsumerFactories.Delegating;
import dev.holdfast.kafka.autoconfigure.TestConsumerFactories.Recording;
import dev.holdfast.kafka.offsetguard.decision.Decision;
import dev.holdfast.kafka.offsetguard.decision.DecisionListener;
import dev.holdfast.kafka.offsetguard.decision.Outcome;
import dev.holdfast.kafka.offsetguard.policy.Action;
import dev.holdfast.kafka.offsetguard.policy.Cause;
import dev.holdfast.kafka.offsetguard.policy.OffsetResetPolicy;
import dev.holdfast.kafka.test.Fault;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;
import dev.holdfast.kafka.test.Polling;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.kafka.autoconfigure.KafkaAutoConfiguration;
import org.springframework.boot.kafka.autoconfigure.KafkaConnectionDetails;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContext;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.kafka.annotation.PartitionOffset;
import org.springframework.kafka.config.KafkaListenerEndpointRegistry;
import org.springframework.kafka.core.ConsumerFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Listeners of a Boot application, on real brokers.
 */
@LyingKafka
@Timeout(value = 120, unit = TimeUnit.SECONDS)
@ExtendWith(OutputCaptureExtension.class)
class GuardedListenerTests {

	private final KafkaCluster cluster;

	GuardedListenerTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	@Tag("matrix")
	@Tag("matrix-short")
	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void aGuardedListenerGoesOnWhereItsGroupWas(String protocol) {
		TopicPartition partition = givenGroupAt200Of270("guarded-" + protocol);
		cluster.wire().inject(Fault.epochEndOffset(0));
		application(partition.topic(), protocol).run((context) -> {
			assertThat(delivered(context, 269)).isEqualTo(range(200, 270));
			assertThat(context.getBean(Decisions.class).decisions).singleElement().satisfies((decision) -> {
				assertThat(decision.cause()).isEqualTo(Cause.FALSE_TRUNCATION);
				assertThat(decision.groupId()).isEqualTo(partition.topic());
			});
		});
	}

	@ParameterizedTest
	@CsvSource({ "classic, holdfast.kafka.enabled", "classic, holdfast.kafka.offset-guard.enabled",
			"classic, holdfast.kafka.consumer-factories.kafkaConsumerFactory.enabled",
			"consumer, holdfast.kafka.enabled" })
	void whenItIsSwitchedOffTheListenerMovesAsEver(String protocol, String property) {
		TopicPartition partition = givenGroupAt200Of270("plain-" + protocol + property);
		cluster.wire().inject(Fault.epochEndOffset(0));
		application(partition.topic(), protocol).withPropertyValues(property + "=false")
			.run((context) -> assertThat(delivered(context, 269)).isEqualTo(range(0, 270)));
	}

	@Test
	void theGuardSeesWhatTheListenersPropertiesSay() {
		TopicPartition partition = givenTopic("properties", 5);
		application(partition.topic(), "classic").withBean(OwnProperties.class)
			.withPropertyValues("spring.kafka.consumer.auto-offset-reset=latest")
			.run((context) -> {
				List<Long> offsets = context.getBean(OwnProperties.class).offsets;
				Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> offsets.contains(4L));
				assertThat(offsets).isEqualTo(range(0, 5));
				assertThat(context.getBean(Decisions.class).decisions)
					.filteredOn((decision) -> "own-group".equals(decision.groupId()))
					.singleElement()
					.satisfies((decision) -> {
						assertThat(decision.action()).isEqualTo(Action.AUTO_OFFSET_RESET);
						assertThat(decision.outcome()).isEqualTo(new Outcome.ReadFrom(0));
					});
			});
	}

	@Test
	void connectionDetailsAreWhereTheGuardAsksToo() {
		TopicPartition partition = givenGroupAt200Of270("connection");
		cluster.wire().inject(Fault.epochEndOffset(0));
		application(partition.topic(), "classic").withPropertyValues("spring.kafka.bootstrap-servers=localhost:1")
			.withBean(KafkaConnectionDetails.class, () -> () -> List.of(cluster.bootstrapServers()))
			.run((context) -> assertThat(delivered(context, 269)).isEqualTo(range(200, 270)));
	}

	@Test
	void aDecisionThatMovesIsLoggedAsAWarningBeforeTheApplicationIsTold(CapturedOutput output) {
		TopicPartition partition = givenGroupAt200Of270("moved");
		cluster.deleteRecords(partition, 210);
		application(partition.topic(), "classic").withBean(LogReader.class, () -> new LogReader(output))
			.run((context) -> {
				assertThat(delivered(context, 269)).isEqualTo(range(210, 270));
				String line = context.getBean(Decisions.class).decisions.get(0).summary();
				assertThat(line).contains("cause=below-log-start action=earliest position=200 continue=210");
				assertThat(context.getBean(LogReader.class).before)
					.containsExactly(List.of("WARN  dev.holdfast.kafka.decisions : " + line));
			});
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void aPolicyOfTheApplicationsOwnDecides(String protocol) {
		TopicPartition partition = givenGroupAt200Of270("own-policy-" + protocol);
		cluster.deleteRecords(partition, 210);
		application(partition.topic(), protocol).withBean(OffsetResetPolicy.class, () -> (question) -> Action.LATEST)
			.run((context) -> {
				List<Decision> decisions = context.getBean(Decisions.class).decisions;
				Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> !decisions.isEmpty());
				cluster.produce(partition, 5);
				assertThat(delivered(context, 274)).isEqualTo(range(270, 275));
				assertThat(decisions).singleElement().satisfies((decision) -> {
					assertThat(decision.policyAction()).isEqualTo(Action.LATEST);
					assertThat(decision.impact()).isEqualTo(new Decision.Impact(70, 0, 0));
				});
			});
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void anObservingGuardLetsTheListenerMoveAndTells(String protocol) {
		TopicPartition partition = givenGroupAt200Of270("observing-" + protocol);
		cluster.wire().inject(Fault.epochEndOffset(0));
		application(partition.topic(), protocol).withPropertyValues("holdfast.kafka.offset-guard.mode=observe")
			.run((context) -> {
				assertThat(delivered(context, 269)).isEqualTo(range(0, 270));
				assertThat(context.getBean(Decisions.class).decisions).singleElement().satisfies((decision) -> {
					assertThat(decision.cause()).isEqualTo(Cause.FALSE_TRUNCATION);
					assertThat(decision.observed()).isTrue();
				});
			});
	}

	@Test
	void aFirstPositionIsLoggedAsInformation(CapturedOutput output) {
		TopicPartition partition = givenTopic("first", 3);
		application(partition.topic(), "classic").run((context) -> {
			assertThat(delivered(context, 2)).isEqualTo(range(0, 3));
			String line = context.getBean(Decisions.class).decisions.get(0).summary();
			assertThat(decisionLines(output)).containsExactly("INFO  dev.holdfast.kafka.decisions : " + line);
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void anInitialOffsetBelowTheLogStartIsTheLogStartAtEveryStart(String protocol, CapturedOutput output) {
		TopicPartition partition = givenTopic("initial-" + protocol, 100);
		cluster.deleteRecords(partition, 30);
		ApplicationContextRunner application = application(partition.topic(), protocol).withBean(AllOrders.class)
			.withPropertyValues("holdfast.kafka.offset-guard.policy.below-log-start=hold");
		for (int start = 1; start <= 2; start++) {
			application.run((context) -> {
				List<Long> offsets = context.getBean(AllOrders.class).offsets;
				Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> offsets.contains(99L));
				assertThat(offsets).isEqualTo(range(30, 100));
			});
		}
		assertThat(decisionLines(output)).filteredOn((line) -> line.contains("cause=below-log-start"))
			.hasSize(2)
			.allSatisfy((line) -> assertThat(line).startsWith("INFO").contains(" position=0 continue=30 ", " lost=0 "));
	}

	@Test
	void decisionListenersAreToldInTheirOrder() {
		TopicPartition partition = givenTopic("ordered", 1);
		List<String> told = new CopyOnWriteArrayList<>();
		application(partition.topic(), "classic").withBean("b", Ordered.class, () -> new Ordered(2, told))
			.withBean("a", Ordered.class, () -> new Ordered(1, told))
			.run((context) -> {
				delivered(context, 0);
				assertThat(told).containsExactly("1", "2");
			});
	}

	@Test
	void behindADecoratorTheApplicationsOwnResetCounts() {
		TopicPartition partition = givenTopic("decorated", 3);
		Map<String, Object> configuration = TestConsumerFactories.configuration();
		configuration.put("bootstrap.servers", cluster.bootstrapServers());
		Properties properties = new Properties();
		properties.put("auto.offset.reset", "earliest");
		new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(HoldfastKafkaAutoConfiguration.class))
			.withBean("inner", Recording.class, () -> new Recording(configuration))
			.withBean(Delegating.class)
			.withBean(Decisions.class)
			.run((context) -> {
				ConsumerFactory<String, String> factory = context.getBean(Delegating.class);
				try (Consumer<String, String> consumer = factory.createConsumer("decorated", null, null, properties)) {
					consumer.assign(List.of(partition));
					Polling<String, String> polling = Polling.of(consumer);
					polling.until(() -> polling.offsets(partition).size() >= 3);
					assertThat(polling.offsets(partition)).isEqualTo(range(0, 3));
				}
				assertThat(context.getBean(Decisions.class).decisions).singleElement()
					.extracting(Decision::outcome)
					.isEqualTo(new Outcome.ReadFrom(0));
			});
	}

	private ApplicationContextRunner application(String topic, String protocol) {
		return new ApplicationContextRunner()
			.withConfiguration(
					AutoConfigurations.of(KafkaAutoConfiguration.class, HoldfastKafkaAutoConfiguration.class))
			.withBean(Orders.class)
			.withBean(Decisions.class)
			.withPropertyValues("topic=" + topic, "spring.kafka.bootstrap-servers=" + cluster.bootstrapServers(),
					"spring.kafka.consumer.group-id=" + topic, "spring.kafka.consumer.auto-offset-reset=earliest",
					"spring.kafka.properties.group.protocol=" + protocol);
	}

	private static List<Long> delivered(ApplicationContext context, long last) {
		List<Long> offsets = context.getBean(Orders.class).offsets;
		Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> offsets.contains(last));
		context.getBean(KafkaListenerEndpointRegistry.class).stop();
		return offsets;
	}

	private static List<String> decisionLines(CapturedOutput output) {
		return output.getOut().lines().filter((line) -> line.contains(DecisionLog.LOGGER_NAME)).toList();
	}

	private TopicPartition givenTopic(String topic, int records) {
		TopicPartition partition = new TopicPartition(topic, 0);
		cluster.createTopic(topic, 1);
		cluster.produce(partition, records);
		return partition;
	}

	private TopicPartition givenGroupAt200Of270(String topic) {
		TopicPartition partition = givenTopic(topic, 270);
		cluster.commit(topic, partition, new OffsetAndMetadata(200, Optional.of(cluster.leaderEpoch(partition)), ""));
		return partition;
	}

	private static List<Long> range(long from, long to) {
		return LongStream.range(from, to).boxed().toList();
	}

	static class Orders {

		private final List<Long> offsets = new CopyOnWriteArrayList<>();

		@KafkaListener(topics = "${topic}")
		void onOrder(ConsumerRecord<String, String> order) {
			offsets.add(order.offset());
		}

	}

	static class OwnProperties {

		private final List<Long> offsets = new CopyOnWriteArrayList<>();

		@KafkaListener(topics = "${topic}", groupId = "own-group", properties = "auto.offset.reset=earliest")
		void onOrder(ConsumerRecord<String, String> order) {
			offsets.add(order.offset());
		}

	}

	static class AllOrders {

		private final List<Long> offsets = new CopyOnWriteArrayList<>();

		@KafkaListener(groupId = "all-orders",
				topicPartitions = @org.springframework.kafka.annotation.TopicPartition(topic = "${topic}",
						partitionOffsets = @PartitionOffset(partition = "0", initialOffset = "0")))
		void onOrder(ConsumerRecord<String, String> order) {
			offsets.add(order.offset());
		}

	}

	static class Decisions implements DecisionListener {

		private final List<Decision> decisions = new CopyOnWriteArrayList<>();

		@Override
		public void onDecision(Decision decision) {
			decisions.add(decision);
		}

	}

	/** Looks at what is in the log by the time it is told. */
	static class LogReader implements DecisionListener {

		private final List<List<String>> before = new CopyOnWriteArrayList<>();

		private final CapturedOutput output;

		LogReader(CapturedOutput output) {
			this.output = output;
		}

		@Override
		public void onDecision(Decision decision) {
			before.add(decisionLines(output));
		}

	}

	record Ordered(int order, List<String> told) implements DecisionListener, org.springframework.core.Ordered {

		@Override
		public void onDecision(Decision decision) {
			told.add(String.valueOf(order));
		}

		@Override
		public int getOrder() {
			return order;
		}

	}

}
