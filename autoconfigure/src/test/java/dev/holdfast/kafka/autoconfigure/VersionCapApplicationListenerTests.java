/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.Banner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;
import org.springframework.core.io.DefaultResourceLoader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;

/**
 * What makes an application install the version cap before it has any beans: a rule,
 * wherever it is set, and nothing else.
 */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class VersionCapApplicationListenerTests {

	private static final String ENVIRONMENT = StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME;

	@TempDir
	private Path classPath;

	@ParameterizedTest
	@ValueSource(strings = { "version-cap.release=2.8", "versionCap.release=2.8", "version-cap.profile=kop",
			"version-cap.learn=true", "version-cap.learn=${LEARN:on}", "version-cap.max-versions.Fetch=11",
			"version-cap.max-versions[23]=-1", "version-cap.min-versions.Fetch=12",
			"consumer-factories.orders.version-cap.release=2.8",
			"consumer-factories.orders.version-cap.max-versions.Fetch=11",
			"consumer-factories.orders.version-cap.learn=true",
			"consumer-factories.version-cap.version-cap.profile=kop" })
	void aRuleAsksForIt(String rule) throws Exception {
		assertThat(isInstalled("--holdfast.kafka." + rule)).isTrue();
	}

	@ParameterizedTest
	@ValueSource(strings = { "on-unguarded=warn", "version-cap.learn=false", "version-cap.learn=off",
			"version-cap.learn=${LEARN:false}", "version-cap.learn=", "version-cap.max-versions=",
			"version-cap.apply-to=all", "version-cap.on-install-failure=warn",
			"consumer-factories.orders.version-cap.learn=false",
			"consumer-factories.version-cap-release.enabled=true" })
	void nothingElseDoes(String property) throws Exception {
		assertThat(isInstalled("--holdfast.kafka." + property)).isFalse();
	}

	@Test
	void withoutAnyPropertyNothingIsInstalledAndNoProtocolIsLoaded() throws Exception {
		try (OwnKafkaClientsLoader loader = new OwnKafkaClientsLoader(classPath, true)) {
			run(loader, new StandardEnvironment());

			assertThat(loader.isInstalled()).isFalse();
			assertThat(loader.hasLoaded("org.apache.kafka.common.protocol.ApiKeys")).isFalse();
		}
	}

	@ParameterizedTest
	@CsvSource({ "false, false", "off, false", "true, true", "maybe, true" })
	void isNotInstalledWhereHoldfastIsOff(String enabled, boolean installed) throws Exception {
		assertThat(isInstalled("--holdfast.kafka.enabled=" + enabled, "--holdfast.kafka.version-cap.release=2.8"))
			.isEqualTo(installed);
	}

	@ParameterizedTest
	@CsvSource({ "HOLDFAST_KAFKA_VERSIONCAP_RELEASE, 2.8", "HOLDFAST_KAFKA_VERSION_CAP_RELEASE, 2.8",
			"HOLDFAST_KAFKA_VERSIONCAP_MAXVERSIONS_OFFSETFORLEADEREPOCH, -1", "HOLDFAST_KAFKA_VERSION_CAP_LEARN, true",
			"HOLDFAST_KAFKA_CONSUMERFACTORIES_ORDERS_VERSIONCAP_PROFILE, kop",
			"SPRING_APPLICATION_JSON, '{\"holdfast\": {\"kafka\": {\"version-cap\": {\"min-versions\": {\"1\": 12}}}}}'" })
	void anEnvironmentVariableAsksForIt(String name, String value) throws Exception {
		assertThat(isInstalled(environment(name, value))).isTrue();
	}

	private static ConfigurableEnvironment environment(String variable, String value) {
		StandardEnvironment environment = new StandardEnvironment();
		environment.getPropertySources()
			.replace(ENVIRONMENT, new SystemEnvironmentPropertySource(ENVIRONMENT, Map.of(variable, value)));
		return environment;
	}

	@ParameterizedTest
	@CsvSource({ "application.yml, ''", "application-prod.yml, --spring.profiles.active=prod",
			"more/rules.yml, '--spring.config.import=classpath:more/rules.yml'" })
	void aFileAsksForIt(String file, String argument) throws Exception {
		Path path = classPath.resolve(file);
		Files.createDirectories(path.getParent());
		Files.writeString(path, """
				holdfast.kafka:
				  version-cap:
				    max-versions:
				      OffsetForLeaderEpoch: -1
				""");

		assertThat(isInstalled(argument)).isTrue();
	}

	@ParameterizedTest
	@CsvSource({ "version-cap.learn, false, false", "version-cap.learn, true, true", "enabled, false, false",
			"version-cap.release, 2.8, true" })
	void whatIsSetOnTopOfAFileCounts(String property, String value, boolean installed) throws Exception {
		Files.writeString(classPath.resolve("application.yml"), """
				holdfast.kafka.version-cap.learn: true
				""");

		assertThat(isInstalled("--holdfast.kafka." + property + "=" + value)).isEqualTo(installed);
	}

	@ParameterizedTest
	@CsvSource({ "version-cap.release, 2.8, true", "version-cap.max-versions.offset-for-leader-epoch, -1, true",
			"version-cap.learn, true, true", "version-cap.learn, false, false", "version-cap.apply-to, all, false" })
	void aSourceThatCannotBeListedIsAskedForWhatIsForAll(String property, String value, boolean installed)
			throws Exception {
		StandardEnvironment environment = new StandardEnvironment();
		environment.getPropertySources().addFirst(new PropertySource<>("vault") {

			@Override
			public Object getProperty(String name) {
				return name.equals("holdfast.kafka." + property) ? value : null;
			}

		});

		assertThat(isInstalled(environment)).isEqualTo(installed);
	}

	@ParameterizedTest
	@CsvSource({ "HOLDFAST_KAFKA_VERSIONCAP_ONINSTALLFAILURE, warn",
			"HOLDFAST_KAFKA_VERSION_CAP_ON_INSTALL_FAILURE, WARN",
			"HOLDFAST_KAFKA_VERSIONCAP_ON_INSTALL_FAILURE, ${TOLERANCE:warn}" })
	void tooLateIsToleratedInAllForms(String name, String value) throws Exception {
		try (OwnKafkaClientsLoader loader = new OwnKafkaClientsLoader(classPath, true)) {
			loader.loadClass("org.apache.kafka.clients.ApiVersions");

			run(loader, environment(name, value), "--holdfast.kafka.version-cap.release=2.8");

			assertThat(loader.isInstalled()).isFalse();
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "--holdfast.kafka.version-cap.release=2.8" })
	void anApplicationWithoutKafkaIsLeftAlone(String argument) throws Exception {
		try (OwnKafkaClientsLoader loader = new OwnKafkaClientsLoader(classPath, false)) {
			assertThatNoException().isThrownBy(() -> run(loader, new StandardEnvironment(), argument));
		}
	}

	private boolean isInstalled(String... arguments) throws Exception {
		return isInstalled(new StandardEnvironment(), arguments);
	}

	private boolean isInstalled(ConfigurableEnvironment environment, String... arguments) throws Exception {
		try (OwnKafkaClientsLoader loader = new OwnKafkaClientsLoader(classPath, true)) {
			run(loader, environment, arguments);
			return loader.isInstalled();
		}
	}

	private static void run(ClassLoader loader, ConfigurableEnvironment environment, String... arguments) {
		SpringApplication application = new SpringApplication(new DefaultResourceLoader(loader), NoBeans.class);
		application.setWebApplicationType(WebApplicationType.NONE);
		application.setEnvironment(environment);
		application.setLogStartupInfo(false);
		application.setBannerMode(Banner.Mode.OFF);
		application.run(arguments).close();
	}

	@Configuration(proxyBeanMethods = false)
	static class NoBeans {

	}

}
