/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.workswith;

import java.util.concurrent.TimeUnit;

import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.aot.generate.GeneratedFiles.Kind;
import org.springframework.aot.test.generate.TestGenerationContext;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.aot.ApplicationContextAotGenerator;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.test.tools.CompileWithForkedClassLoader;
import org.springframework.core.test.tools.TestCompiler;
import org.springframework.javapoet.ClassName;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An application of Spring Cloud Stream that was processed ahead of time, and the context
 * of its binder with it.
 */
@LyingKafka(brokers = 2)
@Timeout(value = 180, unit = TimeUnit.SECONDS)
@CompileWithForkedClassLoader
@Tag("long")
class StreamAheadOfTimeTests {

	private final KafkaCluster cluster;

	StreamAheadOfTimeTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	@Test
	@SuppressWarnings("unchecked")
	void aProcessedBindingIsGuarded() {
		StreamOrders orders = StreamOrders.consumedTo200Of270(cluster, 1).lie();
		TestGenerationContext generation = new TestGenerationContext();
		AnnotationConfigApplicationContext source = new AnnotationConfigApplicationContext();
		source.register(StreamApplication.Received.class, StreamApplication.Process.class);
		configure(source, orders);
		ClassName initializer = new ApplicationContextAotGenerator().processAheadOfTime(source, generation);
		generation.writeGeneratedContent();
		assertThat(generation.getGeneratedFiles().getGeneratedFiles(Kind.SOURCE).keySet())
			.anyMatch((name) -> name.contains("KafkaBinderConfiguration"));

		TestCompiler.forSystem().with(generation).compile((compiled) -> {
			GenericApplicationContext context = new GenericApplicationContext();
			context.setClassLoader(compiled.getClassLoader());
			configure(context, orders);
			compiled.getInstance(ApplicationContextInitializer.class, initializer.toString()).initialize(context);
			try (context) {
				context.refresh();
				orders.awaitCommitted(270);

				assertThat(context.getBean(StreamApplication.Received.class).offsets)
					.isEqualTo(StreamOrders.range(200, 270));
			}
		});
	}

	private void configure(ConfigurableApplicationContext context, StreamOrders orders) {
		TestPropertyValues.of("spring.cloud.stream.kafka.binder.brokers=" + cluster.bootstrapServers(),
				"spring.cloud.function.definition=process", StreamApplication.binding("destination=" + orders.topic()),
				StreamApplication.binding("group=" + orders.topic()), "spring.jmx.enabled=false")
			.applyTo(context);
	}

}
