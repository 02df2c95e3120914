/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;

import dev.holdfast.kafka.offsetguard.decision.Decision;
import dev.holdfast.kafka.offsetguard.decision.DecisionListener;
import dev.holdfast.kafka.offsetguard.policy.Cause;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.kafka.support.Acknowledgment;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Retention has emptied partition 0, whose group was at 20 of 100, and the guard moves
 * it. Of partition 1 the listener has ten records in hand, of which it acknowledges as
 * many as a case says. The application starts four times.
 */
@LyingKafka
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class LastingListenerDecisionsTests {

	private static final int STARTS = 4;

	private final KafkaCluster cluster;

	LastingListenerDecisionsTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	/**
	 * The decision is made once, and nothing is acknowledged for the application.
	 */
	@ParameterizedTest
	@CsvSource({ "classic, InFlight, ack-mode=manual, 0", "consumer, InFlight, ack-mode=manual, 0",
			"classic, SecondOnly, ack-mode=manual, 2", "classic, LateAcks, async-acks=true, 0",
			"consumer, LateAcks, async-acks=true, 0", "classic, HalfBatch, type=batch, 5",
			"consumer, HalfBatch, type=batch, 5" })
	void decisionLastsAndNothingIsAcknowledgedForTheApplication(String protocol, String listener, String property,
			long acknowledged) {
		TopicPartition emptied = new TopicPartition("lasting-%s-%s".formatted(listener, protocol), 0);
		TopicPartition inHand = new TopicPartition(emptied.topic(), 1);
		prepare(emptied, inHand);
		List<Decision> decisions = new CopyOnWriteArrayList<>();
		List<Long> firsts = new ArrayList<>();

		for (int start = 0; start < STARTS; start++) {
			List<Long> delivered = run(emptied, protocol, listener, decisions,
					"spring.kafka.listener.ack-mode=manual-immediate", "spring.kafka.listener." + property);
			firsts.add(delivered.get(0));
			assertThat(delivered).as("start %d", start).isEqualTo(range(delivered.get(0), 10));
		}

		assertThat(decisions).extracting(Decision::cause).containsExactly(Cause.BELOW_LOG_START);
		assertThat(decisions).extracting((each) -> each.impact().lost()).containsExactly(80L);
		assertThat(committed(emptied)).isEqualTo(100);
		assertThat(committed(inHand)).isEqualTo(acknowledged);
		assertThat(firsts).isEqualTo(List.of(0L, acknowledged, acknowledged, acknowledged));
	}

	private void prepare(TopicPartition emptied, TopicPartition inHand) {
		cluster.createTopic(emptied.topic(), 2);
		cluster.produce(emptied, 100);
		cluster.deleteRecords(emptied, 100);
		cluster.produce(inHand, 10);
		cluster.commit(emptied.topic(), emptied, new OffsetAndMetadata(20));
		cluster.commit(emptied.topic(), inHand, new OffsetAndMetadata(0));
	}

	/**
	 * Runs an application until its listener has got what is there, and the guard has
	 * decided.
	 * @return the offsets delivered of partition 1
	 */
	private List<Long> run(TopicPartition emptied, String protocol, String listener, List<Decision> decisions,
			String... properties) {
		String topic = emptied.topic();
		List<String> all = new ArrayList<>(List.of(properties));
		all.addAll(List.of("spring.kafka.bootstrap-servers=" + cluster.bootstrapServers(),
				"spring.kafka.consumer.group-id=" + topic, "spring.kafka.consumer.client-id=" + topic,
				"spring.kafka.consumer.properties.group.protocol=" + protocol, "topic=" + topic, "listener=" + listener,
				"spring.kafka.listener.poll-timeout=100ms", "spring.main.banner-mode=off"));
		try (ConfigurableApplicationContext context = new SpringApplicationBuilder(Application.class)
			.web(WebApplicationType.NONE)
			.initializers((each) -> each.getBeanFactory()
				.registerSingleton("decisionListener", (DecisionListener) decisions::add))
			.properties(all.toArray(String[]::new))
			.run()) {
			Application application = context.getBean(Application.class);
			Awaitility.await()
				.atMost(Duration.ofSeconds(30))
				.until(() -> application.offsets.contains(9L) && !decisions.isEmpty() && committed(emptied) == 100);
			return List.copyOf(application.offsets);
		}
	}

	private long committed(TopicPartition partition) {
		Map<TopicPartition, OffsetAndMetadata> commits = cluster.committed(partition.topic());
		return commits.get(partition).offset();
	}

	private static List<Long> range(long from, long to) {
		return LongStream.range(from, to).boxed().toList();
	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		final List<Long> offsets = new CopyOnWriteArrayList<>();

		@Bean
		Object listener(Environment environment) {
			return switch (environment.getRequiredProperty("listener")) {
				case "InFlight" -> new InFlight(offsets);
				case "SecondOnly" -> new SecondOnly(offsets);
				case "LateAcks" -> new LateAcks(offsets);
				case "HalfBatch" -> new HalfBatch(offsets);
				default -> throw new IllegalArgumentException("There is no such listener");
			};
		}

	}

	/** Acknowledges nothing. */
	record InFlight(List<Long> offsets) {

		@KafkaListener(topics = "${topic}")
		void onRecord(ConsumerRecord<?, ?> record, Acknowledgment acknowledgment) {
			offsets.add(record.offset());
		}

	}

	/** Acknowledges the first two records, and nothing after. */
	record SecondOnly(List<Long> offsets) {

		@KafkaListener(topics = "${topic}")
		void onRecord(ConsumerRecord<?, ?> record, Acknowledgment acknowledgment) {
			offsets.add(record.offset());
			if (record.offset() < 2) {
				acknowledgment.acknowledge();
			}
		}

	}

	/** Acknowledges the last records first, and never the first one. */
	record LateAcks(List<Long> offsets) {

		@KafkaListener(topics = "${topic}")
		void onRecord(ConsumerRecord<?, ?> record, Acknowledgment acknowledgment) {
			offsets.add(record.offset());
			if (record.offset() > 0) {
				acknowledgment.acknowledge();
			}
		}

	}

	/** Acknowledges the first half of a batch that starts at 0. */
	record HalfBatch(List<Long> offsets) {

		@KafkaListener(topics = "${topic}")
		void onBatch(List<ConsumerRecord<?, ?>> records, Acknowledgment acknowledgment) {
			records.forEach((record) -> offsets.add(record.offset()));
			if (records.get(0).offset() == 0) {
				acknowledgment.acknowledge(4);
			}
		}

	}

}
