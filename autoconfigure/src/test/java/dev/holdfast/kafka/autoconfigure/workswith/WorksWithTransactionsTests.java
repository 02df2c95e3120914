/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure.workswith;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import dev.holdfast.kafka.offsetguard.decision.Decision;
import dev.holdfast.kafka.offsetguard.decision.Outcome;
import dev.holdfast.kafka.offsetguard.policy.Cause;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;

import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.kafka.core.KafkaTemplate;

import static dev.holdfast.kafka.autoconfigure.workswith.Application.protocol;
import static dev.holdfast.kafka.autoconfigure.workswith.Orders.range;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Logs with transactions in them, and offsets that are committed in some.
 */
@LyingKafka(brokers = 2)
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class WorksWithTransactionsTests {

	private static final String READ_COMMITTED = "spring.kafka.consumer.isolation-level=read-committed";

	private final KafkaCluster cluster;

	WorksWithTransactionsTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	/**
	 * 0 to 9 committed, 11 to 20 aborted, 22 to 31 committed, each followed by a marker.
	 */
	@EachProtocol
	@DisplayName("`isolation.level=read_committed`")
	void readCommitted(String protocol) {
		Orders orders = Orders.create(cluster, 1);
		try (Producer<String, String> producer = transactional(orders)) {
			begin(producer, orders, 10);
			producer.commitTransaction();
			begin(producer, orders, 10);
			producer.abortTransaction();
			begin(producer, orders, 10);
			producer.commitTransaction();
		}
		orders.commit(orders.partition(0), 11);
		orders.lie();
		try (Application application = Application.run(cluster, orders.topic(), RecordListener.class,
				protocol(protocol), READ_COMMITTED)) {
			application.assertDelivered(orders.onEach(22, 32));
			application.assertDecided(Cause.FALSE_TRUNCATION, orders.all());
			orders.moveLeaders();
			orders.produceOnEach(5);

			orders.awaitCommitted(38);
			List<Long> all = new ArrayList<>(range(22, 32));
			all.addAll(range(33, 38));
			application.assertDelivered(Map.of(orders.partition(0), all));
		}
	}

	@EachProtocol
	@DisplayName("`latest` under `read_committed`: the last stable offset")
	void lastStableOffset(String protocol) {
		Orders orders = Orders.create(cluster, 1);
		orders.produceOnEach(10);
		try (Producer<String, String> producer = transactional(orders)) {
			begin(producer, orders, 5);
			orders.produceOnEach(5);
			try (Application application = Application.run(cluster, orders.topic(), RecordListener.class,
					protocol(protocol), READ_COMMITTED, "spring.kafka.consumer.auto-offset-reset=latest")) {
				assertThat(application.awaitDecisions(1)).extracting(Decision::outcome)
					.containsExactly(new Outcome.ReadFrom(10));
				orders.awaitCommitted(10);
				producer.commitTransaction();

				orders.awaitCommitted(20);
				application.assertDelivered(orders.onEach(10, 20));
			}
		}
	}

	@EachProtocol
	@DisplayName("Transactions: offsets committed by the producer")
	void transactions(String protocol) {
		Orders orders = Orders.consumedTo20Of30(cluster, 1);
		Orders invoices = new Orders(cluster, orders.topic() + "-invoices", 1).created(Map.of());
		orders.lie();
		try (Application application = runTransactional(orders, protocol)) {
			awaitInvoices(application, invoices, 10);
			orders.moveLeaders();
			orders.produceOnEach(10);
			awaitInvoices(application, invoices, 20);
			assertThat(invoiced(application, invoices)).isEqualTo(numbers(20, 40));
			assertThat(application.received().decisions)
				.filteredOn((decision) -> decision.partition().equals(orders.partition(0)))
				.extracting(Decision::cause)
				.containsExactly(Cause.FALSE_TRUNCATION, Cause.FALSE_TRUNCATION);
		}
		orders.produceOnEach(10);
		try (Application application = runTransactional(orders, protocol)) {
			awaitInvoices(application, invoices, 10);
			assertThat(invoiced(application, invoices)).isEqualTo(numbers(40, 50));
			assertThat(application.received().offsets()).containsEntry(orders.partition(0), range(40, 50));
		}
	}

	private Application runTransactional(Orders orders, String protocol) {
		return Application.run(cluster, orders.topic(), InvoicingListener.class, protocol(protocol), READ_COMMITTED,
				"spring.kafka.producer.transaction-id-prefix=" + orders.topic());
	}

	private static void awaitInvoices(Application application, Orders invoices, int count) {
		Application.until(() -> invoiced(application, invoices).size() >= count);
	}

	private static List<String> invoiced(Application application, Orders invoices) {
		return application.received()
			.records()
			.stream()
			.filter((record) -> record.topic().equals(invoices.topic()))
			.map((record) -> String.valueOf(record.value()))
			.toList();
	}

	private static List<String> numbers(long from, long to) {
		return range(from, to).stream().map(String::valueOf).toList();
	}

	private static Producer<String, String> transactional(Orders orders) {
		Producer<String, String> producer = orders.producer(Map.of("transactional.id", orders.topic()));
		producer.initTransactions();
		return producer;
	}

	private static void begin(Producer<String, String> producer, Orders orders, int count) {
		producer.beginTransaction();
		for (int i = 0; i < count; i++) {
			producer.send(new ProducerRecord<>(orders.topic(), 0, null, "order"));
		}
		producer.flush();
	}

	/** An invoice for each order, in one transaction with the order's offset. */
	record InvoicingListener(Received received, KafkaTemplate<Object, Object> template) {

		@KafkaListener(topics = "${topic}", groupId = "${topic}")
		void onOrder(ConsumerRecord<?, ?> order) {
			received.add(order);
			template.send(order.topic() + "-invoices", order.value());
		}

		@KafkaListener(topics = "${topic}-invoices", groupId = "${topic}-invoices")
		void onInvoice(ConsumerRecord<?, ?> invoice) {
			received.add(invoice);
		}

	}

}
