/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

import dev.holdfast.kafka.offsetguard.internal.memory.Bookmark;
import dev.holdfast.kafka.offsetguard.policy.Cause;
import dev.holdfast.kafka.test.Fault;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.NoOffsetForPartitionException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static dev.holdfast.kafka.offsetguard.Consumers.range;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What an application is told that asks where it is, plain Kafka beside the guard. The
 * commit for the first partition, on a log of 1005 records, is lost, and it is held. The
 * other one, on another broker, is read from 10 to 30.
 */
@LyingKafka(brokers = 2)
@Timeout(value = 180, unit = TimeUnit.SECONDS)
@Tag("long")
class PositionsAskedForTests {

	private static final int END = 1005;

	private final KafkaCluster cluster;

	private TopicPartition lost = new TopicPartition("", 0);

	private TopicPartition other = new TopicPartition("", 1);

	PositionsAskedForTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	/**
	 * Plain Kafka has its position from the assignment on, whatever comes later; the
	 * application keeps it there, as the guard does.
	 */
	@ParameterizedTest
	@CsvSource({ "classic, latest, 1005, -5", "consumer, latest, 1005, -5", "classic, latest, 1005, 0",
			"classic, earliest, 0, 1000", "consumer, earliest, 0, 1000", "classic, by_duration:PT1H, 0, 1000",
			"consumer, by_duration:PT1H, 0, 1000" })
	void heldPartitionIsWherePlainKafkaIs(String protocol, String reset, long expected, long relative) {
		Consumers consumers = prepare("held-%s-%s%d".formatted(protocol, reset.replace(':', '-'), relative), protocol,
				reset);

		try (Consumer<String, String> plain = plain(consumers); Consumer<String, String> guarded = guarded(consumers)) {
			assertThat(consumers.causes()).containsExactly(Cause.COMMITTED_OFFSET_LOST);
			assertThat(plain.position(lost)).isEqualTo(expected);
			cluster.produce(lost, 100);
			assertThat(guarded.position(lost)).isEqualTo(expected);
			assertThat(guarded.position(lost, Duration.ZERO)).isEqualTo(expected);
			guarded.commitSync(Map.of(lost, new OffsetAndMetadata(guarded.position(lost))));
			guarded.commitSync();
			assertThat(cluster.committed(lost.topic())).containsOnlyKeys(other);
			assertThat(guarded.position(lost)).isEqualTo(expected);

			assertThat(readRelatively(guarded, relative)).isEqualTo(readRelatively(plain, relative))
				.isEqualTo(range(expected + relative, END + 100));
		}
	}

	/**
	 * Plain Kafka has no position then before a record comes that is young enough: the
	 * first one that comes after the assignment is.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void heldPartitionWithoutAYoungRecordIsBeforeTheFirstOneToCome(String protocol) {
		Consumers consumers = prepare("young-" + protocol, protocol, "by_duration:PT0S");

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.assign(List.of(lost, other));
			Consumers.pollTo(consumer, other, 30);
			cluster.produce(lost, 100);

			assertThat(consumer.position(lost)).isEqualTo(END);
		}
	}

	private List<Long> readRelatively(Consumer<String, String> consumer, long relative) {
		consumer.seek(lost, consumer.position(lost) + relative);
		consumer.resume(List.of(lost));
		return Consumers.pollTo(consumer, lost, END + 100);
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void heldPartitionIsAtTheLastStableOffset(String protocol) {
		Consumers consumers = prepare("stable-" + protocol, protocol, "latest").with("isolation.level",
				"read_committed");

		try (Producer<String, String> producer = new KafkaProducer<>(
				Map.of("bootstrap.servers", cluster.bootstrapServers(), "transactional.id", lost.topic()),
				new StringSerializer(), new StringSerializer())) {
			producer.initTransactions();
			producer.beginTransaction();
			producer.send(new ProducerRecord<>(lost.topic(), 0, null, "in flight"));
			producer.flush();
			cluster.produce(lost, 5);
			try (Consumer<String, String> plain = plain(consumers);
					Consumer<String, String> guarded = guarded(consumers)) {
				assertThat(plain.position(lost)).isEqualTo(END);
				assertThat(guarded.position(lost)).isEqualTo(END);
				producer.commitTransaction();

				assertThat(guarded.position(lost)).isEqualTo(END);
				guarded.seek(lost, guarded.position(lost));
				guarded.resume(List.of(lost));
				assertThat(Consumers.pollTo(guarded, lost, END + 7)).isEqualTo(range(END, END + 6));
			}
		}
	}

	/**
	 * Plain Kafka throws here, and so does the guard as long as that costs nobody a
	 * record.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void heldPartitionWithoutAReset(String protocol) {
		Consumers consumers = prepare("none-" + protocol, protocol, "none");

		try (Consumer<String, String> plain = consumers.plain();
				Consumer<String, String> guarded = consumers.guarded()) {
			plain.assign(List.of(lost));
			assertThatExceptionOfType(NoOffsetForPartitionException.class).isThrownBy(() -> plain.position(lost));
			guarded.assign(List.of(lost, other));
			assertThatExceptionOfType(NoOffsetForPartitionException.class).isThrownBy(() -> guarded.position(lost))
				.isExactlyInstanceOf(NoOffsetForPartitionException.class);

			assertThat(Consumers.pollTo(guarded, other, 30)).isEqualTo(range(10, 30));
			assertThat(guarded.position(lost)).isZero();
		}
	}

	/**
	 * An application that asks with records in hand would lose them with an exception.
	 */
	@ParameterizedTest
	@CsvSource({ "classic, latest", "consumer, latest", "classic, by_duration:PT0S", "consumer, by_duration:PT0S" })
	void noExceptionWithRecordsInHandWhereNobodyAnswers(String protocol, String reset) {
		Consumers consumers = prepare("silent-%s-%s".formatted(protocol, reset.replace(':', '-')), protocol, reset)
			.timing(Duration.ofSeconds(2), Duration.ofSeconds(30));

		try (Consumer<String, String> consumer = consumers.guarded(); Fault.Handle silence = silenceLeader()) {
			consumer.assign(List.of(lost, other));
			assertThat(Consumers.pollTo(consumer, other, 30)).isEqualTo(range(10, 30));
			assertThatExceptionOfType(TimeoutException.class)
				.isThrownBy(() -> consumer.position(lost, Duration.ofMillis(100)));
			assertThat(took(() -> assertThat(consumer.position(lost)).isZero())).isLessThan(Duration.ofSeconds(14));
			assertThat(took(() -> assertThat(consumer.position(lost)).isZero())).isLessThan(Duration.ofSeconds(1));
			cluster.produce(other, 5);
			assertThat(Consumers.pollTo(consumer, other, 35)).isEqualTo(range(30, 35));
			silence.close();

			Consumers.pollUntil(consumer, () -> Consumers.isAt(consumer, lost, END));
			assertThat(consumer.position(lost)).isEqualTo(END);
		}
	}

	/**
	 * As before, in the process that has made the commit.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void whatTheGroupHadCommittedStandsInWhereNobodyAnswers(String protocol) throws Exception {
		Consumers consumers = prepare("known-" + protocol, protocol, "latest").oneProcess()
			.timing(Duration.ofSeconds(2), Duration.ofSeconds(30));
		cluster.commit(lost.topic(), lost, new OffsetAndMetadata(900));
		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.assign(List.of(lost));
			Consumers.pollTo(consumer, lost, END);
		}
		cluster.admin().deleteConsumerGroupOffsets(lost.topic(), Set.of(lost)).all().get();

		try (Consumer<String, String> consumer = consumers.guarded(); Fault.Handle silence = silenceLeader()) {
			consumer.assign(List.of(lost, other));
			Consumers.pollTo(consumer, other, 30);
			Consumers.pollUntil(consumer, () -> consumers.causes().contains(Cause.COMMITTED_OFFSET_LOST));

			assertThat(consumer.position(lost)).as(consumers.decisions.toString()).isEqualTo(900);
			assertThat(silence.hits()).isPositive();
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void lagOfAHeldPartitionIsUnknown(String protocol) {
		Consumers consumers = prepare("lag-" + protocol, protocol, "earliest");

		try (Consumer<String, String> guarded = guarded(consumers)) {
			guarded.position(lost);
			guarded.currentLag(lost);
			Consumers.pollUntil(guarded, () -> guarded.currentLag(other).isPresent());

			assertThat(guarded.currentLag(lost)).isEmpty();
			assertThat(guarded.currentLag(other)).hasValue(0);
		}
	}

	/**
	 * Nobody answers the inspector, and the application asks with records in hand.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void positionsInDoubtAreToldAtOnce(String protocol) {
		Consumers consumers = prepare("doubt-" + protocol, protocol, "earliest");
		cluster.commit(lost.topic(), lost, Consumers.offset(1000, 0));
		cluster.wire().inject(Fault.epochEndOffset(0).forPartition(lost));
		cluster.wire().inject(Fault.silence().forClient("holdfast-inspector-" + lost.topic()));
		Map<TopicPartition, Long> told = new HashMap<>();

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(lost.topic()));
			Consumers.pollUntil(consumer, (record) -> consumer.assignment()
				.forEach((partition) -> told.put(partition, consumer.position(partition, Duration.ofMillis(500)))),
					() -> told.size() == 2 && consumers.decisions.size() == 1);

			assertThat(told).isEqualTo(Map.of(lost, 1000L, other, 30L));
			assertThat(took(() -> consumer.position(lost))).isLessThan(Duration.ofSeconds(1));
		}
	}

	/**
	 * Nobody answers about commits.
	 */
	@ParameterizedTest
	@CsvSource({ "classic, false, 4", "classic, true, 4", "consumer, false, 15", "consumer, true, 9" })
	void takesNoLongerThanTheApplicationWaits(String protocol, boolean guarded, int seconds) {
		Consumers consumers = prepare("zero-%s-%s".formatted(protocol, guarded), protocol, "earliest");

		try (Consumer<String, String> consumer = consumers.create(guarded);
				Fault.Handle silence = cluster.wire().inject(Fault.silence(ApiKeys.OFFSET_FETCH))) {
			consumer.assign(List.of(lost, other));

			assertThat(took(() -> assertThatExceptionOfType(TimeoutException.class)
				.isThrownBy(() -> consumer.position(other, Duration.ZERO)))).isLessThan(Duration.ofSeconds(1));
			// The async client's background thread may notice the end of each wait five
			// seconds late.
			assertThat(took(() -> assertThatExceptionOfType(TimeoutException.class)
				.isThrownBy(() -> consumer.position(other, Duration.ofSeconds(3)))))
				.isLessThan(Duration.ofSeconds(seconds));
			assertThat(silence.hits()).isPositive();
		}
	}

	/**
	 * Before any poll, and for less than the guard would take to gather evidence.
	 */
	@ParameterizedTest
	@CsvSource({ "classic, false, latest, 1005", "classic, true, latest, 1005", "consumer, false, latest, 1005",
			"consumer, true, latest, 1005", "classic, true, earliest, 0", "consumer, true, earliest, 0" })
	void shortWaitIsEnough(String protocol, boolean guarded, String reset, long expected) {
		String topic = "short-%s-%s-%s".formatted(protocol, reset, guarded);
		Consumers consumers = prepare(topic, protocol, reset).with("group.id", topic + "-new");

		try (Consumer<String, String> consumer = guarded ? consumers.guarded() : consumers.plain()) {
			consumer.assign(List.of(lost, other));

			assertThat(consumer.position(lost, Duration.ofSeconds(2))).isEqualTo(expected);
			assertThat(consumer.position(lost, Duration.ofMillis(500))).isEqualTo(expected);
		}
		assertThat(consumers.causes()).isEqualTo(Collections.nCopies(guarded ? 2 : 0, Cause.NO_COMMITTED_OFFSET));
	}

	/**
	 * There is no time to look into a commit whose epoch no leader has.
	 */
	@Test
	void shortWaitDecidesNothingThatHasToBeLookedInto() {
		Consumers consumers = prepare("short-look", "classic", "latest");
		cluster.commit(lost.topic(), other, Consumers.offset(20, 7));

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.assign(List.of(other));

			assertThat(consumer.position(other, Duration.ofSeconds(2))).isEqualTo(20);
			assertThat(consumers.causes()).isEmpty();
			assertThat(Consumers.pollTo(consumer, other, 30)).isEqualTo(range(20, 30));
		}
		assertThat(consumers.causes()).containsExactly(Cause.EPOCH_AHEAD);
	}

	/**
	 * The coordinator is slower than the guard waits for it in one piece.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void waitsInARebalanceListenerAsLongAsPlainKafka(String protocol) {
		Consumers consumers = prepare("patient-" + protocol, protocol, "latest")
			.timing(Duration.ofSeconds(1), Duration.ofSeconds(30))
			.with("group.id", "patient-" + protocol + "-new");
		cluster.wire().inject(Fault.delay(Duration.ofSeconds(4), ApiKeys.OFFSET_FETCH).times(4));
		Map<TopicPartition, Long> told = new HashMap<>();

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(lost.topic()), new ConsumerRebalanceListener() {

				@Override
				public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
				}

				@Override
				public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
					partitions.forEach((partition) -> told.put(partition, consumer.position(partition)));
				}

			});
			Consumers.pollUntil(consumer, () -> told.size() == 2);
		}
		assertThat(told).isEqualTo(Map.of(lost, (long) END, other, 30L));
	}

	/**
	 * Of the held partition: the other one is on another broker.
	 */
	private Fault.Handle silenceLeader() {
		return cluster.wire()
			.inject(Fault.silence(ApiKeys.LIST_OFFSETS).forClient(lost.topic()).onBroker(cluster.leader(lost)));
	}

	private static Duration took(Runnable call) {
		long start = System.nanoTime();
		call.run();
		return Duration.ofNanos(System.nanoTime() - start);
	}

	private Consumer<String, String> plain(Consumers consumers) {
		String group = "plain-" + lost.topic();
		cluster.commit(group, other, new OffsetAndMetadata(10));
		Map<String, Object> guarded = new HashMap<>(consumers.configuration());
		Consumer<String, String> consumer = consumers.with("group.id", group).plain();
		consumers.configuration().putAll(guarded);
		readOther(consumer);
		consumer.position(lost);
		return consumer;
	}

	private Consumer<String, String> guarded(Consumers consumers) {
		Consumer<String, String> consumer = consumers.guarded();
		cluster.wire().forget();
		readOther(consumer);
		if (!String.valueOf(consumers.configuration().get("auto.offset.reset")).startsWith("by_duration")) {
			// The client has asked for itself, and has its answer before the next record.
			Consumers.pollUntil(consumer, () -> cluster.wire().count(lost.topic(), ApiKeys.LIST_OFFSETS) > 0);
			cluster.produce(other, 1);
			Consumers.pollTo(consumer, other, 31);
		}
		return consumer;
	}

	private void readOther(Consumer<String, String> consumer) {
		consumer.assign(List.of(lost, other));
		consumer.pause(List.of(lost));
		assertThat(Consumers.pollTo(consumer, other, 30)).isEqualTo(range(10, 30));
	}

	private Consumers prepare(String topic, String protocol, String reset) {
		lost = new TopicPartition(topic, 0);
		other = new TopicPartition(topic, 1);
		List<Integer> brokers = cluster.brokerIds();
		cluster.createTopic(topic, Map.of(0, List.of(brokers.get(0)), 1, List.of(brokers.get(1))), Map.of());
		cluster.produce(lost, END);
		cluster.produce(other, 30);
		Bookmark bookmark = new Bookmark(clusterId(), null, 10, 2, -1, -1, -1, true, "");
		cluster.commit(topic, other, new OffsetAndMetadata(10, bookmark.toString()));
		return new Consumers(cluster, protocol, topic).with("auto.offset.reset", reset);
	}

	private String clusterId() {
		try {
			return cluster.admin().describeCluster().clusterId().get();
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
	}

}
