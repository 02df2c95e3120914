/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.operations;

import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import java.util.stream.Stream;

import dev.holdfast.kafka.autoconfigure.GuardedFactories;
import dev.holdfast.kafka.offsetguard.decision.Resolution;
import dev.holdfast.kafka.offsetguard.policy.Action;
import dev.holdfast.kafka.test.Fault;
import dev.holdfast.kafka.test.KafkaCluster;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

import org.springframework.util.ClassUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What is the same whatever is on the class path.
 */
final class ClassPaths {

	static final String ACTUATOR = "org.springframework.boot.actuate.endpoint.annotation.Endpoint";

	static final String HEALTH = "org.springframework.boot.health.contributor.HealthIndicator";

	static final String MICROMETER = "io.micrometer.core.instrument.MeterRegistry";

	private ClassPaths() {
	}

	/** Which of the three types are on this class path. */
	static List<String> present() {
		return Stream.of(ACTUATOR, HEALTH, MICROMETER)
			.filter((type) -> ClassUtils.isPresent(type, ClassPaths.class.getClassLoader()))
			.toList();
	}

	/** The beans for operators. */
	static List<String> beans(Shop shop) {
		return Stream.of(shop.context().getBeanDefinitionNames())
			.filter((name) -> shop.context().getType(name).getPackageName().endsWith(".actuate")
					&& shop.context().getType(name).getName().startsWith("dev.holdfast"))
			.filter((name) -> !name.endsWith("Configuration"))
			.sorted()
			.toList();
	}

	/**
	 * Partition 0 is at 500 on a log of 100: held. Of partition 1, at 200 of 270, the
	 * broker says that its epoch ends at 0: a lie.
	 */
	static void prepare(KafkaCluster cluster, String topic) {
		TopicPartition held = new TopicPartition(topic, 0);
		TopicPartition lie = new TopicPartition(topic, 1);
		cluster.createTopic(topic, 2);
		cluster.produce(held, 100);
		cluster.produce(lie, 270);
		cluster.commit(topic, held, new OffsetAndMetadata(500));
		cluster.commit(topic, lie, new OffsetAndMetadata(200, Optional.of(0), ""));
		cluster.wire().inject(Fault.epochEndOffset(0).forPartition(lie));
	}

	static void assertGuarded(Shop shop, String topic) {
		shop.awaitHeld(1);
		shop.awaitOffset(269);
		assertThat(shop.offsets()).isEqualTo(LongStream.range(200, 270).boxed().toList());
		GuardedFactories factories = shop.context().getBean(GuardedFactories.class);
		assertThat(factories.decisions()).extracting((made) -> made.decision().cause().id())
			.containsExactlyInAnyOrder("above-log-end", "false-truncation");
		// Without an endpoint, too, there is somebody to ask.
		factories.factories()
			.get(0)
			.guard()
			.resolve(topic, new TopicPartition(topic, 0), new Resolution(Action.EARLIEST, "test", "looked at it"))
			.join();
		shop.awaitOffset(0);
	}

}
