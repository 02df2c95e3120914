/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.versioncap;

import java.io.InputStream;
import java.lang.ref.Reference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import dev.holdfast.kafka.versioncap.internal.HookedApiVersions;
import dev.holdfast.kafka.versioncap.rules.VersionCapInstallException;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

/**
 * Copies of this library over kafka-clients, in class loaders of each test's own.
 */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class VersionCapInstallerTests {

	private static final int LATEST = ApiKeys.METADATA.latestVersion();

	private final ClassLoader kafkaClients = new KafkaClientsLoader((original) -> original);

	@Test
	void installsOnce() throws Exception {
		LibraryCopy copy = new LibraryCopy(kafkaClients);
		assertThat(copy.isInstalled()).isFalse();

		copy.install();
		Object binders = binders();
		copy.install();

		assertThat(copy.isInstalled()).isTrue();
		assertThat(binders()).isSameAs(binders);
		assertThat(copy.under("Metadata <= 12")).isEqualTo(12);
		assertThat(copy.outside()).isEqualTo(LATEST);
	}

	@RepeatedTest(20)
	void threadsOfSeveralCopiesInstallAtOnce() throws Exception {
		List<LibraryCopy> copies = Stream.generate(() -> new LibraryCopy(kafkaClients)).limit(3).toList();
		copies.forEach(LibraryCopy::isInstalled);
		ExecutorService threads = Executors.newFixedThreadPool(2 * copies.size());
		try {
			CyclicBarrier start = new CyclicBarrier(2 * copies.size());
			List<Future<?>> results = new ArrayList<>();
			for (LibraryCopy copy : copies) {
				IntStream.range(0, 2).forEach((thread) -> results.add(threads.submit(() -> {
					start.await();
					copy.install();
					return null;
				})));
			}
			for (Future<?> result : results) {
				result.get();
			}
		}
		finally {
			threads.shutdownNow();
		}

		assertThat((Iterable<?>) binders()).as("two for each copy").hasSize(2 * copies.size());
	}

	@Test
	void tooLateIsSaidWithWhatMayHaveCausedItAndWhatToDo() {
		LibraryCopy copy = new LibraryCopy(kafkaClients);
		copy.outside();
		CountDownLatch end = new CountDownLatch(1);
		Thread client = new Thread(() -> awaitQuietly(end), "kafka-producer-network-thread | orders-producer");
		client.start();
		try {
			assertThatIllegalStateException().isThrownBy(copy::install)
				.withMessageContaining(VersionCapInstallException.class.getName())
				.withMessageContaining("The version cap cannot be installed any more: the class "
						+ "org.apache.kafka.clients.ApiVersions of kafka-clients is loaded already")
				.withMessageContaining("kafka-producer-network-thread | orders-producer")
				.withMessageContaining("call VersionCapInstaller.install() first thing in main")
				.withMessageContaining("In tests, put holdfast-kafka-test on the class path");
		}
		finally {
			end.countDown();
		}
		assertThat(copy.isInstalled()).isFalse();
		assertThatIllegalStateException().isThrownBy(() -> copy.under("Metadata <= 12"))
			.withMessageContaining("cannot be installed any more");
		assertThat(copy.outside()).isEqualTo(LATEST);
	}

	@Test
	void kafkaClientsWithoutTheClassFileAreReported() {
		LibraryCopy copy = new LibraryCopy(new KafkaClientsLoader((original) -> original) {

			@Override
			public InputStream getResourceAsStream(String name) {
				return name.endsWith("/ApiVersions.class") ? null : super.getResourceAsStream(name);
			}

		});

		assertThatIllegalStateException().isThrownBy(copy::install)
			.withMessageContaining(
					"org/apache/kafka/clients/ApiVersions.class is not on the class path beside the rest");
	}

	@Test
	void eachCopyCapsItsOwnClients() throws Exception {
		LibraryCopy one = new LibraryCopy(kafkaClients);
		LibraryCopy two = new LibraryCopy(kafkaClients);
		LibraryCopy three = new LibraryCopy(kafkaClients);
		Stream.of(one, two, three).forEach(LibraryCopy::install);

		try (AutoCloseable forAll = one.forAll("Metadata <= 11")) {
			assertThat(one.under("Metadata <= 10")).isEqualTo(10);
			assertThat(two.under("Metadata <= 12")).isEqualTo(12);
			assertThat(three.under("Fetch <= 12")).isEqualTo(LATEST);
			assertThat(Stream.of(one, two, three).map(LibraryCopy::outside)).containsOnly(11);
		}
		assertThat(Stream.of(one, two, three).map(LibraryCopy::outside)).containsOnly(LATEST);
	}

	@Test
	void ofSeveralCopiesWithACapForAllClientsTheFirstCounts() throws Exception {
		LibraryCopy first = new LibraryCopy(kafkaClients);
		LibraryCopy second = new LibraryCopy(kafkaClients);
		Stream.of(first, second).forEach(LibraryCopy::install);

		try (AutoCloseable later = second.forAll("Metadata <= 10")) {
			try (AutoCloseable forAll = first.forAll("Metadata <= 12")) {
				assertThat(Stream.of(first, second).map(LibraryCopy::outside)).containsOnly(12);
			}
			assertThat(Stream.of(first, second).map(LibraryCopy::outside)).containsOnly(10);
		}
	}

	@Test
	void aCopyGoesWithoutTheOthers() throws Exception {
		LibraryCopy first = new LibraryCopy(kafkaClients);
		first.install();
		List<Reference<ClassLoader>> gone = new ArrayList<>();
		gone.add(usedCopy());
		LibraryCopy middle = new LibraryCopy(kafkaClients);
		middle.install();
		gone.add(usedCopy());

		await().pollInterval(Duration.ofMillis(20)).untilAsserted(() -> {
			System.gc();
			assertThat(gone).extracting(Reference::get).containsOnlyNulls();
		});

		assertThat(first.under("Metadata <= 10")).isEqualTo(10);
		assertThat(middle.under("Metadata <= 11")).isEqualTo(11);
		new LibraryCopy(kafkaClients).install();
		assertThat((Iterable<?>) binders()).as("two for each copy, and none for those that are gone").hasSize(6);
	}

	private Reference<ClassLoader> usedCopy() throws Exception {
		LibraryCopy copy = new LibraryCopy(kafkaClients);
		copy.install();
		copy.forAll("Metadata <= 9").close();
		assertThat(copy.under("Metadata <= 12")).isEqualTo(12);
		return copy.trace();
	}

	private Object binders() throws Exception {
		return kafkaClients.loadClass(HookedApiVersions.CLASS_NAME).getField(HookedApiVersions.BINDERS_FIELD).get(null);
	}

	private static void awaitQuietly(CountDownLatch latch) {
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

}
