/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure.properties;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import dev.holdfast.kafka.autoconfigure.properties.HoldfastProperties.OnUnguarded;
import dev.holdfast.kafka.offsetguard.policy.Action;
import dev.holdfast.kafka.offsetguard.policy.Cause;
import dev.holdfast.kafka.offsetguard.policy.MoveLimits;
import dev.holdfast.kafka.offsetguard.policy.OffsetGuardSettings;
import dev.holdfast.kafka.offsetguard.policy.OffsetPolicy;
import dev.holdfast.kafka.offsetguard.policy.TopicRule;
import dev.holdfast.kafka.versioncap.rules.VersionCap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.MutablePropertySources;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

class HoldfastPropertiesReaderTests {

	private static final String PREFIX = "holdfast.kafka.";

	private final StandardEnvironment environment = new StandardEnvironment();

	private final MutablePropertySources sources = environment.getPropertySources();

	HoldfastPropertiesReaderTests() {
		sources.forEach((source) -> sources.remove(source.getName()));
	}

	@Test
	void nothingSetGivesTheDefaults() {
		HoldfastProperties properties = read();
		assertThat(properties.enabled()).isTrue();
		assertThat(properties.onUnguarded()).isEqualTo(OnUnguarded.WARN);
		assertThat(properties.isGuardEnabled("orders")).isTrue();
		assertThat(properties.guardSettings("orders", Map.of())).isEqualTo(OffsetGuardSettings.defaults());
	}

	@Test
	void everythingSetIsRead() {
		given("on-unguarded", "fail");
		given("offset-guard.inspection-timeout", "2s");
		given("offset-guard.hold-recheck-interval", "1m");
		given("offset-guard.topic-check-interval", "0");
		given("offset-guard.mode", "observe");
		given("offset-guard.commit-bookmark", "false");
		given("offset-guard.commit-initial-position", "false");
		given("offset-guard.commit-leader-epoch", "true");
		given("offset-guard.policy.unverifiable", "keep");
		given("offset-guard.max-rewind-records", "100");
		given("offset-guard.max-skip-records", "0");
		given("offset-guard.topics[0].max-skip-records", "7");
		given("offset-guard.topics[0].pattern", "audit\\..*");
		given("offset-guard.topics[0].policy.below-log-start", "fail");
		given("offset-guard.topics[1].name", "audit.log");
		given("offset-guard.topics[1].policy.below-log-start", "latest");
		HoldfastProperties properties = read();
		assertThat(properties.onUnguarded()).isEqualTo(OnUnguarded.FAIL);
		OffsetGuardSettings settings = properties.guardSettings("orders", Map.of());
		assertThat(settings.timing().inspection()).isEqualTo(Duration.ofSeconds(2));
		assertThat(settings.timing().holdRecheck()).isEqualTo(Duration.ofMinutes(1));
		assertThat(settings.timing().topicCheck()).isZero();
		assertThat(settings.mode()).isEqualTo(OffsetGuardSettings.Mode.OBSERVE);
		assertThat(settings.commits()).isEqualTo(new OffsetGuardSettings.Commits(false, false, true));
		OffsetPolicy policy = settings.policy();
		assertThat(policy.action("orders", Cause.UNVERIFIABLE)).isEqualTo(Action.KEEP);
		assertThat(policy.action("orders", Cause.BELOW_LOG_START)).isEqualTo(Action.EARLIEST);
		assertThat(policy.action("audit.login", Cause.BELOW_LOG_START)).isEqualTo(Action.FAIL);
		assertThat(policy.action("audit.log", Cause.BELOW_LOG_START)).isEqualTo(Action.LATEST);
		assertThat(policy.action("audit.log", Cause.UNVERIFIABLE)).isEqualTo(Action.KEEP);
		assertThat(policy.limits("orders")).isEqualTo(new MoveLimits(100L, 0L));
		assertThat(policy.limits("audit.login")).isEqualTo(new MoveLimits(100L, 7L));
	}

	@Test
	void aFactoryReplacesOnlyWhatItSets() {
		given("offset-guard.inspection-timeout", "2s");
		given("offset-guard.policy.unverifiable", "keep");
		given("offset-guard.policy.below-log-start", "fail");
		given("offset-guard.topics[0].name", "common");
		given("consumer-factories.orders.offset-guard.policy.below-log-start", "latest");
		given("consumer-factories.orders.offset-guard.hold-recheck-interval", "10s");
		given("offset-guard.max-rewind-records", "100");
		given("consumer-factories.orders.offset-guard.max-skip-records", "3");
		given("offset-guard.commit-leader-epoch", "true");
		given("consumer-factories.orders.offset-guard.mode", "observe");
		given("consumer-factories.orders.offset-guard.commit-bookmark", "false");
		given("consumer-factories.audit.offset-guard.topics[0].name", "own");
		HoldfastProperties properties = read("orders", "audit", "other");
		OffsetGuardSettings orders = properties.guardSettings("orders", Map.of());
		assertThat(orders.timing().inspection()).isEqualTo(Duration.ofSeconds(2));
		assertThat(orders.timing().holdRecheck()).isEqualTo(Duration.ofSeconds(10));
		assertThat(orders.policy().limits("t")).isEqualTo(new MoveLimits(100L, 3L));
		assertThat(orders.mode()).isEqualTo(OffsetGuardSettings.Mode.OBSERVE);
		assertThat(orders.commits()).isEqualTo(new OffsetGuardSettings.Commits(false, true, true));
		assertThat(orders.policy().action("t", Cause.UNVERIFIABLE)).isEqualTo(Action.KEEP);
		assertThat(orders.policy().action("t", Cause.BELOW_LOG_START)).isEqualTo(Action.LATEST);
		assertThat(orders.policy().topicRules()).extracting(TopicRule::name).containsExactly("common");
		OffsetGuardSettings audit = properties.guardSettings("audit", Map.of());
		assertThat(audit.timing().holdRecheck()).isEqualTo(Duration.ofSeconds(30));
		assertThat(audit.policy().action("t", Cause.BELOW_LOG_START)).isEqualTo(Action.FAIL);
		assertThat(audit.policy().topicRules()).extracting(TopicRule::name).containsExactly("own");
	}

	@ParameterizedTest
	@CsvSource({ "true,,,,true", "false,,,,false", ",false,,,false", ",false,,true,true", ",,false,,false",
			",,false,true,false", ",,,false,false", "false,true,true,true,false" })
	void theGuardIsOnUnlessSomethingTurnsItOff(String enabled, String guard, String factory, String factoryGuard,
			boolean expected) {
		given("enabled", enabled);
		given("offset-guard.enabled", guard);
		given("consumer-factories.orders.enabled", factory);
		given("consumer-factories.orders.offset-guard.enabled", factoryGuard);
		assertThat(read("orders").isGuardEnabled("orders")).isEqualTo(expected);
	}

	@ParameterizedTest
	@ValueSource(strings = { "offset-guard.policy.false-truncation", "offsetGuard.policy.falseTruncation",
			"offset_guard.policy.FALSE_TRUNCATION", "offsetguard.policy.falsetruncation" })
	void aPropertyIsOneInEverySpelling(String name) {
		given(name, "HOLD");
		assertThat(read().guardSettings("orders", Map.of()).policy().action("t", Cause.FALSE_TRUNCATION))
			.isEqualTo(Action.HOLD);
	}

	@ParameterizedTest
	@ValueSource(strings = { "HOLDFAST_KAFKA_OFFSETGUARD_POLICY_FALSETRUNCATION",
			"HOLDFAST_KAFKA_OFFSET_GUARD_POLICY_FALSE_TRUNCATION" })
	void anEnvironmentVariableMayHaveUnderscoresForDashes(String name) {
		givenVariable(name, "hold");
		assertThat(read().guardSettings("orders", Map.of()).policy().action("t", Cause.FALSE_TRUNCATION))
			.isEqualTo(Action.HOLD);
	}

	@Test
	void environmentVariablesReachListsAndFactoriesWhoseNameHasCapitalsAndDots() {
		givenVariable("HOLDFAST_KAFKA_OFFSET_GUARD_TOPICS_0_NAME", "audit");
		givenVariable("HOLDFAST_KAFKA_CONSUMER_FACTORIES_ORDERSFACTORY_OFFSET_GUARD_INSPECTION_TIMEOUT", "1s");
		givenVariable("HOLDFAST_KAFKA_CONSUMERFACTORIES_COM_ACME_FACTORY_ENABLED", "false");
		HoldfastProperties properties = read("ordersFactory", "com.acme.Factory");
		assertThat(properties.guardSettings("ordersFactory", Map.of()).timing().inspection())
			.isEqualTo(Duration.ofSeconds(1));
		assertThat(properties.isGuardEnabled("com.acme.Factory")).isFalse();
		assertThat(properties.guardSettings("ordersFactory", Map.of()).policy().topicRules())
			.extracting(TopicRule::name)
			.containsExactly("audit");
	}

	@Test
	void aVariableWinsOverAPropertyAndItsListReplacesTheList() {
		givenVariable("HOLDFAST_KAFKA_OFFSET_GUARD_INSPECTION_TIMEOUT", "1s");
		givenVariable("HOLDFAST_KAFKA_OFFSET_GUARD_TOPICS_0_NAME", "one");
		given("offset-guard.inspection-timeout", "2s");
		given("offset-guard.topics[0].pattern", "never seen");
		given("offset-guard.topics[1].name", "two");
		OffsetGuardSettings settings = read().guardSettings("orders", Map.of());
		assertThat(settings.timing().inspection()).isEqualTo(Duration.ofSeconds(1));
		assertThat(settings.policy().topicRules()).extracting(TopicRule::name).containsExactly("one");
	}

	@Test
	void aSourceThatCannotBeListedIsAsked() {
		Map<String, String> vault = Map.of("holdfast.kafka.offset-guard.policy.unverifiable", "fail",
				"holdfast.kafka.consumer-factories[orders].enabled", "false");
		sources.addLast(new PropertySource<>("vault", vault) {

			@Override
			public Object getProperty(String name) {
				return vault.get(name);
			}

		});
		HoldfastProperties properties = read("orders");
		assertThat(properties.isGuardEnabled("orders")).isFalse();
		assertThat(properties.guardSettings("audit", Map.of()).policy().action("t", Cause.UNVERIFIABLE))
			.isEqualTo(Action.FAIL);
	}

	@Test
	void placeholdersAreResolved() {
		given("offset-guard.inspection-timeout", "${timeout}");
		sources.addLast(new MapPropertySource("more", Map.of("timeout", "7s")));
		assertThat(read().guardSettings("orders", Map.of()).timing().inspection()).isEqualTo(Duration.ofSeconds(7));
	}

	@Test
	void anEmptyHeadingIsNoMistake() {
		given("offset-guard", "");
		given("offset-guard.policy", "");
		assertThat(read().guardSettings("orders", Map.of())).isEqualTo(OffsetGuardSettings.defaults());
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			textBlock = """
					offset-gaurd.enabled | true | unknown property; allowed: 'holdfast.kafka' is followed by enabled, on-unguarded, version-cap, offset-guard, conformance, health, consumer-factories
					offset.guard.enabled | true | unknown property; allowed: 'holdfast.kafka' is followed by enabled, on-unguarded, version-cap, offset-guard, conformance, health, consumer-factories
					offset-guard.enabled.now | true | unknown property; allowed: nothing below 'holdfast.kafka.offset-guard.enabled'
					version-cap.release | 1.9 | There is no known release '1.9' of Kafka; allowed: 2.1, 2.2, 2.3, 2.4, 2.5, 2.6, 2.7, 2.8, 3.0, 3.1, 3.2, 3.3, 3.4, 3.5, 3.6, 3.7, 3.8, 3.9, 4.0, 4.1, 4.2, 4.3, 4.4
					version-cap.max-versions.OffsetsForLeaderEpoch | 2 | no API of Kafka has this name or number; allowed: 'holdfast.kafka.version-cap.max-versions' is followed by an API's name or number, such as OffsetForLeaderEpoch or 23
					version-cap.max-versions.offset-for-leader-epoch | -2 | is less than -1; allowed: -1 to 4
					version-cap.max-versions.offset-for-leader-epoch | no | is no version; allowed: a whole number, -1 for never
					version-cap.max-versions.sasl-handshake | 1 | SASL negotiates its versions by itself, before and past anything that could be capped; allowed: no rule for it
					version-cap.max-versions.sasl-authenticate | -1 | SASL negotiates its versions by itself, before and past anything that could be capped; allowed: no rule for it
					version-cap.max-versions.api-versions | -1 | a client that does not ask for versions knows none; allowed: 0 to 4
					version-cap.max-versions.fetch | 99 | these kafka-clients speak no version above 18; allowed: -1, or 4 to 18
					version-cap.min-versions.fetch | 99 | these kafka-clients speak no version above 18; allowed: 0 to 18
					version-cap.apply-to | producers | is not a known value; allowed: consumers, all
					version-cap.on-install-failure | ignore | is not a known value; allowed: warn, fail
					version-cap.learn | maybe | is not a known value; allowed: true, false
					consumer-factories.orders.version-cap.apply-to | all | unknown property; allowed: 'holdfast.kafka.consumer-factories[orders].version-cap' is followed by max-versions, min-versions, release, profile, learn
					offset-guard | on | has no value of its own; allowed: 'holdfast.kafka.offset-guard' is followed by enabled, mode, policy, max-rewind-records, max-skip-records, commit-bookmark, commit-initial-position, commit-leader-epoch, inspection-timeout, hold-recheck-interval, topic-check-interval, topics
					offset-guard.topics | orders | has no value of its own; allowed: 'holdfast.kafka.offset-guard.topics' is followed by an index, as in 'holdfast.kafka.offset-guard.topics[0]'
					offset-guard.topics.orders.policy.unverifiable | keep | not an element of the list; allowed: 'holdfast.kafka.offset-guard.topics' is followed by an index, as in 'holdfast.kafka.offset-guard.topics[0]'
					offset-guard.topics[1].name | orders | leaves a gap in the list; allowed: indexes 0, 1, 2, ...
					offset-guard.topics[0].name | ' ' | is blank; allowed: a name
					health.held-status | ' ' | is blank; allowed: a health status such as HELD, OUT_OF_SERVICE or DOWN
					health.held-status | '' | is blank; allowed: a health status such as HELD, OUT_OF_SERVICE or DOWN
					offset-guard.max-skip-records | many | is no number; allowed: a number of records, 0 or more
					offset-guard.max-rewind-records | -1 | is negative; allowed: a number of records, 0 or more
					offset-guard.topic-check-interval | -1s | is negative; allowed: a positive duration such as 500ms, 5s or 1m, or 0 for never
					offset-guard.mode | watch | is not a known value; allowed: enforce, observe
					offset-guard.inspection-timeout | soon | is no duration; allowed: a positive duration such as 500ms, 5s or 1m
					offset-guard.inspection-timeout | 0s | is not positive; allowed: a positive duration such as 500ms, 5s or 1m
					offset-guard.hold-recheck-interval | -1s | is not positive; allowed: a positive duration such as 500ms, 5s or 1m
					offset-guard.hold-recheck-interval | '' | has no value; allowed: a positive duration such as 500ms, 5s or 1m
					offset-guard.policy.falsetruncations | keep | unknown property; allowed: 'holdfast.kafka.offset-guard.policy' is followed by no-committed-offset, new-partition, committed-offset-lost, below-log-start, above-log-end, log-truncated, false-truncation, spurious-out-of-range, epoch-ahead, topic-recreated, cluster-changed, committed-offset-regressed, unverifiable
					offset-guard.policy.false-truncation | stay | is no action; allowed: keep, hold, fail
					offset-guard.policy.false-truncation | earliest | makes no sense for 'false-truncation'; allowed: keep, hold, fail
					on-unguarded | ignore | is not a known value; allowed: warn, fail
					enabled | flase | is not a known value; allowed: true, false
					enabled | ${nowhere} | is not a known value; allowed: true, false
					consumer-factories.oders.enabled | false | no consumer factory has this name; allowed: 'holdfast.kafka.consumer-factories' is followed by audit, orders
					consumer-factories.orders.enable | false | unknown property; allowed: 'holdfast.kafka.consumer-factories[orders]' is followed by enabled, version-cap, offset-guard
					consumer-factories.orders.offset-guard.policy.unverifiable | latest | makes no sense for 'unverifiable'; allowed: keep, divergence, earliest, hold, fail
					""")
	void aMistakeSaysWhatIsAllowed(String name, String value, String expected) {
		given(name, value);
		assertThat(mistakes("orders", "audit")).containsExactly(
				"holdfast.kafka.%s = '%s' (from property source \"given\"): %3$s".formatted(name, value, expected));
	}

	@Test
	void aTopicRuleNeedsANameOrAPattern() {
		given("offset-guard.topics[0].policy.unverifiable", "keep");
		given("offset-guard.topics[1].name", "orders");
		given("offset-guard.topics[1].pattern", "orders");
		given("offset-guard.topics[2].pattern", "(");
		assertThat(mistakes()).containsExactly(
				"holdfast.kafka.offset-guard.topics[0] (\"holdfast.kafka.offset-guard.topics[0].policy.unverifiable\" "
						+ "from property source \"given\"): has neither a name nor a pattern; allowed: exactly one of name, pattern",
				"holdfast.kafka.offset-guard.topics[1] (\"holdfast.kafka.offset-guard.topics[1].name\" "
						+ "from property source \"given\"): has both a name and a pattern; allowed: exactly one of name, pattern",
				"holdfast.kafka.offset-guard.topics[2].pattern = '(' "
						+ "(from property source \"given\"): is no regular expression (Unclosed group near index 1); "
						+ "allowed: a regular expression that matches whole topic names");
	}

	@Test
	void anUnknownEnvironmentVariableIsAMistake() {
		givenVariable("HOLDFAST_KAFKA_OFFSET_GUARD_POLICY_FALSE_TRUNCATOIN", "keep");
		givenVariable("HOLDFAST_KAFKA_CONSUMER_FACTORIES_ODERS_ENABLED", "false");
		assertThat(mistakes("orders")).hasSize(2)
			.anyMatch((line) -> line.contains("\"HOLDFAST_KAFKA_OFFSET_GUARD_POLICY_FALSE_TRUNCATOIN\" from")
					&& line.contains("unknown property"))
			.anyMatch((line) -> line.contains("\"HOLDFAST_KAFKA_CONSUMER_FACTORIES_ODERS_ENABLED\" from")
					&& line.contains("no consumer factory has this name"));
	}

	@Test
	void whatHoldfastCannotKnowHasNoEffect() {
		sources.addLast(new MapPropertySource("others",
				Map.of("holdfast.kafkaesque.x", "1", "holdfast.other", "2", "holdfast-kafka.enabled", "4")));
		givenVariable("HOLDFAST_KAFKA", "3");
		HoldfastPropertiesReader reader = new HoldfastPropertiesReader(environment, Set.of(),
				getClass().getClassLoader());
		assertThat(reader.read().enabled()).isTrue();
		assertThat(reader.withoutEffect()).containsExactly("holdfast.kafka", "holdfast.kafkaesque.x", "holdfast.other");
	}

	@ParameterizedTest
	@CsvSource({ "holdfast.enabled, holdfast.enabled, holdfast.kafka.enabled",
			"holdfast.offset-guard.mode, holdfast.offset-guard.mode, holdfast.kafka.offset-guard.mode",
			"holdfast.offsetGuard.topics[0].name, holdfast.offsetGuard.topics[0].name, "
					+ "holdfast.kafka.offset-guard.topics[0].name" })
	void aPropertyWithoutKafkaInItsNameIsAMistake(String name, String display, String meant) {
		sources.addLast(new MapPropertySource("given", Map.of(name, "observe")));
		assertThat(mistakes()).singleElement()
			.isEqualTo("%s = 'observe' (from property source \"given\"): unknown property, did you mean '%s'?; "
				.formatted(display, meant) + "allowed: 'holdfast' is followed by kafka");
	}

	@ParameterizedTest
	@CsvSource({ "HOLDFAST_ENABLED, holdfast.enabled, holdfast.kafka.enabled",
			"HOLDFAST_OFFSET_GUARD_MODE, holdfast.offset.guard.mode, holdfast.kafka.offset-guard.mode",
			"HOLDFAST_OFFSETGUARD_MODE, holdfast.offsetguard.mode, holdfast.kafka.offset-guard.mode" })
	void soIsAVariable(String variable, String display, String meant) {
		givenVariable(variable, "observe");
		assertThat(mistakes()).singleElement()
			.asString()
			.startsWith("%s = 'observe' (\"%s\" from".formatted(display, variable))
			.contains("did you mean '%s'?".formatted(meant));
	}

	@Test
	void namesThatDifferInSpellingOnlyHaveToBeExact() {
		given("consumer-factories.orders_factory.enabled", "false");
		assertThat(mistakes("ordersFactory", "orders-factory")).hasSize(1)
			.first()
			.asString()
			.startsWith("holdfast.kafka.consumer-factories.orders_factory.enabled = 'false'");
	}

	private void given(String name, Object value) {
		if (value != null) {
			values("given").put(PREFIX + name, value);
		}
	}

	private void givenVariable(String name, Object value) {
		if (!sources.contains("systemEnvironment")) {
			sources.addFirst(new SystemEnvironmentPropertySource("systemEnvironment", new LinkedHashMap<>()));
		}
		values("systemEnvironment").put(name, value);
	}

	@SuppressWarnings("unchecked")
	private Map<String, Object> values(String source) {
		if (!sources.contains(source)) {
			sources.addLast(new MapPropertySource(source, new LinkedHashMap<>()));
		}
		return (Map<String, Object>) sources.get(source).getSource();
	}

	@ParameterizedTest
	@ValueSource(strings = { "OffsetForLeaderEpoch", "OFFSET_FOR_LEADER_EPOCH", "offset-for-leader-epoch", "23", "[23]",
			"[OffsetForLeaderEpoch]" })
	void theSpellingsOfAnApiAreOne(String spelling) {
		given(("version-cap.max-versions." + spelling).replace(".[", "["), "-1");
		assertThat(cap("orders")).hasToString("OffsetForLeaderEpoch never");
	}

	@ParameterizedTest
	@ValueSource(strings = { "VERSIONCAP_MAXVERSIONS_OFFSETFORLEADEREPOCH",
			"VERSION_CAP_MAX_VERSIONS_OFFSET_FOR_LEADER_EPOCH", "VERSIONCAP_MAXVERSIONS_23" })
	void anApiIsNamedByTheEnvironmentToo(String variable) {
		sources.addLast(
				new SystemEnvironmentPropertySource("systemEnvironment", Map.of("HOLDFAST_KAFKA_" + variable, "-1")));
		assertThat(cap("orders")).hasToString("OffsetForLeaderEpoch never");
	}

	@Test
	void aFactorysRulesComeOnTopOfThoseForAll() {
		given("version-cap.max-versions.fetch", "12");
		given("version-cap.max-versions.OffsetForLeaderEpoch", "-1");
		given("version-cap.min-versions.metadata", "9");
		given("version-cap.learn", "true");
		given("consumer-factories.orders.version-cap.max-versions.1", "11");
		given("consumer-factories.orders.version-cap.learn", "false");
		HoldfastProperties properties = read("orders");
		FactoryRules orders = rules(properties, "orders");
		assertThat(orders.cap()).hasToString("Fetch <= 11, OffsetForLeaderEpoch never, Metadata >= 9");
		assertThat(orders.learn()).isFalse();
		FactoryRules others = rules(properties, "others");
		assertThat(others.cap()).hasToString("Fetch <= 12, OffsetForLeaderEpoch never, Metadata >= 9");
		assertThat(others.learn()).isTrue();
	}

	@Test
	void aReleaseIsCappedAndSingleVersionsComeOnTop() {
		given("version-cap.release", "2.8");
		given("version-cap.max-versions.Fetch", "13");
		VersionCap expected = VersionCap.release("2.8").with(VersionCap.parse("Fetch <= 13"));
		assertThat(cap("orders")).isEqualTo(expected);
	}

	@Test
	void aFactorysReleaseLiftsNoRuleForAll() {
		given("version-cap.max-versions.OffsetForLeaderEpoch", "-1");
		given("version-cap.profile", "kafka-proxy");
		given("consumer-factories.orders.version-cap.release", "3.9");
		given("consumer-factories.orders.version-cap.max-versions.Fetch", "17");
		assertThat(rules(read("orders"), "orders").cap()).isEqualTo(VersionCap.release("3.9")
			.with(VersionCap.parse("OffsetForLeaderEpoch never, ApiVersions <= 3, Fetch <= 17")));
	}

	@Test
	void aProfileBringsRulesAndActionsThatPropertiesReplace() {
		given("version-cap.profile", "kafka-3.6-tiered");
		given("consumer-factories.orders.version-cap.profile", "azure-event-hubs");
		given("offset-guard.policy.spurious-out-of-range", "fail");
		HoldfastProperties properties = read("orders");
		assertThat(rules(properties, "orders").cap()).hasToString("ApiVersions <= 3, OffsetForLeaderEpoch never");
		FactoryRules others = rules(properties, "others");
		OffsetPolicy policy = properties.guardSettings("others", others.policy()).policy();
		assertThat(policy.action("t", Cause.BELOW_LOG_START)).isEqualTo(Action.HOLD);
		assertThat(policy.action("t", Cause.SPURIOUS_OUT_OF_RANGE)).isEqualTo(Action.FAIL);
	}

	@Test
	void anUnknownProfileIsRefused() {
		given("version-cap.profile", "alibaba");
		assertThat(mistakes()).singleElement()
			.asString()
			.startsWith("holdfast.kafka.version-cap.profile = 'alibaba'")
			.contains("There is no broker profile 'alibaba'; allowed: alibaba-cloud, automq, azure-event-hubs");
	}

	@Test
	void aFloorAboveTheCapIsRefusedWhereverItComesFrom() {
		given("version-cap.release", "2.8");
		given("consumer-factories.orders.version-cap.min-versions.fetch", "13");
		given("consumer-factories.audit.version-cap.min-versions.metadata", "9");
		given("consumer-factories.audit.version-cap.max-versions.metadata", "8");
		assertThat(mistakes("orders", "audit")).extracting(Object::toString)
			.satisfiesExactlyInAnyOrder(
					(mistake) -> assertThat(mistake)
						.startsWith("holdfast.kafka.consumer-factories.orders.version-cap.min-versions.fetch = '13'")
						.endsWith("Fetch has to be offered at 13 at least, but is capped at 12; allowed: 0 to 12"),
					(mistake) -> assertThat(mistake)
						.startsWith("holdfast.kafka.consumer-factories.audit.version-cap.min-versions.metadata = '9'")
						.endsWith("it is capped at 8; allowed: 0 to 8"));
	}

	@Test
	void aFactorysReleaseAndProfileComeOnTopOfSingleRulesForAll() {
		given("version-cap.release", "3.9");
		given("version-cap.max-versions.Fetch", "16");
		given("version-cap.max-versions.OffsetForLeaderEpoch", "4");
		given("consumer-factories.legacy.version-cap.release", "2.1");
		given("consumer-factories.legacy.version-cap.max-versions.Metadata", "8");
		given("consumer-factories.cloud.version-cap.profile", "alibaba-cloud");
		HoldfastProperties properties = read("legacy", "cloud");
		assertThat(rules(properties, "legacy").cap())
			.isEqualTo(VersionCap.release("2.1").with(VersionCap.parse("Metadata <= 8")));
		assertThat(rules(properties, "cloud").cap())
			.isEqualTo(VersionCap.release("3.9").with(VersionCap.parse("Fetch <= 16, OffsetForLeaderEpoch never")));
		assertThat(rules(properties, "others").cap())
			.isEqualTo(VersionCap.release("3.9").with(VersionCap.parse("Fetch <= 16, OffsetForLeaderEpoch <= 4")));
	}

	private FactoryRules rules(HoldfastProperties properties, String factoryName) {
		return FactoryRules.of(properties.versionCap(), properties.ownVersionCap(factoryName),
				getClass().getClassLoader());
	}

	private VersionCap cap(String factoryName) {
		return rules(read(), factoryName).cap();
	}

	private HoldfastProperties read(String... factoryNames) {
		return new HoldfastPropertiesReader(environment, Set.of(factoryNames), getClass().getClassLoader()).read();
	}

	private List<String> mistakes(String... factoryNames) {
		InvalidHoldfastPropertiesException failure = catchThrowableOfType(InvalidHoldfastPropertiesException.class,
				() -> read(factoryNames));
		return failure.mistakes().stream().map(PropertyMistake::toString).toList();
	}

}
