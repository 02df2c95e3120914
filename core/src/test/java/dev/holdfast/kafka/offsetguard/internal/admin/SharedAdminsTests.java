/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.admin;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import dev.holdfast.kafka.offsetguard.ScriptedClock;
import dev.holdfast.kafka.offsetguard.internal.client.AutoOffsetReset;
import dev.holdfast.kafka.offsetguard.internal.client.ClientConfiguration;
import dev.holdfast.kafka.versioncap.ClientCap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Admin clients that die, one after the other.
 */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class SharedAdminsTests {

	private final List<Admin> made = new ArrayList<>();

	private final ScriptedClock clock = ScriptedClock.standing();

	@Test
	void deadClientsAreReplacedAtGrowingIntervals() {
		try (SharedAdmins.Lease lease = lease()) {
			assertThat(madeAfterDeath(lease, Duration.ZERO)).isEqualTo(2);
			assertThat(madeAfterDeath(lease, Duration.ZERO)).isEqualTo(2);
			assertThat(madeAfterDeath(lease, Duration.ofMillis(100))).isEqualTo(3);
			assertThat(madeAfterDeath(lease, Duration.ofMillis(199))).isEqualTo(3);
			assertThat(madeAfterDeath(lease, Duration.ofMillis(1))).isEqualTo(4);
			// One that has lived long dies of something else.
			assertThat(madeAfterDeath(lease, Duration.ofMinutes(3))).isEqualTo(5);
		}
	}

	/**
	 * Another client of the same id, which was closed shortly before, may end later.
	 */
	@Test
	void endOfAnotherClientIsNoDeath() throws InterruptedException {
		CountDownLatch end = new CountDownLatch(1);
		Thread other = new Thread(() -> awaitQuietly(end), "kafka-admin-client-thread | holdfast-admin-mortal");
		other.start();

		try (SharedAdmins.Lease lease = lease()) {
			Admin admin = admin(lease);
			end.countDown();
			other.join();

			assertThat(admin(lease)).isSameAs(admin);
			assertThat(made).hasSize(1);
		}
	}

	private static void awaitQuietly(CountDownLatch end) {
		try {
			end.await();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private SharedAdmins.Lease lease() {
		ClientConfiguration client = ClientConfiguration.of(
				Map.of("bootstrap.servers", "localhost:1", "client.id", "mortal", "key.deserializer",
						StringDeserializer.class, "value.deserializer", StringDeserializer.class),
				AutoOffsetReset.parse("latest"));
		return new SharedAdmins(ClientCap.none(), new Remembering(), clock).lease(client, null, Set.of(), 3000);
	}

	/** A busy machine may take longer than consumers wait. */
	private static Admin admin(SharedAdmins.Lease lease) {
		return await().ignoreExceptionsInstanceOf(TimeoutException.class).until(lease::admin, Objects::nonNull);
	}

	/** A closed client has no thread any more, like one whose thread has failed. */
	private int madeAfterDeath(SharedAdmins.Lease lease, Duration later) {
		admin(lease).close();
		clock.advance(later);
		admin(lease);
		return made.size();
	}

	private final class Remembering implements HelperClients {

		@Override
		public Admin admin(Map<String, Object> configuration) {
			Admin admin = Admin.create(configuration);
			made.add(admin);
			return admin;
		}

		@Override
		public Consumer<byte[], byte[]> inspector(Map<String, Object> configuration) {
			throw new IllegalStateException("Nothing is inspected");
		}

	}

}
