/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.cluster;

import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Which clusters are one.
 */
@Timeout(value = 10, unit = TimeUnit.SECONDS)
class KnownClustersTests {

	private static final String ID = "id";

	private static final Set<String> HERE = Set.of("here-1:9092", "here-2:9092");

	private static final Set<String> THERE = Set.of("there-1:9092", "there-2:9092");

	private static final Uuid OFFSETS = Uuid.randomUuid();

	private static final Uuid OTHER_OFFSETS = Uuid.randomUuid();

	private final KnownClusters clusters = new KnownClusters();

	@Test
	void sameOffsetsTopicIsTheSameClusterWhateverTheAddresses() {
		Cluster first = clusters.name(ID, HERE, OFFSETS);

		assertThat(first).isEqualTo(new Cluster(ID, OFFSETS, 1));
		assertThat(clusters.name(ID, HERE, OFFSETS)).isEqualTo(first);
		assertThat(clusters.name(ID, THERE, OFFSETS)).isEqualTo(first);
		assertThat(clusters.name(ID, Set.of(), OFFSETS)).isEqualTo(first);
	}

	/**
	 * As where an address leads to another cluster that was started from the same image.
	 */
	@Test
	void otherOffsetsTopicIsAnotherClusterWhateverTheAddresses() {
		Cluster first = clusters.name(ID, HERE, OFFSETS);
		Cluster second = clusters.name(ID, HERE, OTHER_OFFSETS);

		assertThat(second).isEqualTo(new Cluster(ID, OTHER_OFFSETS, 2));
		assertThat(second.key()).isNotEqualTo(first.key());
		assertThat(clusters.name(ID, HERE, OFFSETS)).isEqualTo(first);
		assertThat(clusters.name(ID, THERE, OTHER_OFFSETS)).isEqualTo(second);
	}

	@Test
	void whereNobodyTellsTheOffsetsTopicOneCommonAddressTells() {
		Cluster first = clusters.name(ID, HERE, null);

		assertThat(first).isEqualTo(new Cluster(ID, null, 1));
		assertThat(clusters.name(ID, Set.of("here-2:9092", "here-3:9092"), null)).isEqualTo(first);
		assertThat(clusters.name(ID, Set.of("here-3:9092"), null)).isEqualTo(first);
		assertThat(clusters.name(ID, THERE, null)).isEqualTo(new Cluster(ID, null, 2));
		assertThat(clusters.name(ID, Set.of(), null)).isEqualTo(new Cluster(ID, null, 3));
		assertThat(clusters.name(ID, Set.of(), null)).isEqualTo(new Cluster(ID, null, 4));
	}

	/**
	 * Whoever may ask tells it to those who may not.
	 */
	@Test
	void offsetsTopicThatIsToldLaterBelongsToTheClusterOfTheAddress() {
		Cluster first = clusters.name(ID, HERE, null);

		assertThat(clusters.name(ID, HERE, OFFSETS)).isEqualTo(new Cluster(ID, OFFSETS, first.lineage()));
		assertThat(clusters.name(ID, HERE, null)).isEqualTo(new Cluster(ID, OFFSETS, first.lineage()));
		assertThat(clusters.name(ID, THERE, OFFSETS)).isEqualTo(new Cluster(ID, OFFSETS, first.lineage()));
		assertThat(clusters.name(ID, HERE, OTHER_OFFSETS).lineage()).isNotEqualTo(first.lineage());
	}

	@Test
	void otherIdIsAnotherCluster() {
		Cluster first = clusters.name(ID, HERE, OFFSETS);
		Cluster second = clusters.name("other", HERE, OFFSETS);
		Cluster nameless = clusters.name(null, HERE, OFFSETS);

		assertThat(second).isEqualTo(new Cluster("other", OFFSETS, 2));
		assertThat(nameless).isEqualTo(new Cluster(null, OFFSETS, 3));
		assertThat(clusters.name(ID, HERE, OFFSETS)).isEqualTo(first);
		assertThat(clusters.name("other", HERE, OFFSETS)).isEqualTo(second);
		assertThat(clusters.name(null, HERE, OFFSETS)).isEqualTo(nameless);
	}

	@Test
	void clusterThatWasNotUsedForLongestIsForgotten() {
		Cluster used = clusters.name("used", HERE, OFFSETS);
		Cluster unused = clusters.name("unused", HERE, OFFSETS);
		for (int i = 0; i < 30; i++) {
			clusters.name("cluster-" + i, HERE, OFFSETS);
		}
		assertThat(clusters.name("used", HERE, OFFSETS)).isEqualTo(used);

		clusters.name("one too many", HERE, OFFSETS);

		assertThat(clusters.name("used", HERE, OFFSETS)).isEqualTo(used);
		assertThat(clusters.name("unused", HERE, OFFSETS)).isEqualTo(new Cluster("unused", OFFSETS, 34))
			.isNotEqualTo(unused);
	}

	/**
	 * Brokers that get new addresses again and again.
	 */
	@Test
	void addressesOfAClusterAreForgottenWhenThereAreTooMany() {
		Cluster first = clusters.name(ID, HERE, null);
		Set<String> many = IntStream.range(0, 998).mapToObj((i) -> "moved-" + i).collect(Collectors.toSet());
		many.add("here-1:9092");
		assertThat(clusters.name(ID, many, null)).isEqualTo(first);

		assertThat(clusters.name(ID, Set.of("moved-0"), null)).isEqualTo(first);
		assertThat(clusters.name(ID, Set.of("here-2:9092"), null)).isEqualTo(new Cluster(ID, null, 2));
	}

}
