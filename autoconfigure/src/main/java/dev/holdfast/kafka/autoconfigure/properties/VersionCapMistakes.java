/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure.properties;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import dev.holdfast.kafka.autoconfigure.properties.PropertyNode.ByApi;
import dev.holdfast.kafka.versioncap.rules.KafkaApi;
import dev.holdfast.kafka.versioncap.rules.VersionCap;
import dev.holdfast.kafka.versioncap.rules.VersionCapCheck;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;

/**
 * Finds what is wrong with the properties of the version cap beyond their types.
 */
public final class VersionCapMistakes {

	private static final HoldfastProperties.VersionCap NOTHING = new HoldfastProperties.VersionCap(Map.of(), Map.of(),
			null, null, false, HoldfastProperties.ApplyTo.CONSUMERS, HoldfastProperties.OnInstallFailure.FAIL);

	private final HoldfastProperties properties;

	private final DeclaredProperties declared;

	private final ClassLoader loader;

	private final List<PropertyMistake> mistakes = new ArrayList<>();

	/**
	 * Prepares the search.
	 * @param properties what the properties say
	 * @param declared where they come from
	 * @param loader finds profiles
	 */
	public VersionCapMistakes(HoldfastProperties properties, DeclaredProperties declared, ClassLoader loader) {
		this.properties = properties;
		this.declared = declared;
		this.loader = loader;
	}

	/**
	 * Finds the mistakes.
	 * @return the mistakes, none if all rules make sense
	 */
	public List<PropertyMistake> find() {
		ConfigurationPropertyName root = ConfigurationPropertyName.of(HoldfastProperties.PREFIX);
		HoldfastProperties.VersionCap common = properties.versionCap();
		boolean sound = check(root.append("version-cap"), new HoldfastProperties.ConsumerFactory.VersionCap(
				common.maxVersions(), common.minVersions(), common.release(), common.profile(), common.learn()));
		properties.consumerFactories().forEach((name, factory) -> {
			ConfigurationPropertyName prefix = root.append("consumer-factories").append("[" + name + "]");
			if (check(prefix.append("version-cap"), factory.versionCap()) && sound) {
				checkTogether(prefix.append("version-cap"),
						FactoryRules.of(common, factory.versionCap(), loader).cap());
			}
		});
		return mistakes;
	}

	private boolean check(ConfigurationPropertyName prefix, HoldfastProperties.ConsumerFactory.VersionCap own) {
		int before = mistakes.size();
		checkNames(prefix, own);
		Map<KafkaApi, Integer> max = legal(own.maxVersions(), prefix.append("max-versions"), VersionCap.NEVER);
		Map<KafkaApi, Integer> min = legal(own.minVersions(), prefix.append("min-versions"), 0);
		for (VersionCapCheck.Problem problem : VersionCapCheck.problems(VersionCap.of(max, min))) {
			add(prefix.append(problem.minimum() ? "min-versions" : "max-versions").append(ByApi.key(problem.api())),
					problem.problem(), problem.allowed());
		}
		if (before == mistakes.size()) {
			checkTogether(prefix, FactoryRules.of(NOTHING, own, loader).cap());
		}
		return before == mistakes.size();
	}

	private void checkNames(ConfigurationPropertyName prefix, HoldfastProperties.ConsumerFactory.VersionCap own) {
		String release = own.release();
		if (release != null) {
			try {
				VersionCap.release(release);
			}
			catch (IllegalArgumentException ex) {
				add(prefix.append("release"), ex);
			}
		}
		if (own.profile() != null) {
			try {
				FactoryRules
					.of(NOTHING,
							new HoldfastProperties.ConsumerFactory.VersionCap(Map.of(), Map.of(), null, own.profile(),
									null),
							loader)
					.policy();
			}
			catch (IllegalArgumentException ex) {
				add(prefix.append("profile"), ex);
			}
		}
	}

	/**
	 * Finds rules that contradict each other: a release or a profile can cap an API below
	 * what a broker has to offer.
	 */
	private void checkTogether(ConfigurationPropertyName prefix, VersionCap cap) {
		cap.minVersions().forEach((api, min) -> {
			int max = cap.maxVersion(api).orElse(min);
			if (min > max) {
				add(prefix.append("min-versions").append(ByApi.key(api)),
						"%s has to be offered at %d at least, but is capped at %d".formatted(api, min, max),
						"0 to " + Math.max(0, max));
			}
		});
	}

	private Map<KafkaApi, Integer> legal(Map<KafkaApi, Integer> versions, ConfigurationPropertyName prefix, int least) {
		Map<KafkaApi, Integer> legal = new TreeMap<>();
		versions.forEach((api, version) -> {
			if (version < least) {
				add(prefix.append(ByApi.key(api)), "is less than " + least,
						"%d to %d".formatted(least, api.latestVersion()));
			}
			else {
				legal.put(api, version);
			}
		});
		return legal;
	}

	/**
	 * Splits a message of the core: one sentence has the problem, the next what is
	 * allowed.
	 */
	private void add(ConfigurationPropertyName name, IllegalArgumentException ex) {
		String[] sentences = String.valueOf(ex.getMessage()).split("\\. Allowed are ", 2);
		add(name, sentences[0], (sentences.length > 1) ? sentences[1] : "a profile of the right form");
	}

	private void add(ConfigurationPropertyName name, String problem, String allowed) {
		@Nullable ConfigurationProperty property = declared.getConfigurationProperty(name);
		mistakes
			.add(new PropertyMistake(DeclaredProperties.display(name), (property != null) ? property.getValue() : null,
					(property != null) ? property.getOrigin() : null, problem, allowed));
	}

}
