/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure;

import java.util.List;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.kafka.autoconfigure.KafkaAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the start says about version caps. No broker is there: nothing is asked.
 */
@ExtendWith(OutputCaptureExtension.class)
class VersionCapStartTests {

	private static final String CAP = "holdfast.kafka.version-cap.";

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(KafkaAutoConfiguration.class, HoldfastKafkaAutoConfiguration.class));

	@Test
	void namesTheRulesOfEachFactory(CapturedOutput output) {
		start(CAP + "max-versions.23=-1", CAP + "min-versions.Fetch=11", CAP + "learn=true");
		assertThat(output).contains("Guarding the consumers of 'kafkaConsumerFactory' (default policy; "
				+ "version cap (learning): OffsetForLeaderEpoch never, Fetch >= 11)");
		assertThat(count(output, "no truncation is reported any more")).isOne();
	}

	@Test
	void saysThatAFactoryIsCappedOnly(CapturedOutput output) {
		start(CAP + "max-versions.Fetch=17", "holdfast.kafka.offset-guard.enabled=false");
		assertThat(output)
			.contains("Capping the consumers of 'kafkaConsumerFactory' (no offset guard; version cap: Fetch <= 17)");
		assertThat(output).doesNotContain("The version cap of");
	}

	@Test
	void showsAProfileRuleByRule(CapturedOutput output) {
		start(CAP + "profile=azure-event-hubs");
		assertThat(output)
			.contains("version cap (profile azure-event-hubs): ApiVersions <= 3, OffsetForLeaderEpoch never");
		List<String> lines = output.toString()
			.lines()
			.filter((line) -> line.contains("Broker profile 'azure-event-hubs'"))
			.map((line) -> line.substring(line.indexOf("Broker profile")))
			.toList();
		assertThat(lines).hasSize(6)
			.contains("Broker profile 'azure-event-hubs': ApiVersions <= 3",
					"Broker profile 'azure-event-hubs': OffsetForLeaderEpoch never",
					"Broker profile 'azure-event-hubs': ApiVersions 4 is answered by a TCP reset.")
			.first()
			.asString()
			.startsWith("Broker profile 'azure-event-hubs' for 'kafkaConsumerFactory': Azure Event Hubs")
			.contains("As of 2026-11-22, by twmb/franz-go#1025");
	}

	@Test
	void aProfilesActionsAreDefaultsOfThePolicy(CapturedOutput output) {
		start(CAP + "profile=kafka-3.6-tiered");
		assertThat(output).contains("Guarding the consumers of 'kafkaConsumerFactory' (below-log-start: hold; ")
			.contains("Broker profile 'kafka-3.6-tiered': policy.below-log-start: hold");
	}

	@Test
	void withoutARuleThereIsNoCap(CapturedOutput output) {
		start();
		assertThat(output).contains("'kafkaConsumerFactory' (default policy; no version cap)")
			.doesNotContain("Broker profile");
	}

	@Test
	void aCapThatNoConsumerCanWorkWithFailsTheStartWithoutAnyConsumer() {
		runner.withPropertyValues(CAP + "release=2.8", "spring.kafka.consumer.properties.group.protocol=consumer")
			.run((context) -> assertThat(context).getFailure()
				.hasStackTraceContaining("The consumers of 'kafkaConsumerFactory' cannot work with their version cap "
						+ "(release 2.8): ")
				.hasStackTraceContaining("ConsumerGroupHeartbeat: a consumer with group.protocol=consumer cannot read "
						+ "and commit when it is never sent. Allowed: 0 to 1"));
	}

	private void start(String... properties) {
		runner.withPropertyValues(properties).run((context) -> assertThat(context).hasNotFailed());
	}

	private static long count(CapturedOutput output, String text) {
		return Pattern.compile(Pattern.quote(text)).matcher(output).results().count();
	}

}
