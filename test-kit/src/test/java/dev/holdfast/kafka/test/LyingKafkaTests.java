/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.test;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;

import static org.assertj.core.api.Assertions.assertThat;

@Timeout(60)
class LyingKafkaTests {

	/** What the sample classes saw; they run one at a time. */
	private static final List<Seen> SEEN = new ArrayList<>();

	@BeforeEach
	void forget() {
		SEEN.clear();
	}

	@Test
	void oneClusterForAClassAndItsNestedOnes() {
		run(Sample.class, 4);
		assertThat(SEEN).extracting(Seen::cluster).hasSize(4).containsOnly(SEEN.get(0).cluster());
		assertThat(SEEN).extracting(Seen::brokers).containsOnly(2);
	}

	@Test
	void everyTestFindsAnHonestWireWithoutARecordAndAllBrokers() throws Exception {
		run(Sample.class, 4);
		assertThat(SEEN).allSatisfy((seen) -> {
			assertThat(seen.honest()).isTrue();
			assertThat(seen.recorded()).isZero();
			assertThat(seen.running()).isTrue();
		});
	}

	@Test
	void clusterIsClosedAfterTheClass() {
		run(Sample.class, 4);
		run(Inherited.class, 1);
		assertThat(SEEN.get(4).cluster()).isNotSameAs(SEEN.get(0).cluster());
		assertThat(SEEN).extracting(Seen::cluster).allMatch(KafkaCluster::isClosed);
	}

	@Test
	void brokersDemandWhatTheAnnotationSays() {
		run(WithPasswords.class, 1);
		assertThat(SEEN).hasSize(1);
	}

	private static void run(Class<?> type, int tests) {
		SummaryGeneratingListener summary = new SummaryGeneratingListener();
		LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
			.selectors(DiscoverySelectors.selectClass(type))
			.build();
		LauncherFactory.create().execute(request, summary);
		assertThat(summary.getSummary().getFailures()).isEmpty();
		assertThat(summary.getSummary().getTestsSucceededCount()).isEqualTo(tests);
	}

	record Seen(KafkaCluster cluster, int brokers, boolean honest, long recorded, boolean running) {

	}

	@LyingKafka(brokers = 2)
	@TestMethodOrder(MethodOrderer.MethodName.class)
	static class Sample {

		Sample(KafkaCluster cluster) {
			assertThat(cluster.isClosed()).isFalse();
		}

		@BeforeEach
		void look(KafkaCluster cluster) throws Exception {
			boolean running = cluster.brokerIds().stream().allMatch(cluster::isRunning);
			long recorded = cluster.wire().requests().size();
			try (RawClient client = RawClient.connect(cluster)) {
				boolean honest = client.apiVersions().apiVersion(ApiKeys.FETCH.id) != null;
				SEEN.add(new Seen(cluster, cluster.brokerIds().size(), honest, recorded, running));
			}
		}

		@Test
		void firstLeavesLies(KafkaCluster cluster) {
			cluster.wire().inject(Fault.hide(ApiKeys.FETCH));
		}

		@Test
		void secondLeavesAStoppedBroker(KafkaCluster cluster) {
			cluster.stopBroker(1);
		}

		@Test
		void third() {
		}

		@Nested
		class Inner {

			@Test
			void fourth(KafkaCluster cluster) {
				assertThat(cluster.isClosed()).isFalse();
			}

		}

	}

	@LyingKafka(security = Passwords.class)
	static class WithPasswords {

		@Test
		void only(KafkaCluster cluster) {
			assertThat(cluster.users().configuration("alice")).containsEntry("security.protocol", "SASL_PLAINTEXT")
				.containsEntry("sasl.mechanism", "PLAIN");
			SEEN.add(new Seen(cluster, 1, true, 0, true));
		}

	}

	static class Passwords implements Supplier<Security> {

		@Override
		public Security get() {
			return Security.saslPlain().user("alice", "secret");
		}

	}

	@LyingKafka
	static class Base {

	}

	static class Inherited extends Base {

		@Test
		void only(KafkaCluster cluster) {
			SEEN.add(new Seen(cluster, 1, true, 0, true));
		}

	}

}
