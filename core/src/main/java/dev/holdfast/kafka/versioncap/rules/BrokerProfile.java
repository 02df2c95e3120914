/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.versioncap.rules;

import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.SortedMap;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;

/**
 * What is known of one kind of Kafka-compatible service, and the rules that follow from
 * it. Holdfast never guesses which profile fits: an operator names one. A profile is the
 * resource {@code META-INF/holdfast/profiles/<name>.properties}. Applications add their
 * own by resources of the same form. Its properties:
 * <ul>
 * <li>{@code description}: what kind of service it is; required</li>
 * <li>{@code max-versions.<api>}, {@code min-versions.<api>}: the rules</li>
 * <li>{@code policy.<cause>}: an action in place of the cause's default one</li>
 * <li>{@code note.<number>}: what people should know</li>
 * <li>{@code evidence}, {@code date}: where the profile comes from, and when its authors
 * looked at that; required</li>
 * </ul>
 *
 * @param name the name
 * @param description what kind of service it is
 * @param cap the rules
 * @param policy actions by cause, spelled as in properties
 * @param notes what people should know
 * @param evidence where the profile comes from
 * @param date when its authors looked at that
 */
public record BrokerProfile(String name, String description, VersionCap cap, Map<String, String> policy,
		List<String> notes, String evidence, String date) {

	private static final String DIRECTORY = "META-INF/holdfast/profiles/";

	/**
	 * The names of the profiles that Holdfast ships.
	 */
	public static final List<String> SHIPPED = List.of("alibaba-cloud", "automq", "azure-event-hubs", "bufstream",
			"estuary-dekaf", "kafka-3.6-tiered", "kafka-proxy", "kop", "msk-serverless", "redpanda-before-2026-07",
			"streamnative", "warpstream");

	/**
	 * Loads a profile.
	 * @param name its name
	 * @param loader where to look for it
	 * @return the profile
	 * @throws IllegalArgumentException if there is none of this name, or it does not have
	 * that form. The message says what is allowed
	 */
	public static BrokerProfile load(String name, ClassLoader loader) {
		URL resource = name.matches("[A-Za-z0-9._-]+") ? loader.getResource(DIRECTORY + name + ".properties") : null;
		if (resource == null) {
			throw new IllegalArgumentException(
					"There is no broker profile '%s'. Allowed are %s, and what resources %s<name>.properties define"
						.formatted(name, String.join(", ", SHIPPED), DIRECTORY));
		}
		try (Reader reader = new InputStreamReader(resource.openStream(), StandardCharsets.UTF_8)) {
			Properties properties = new Properties();
			properties.load(reader);
			return parse(name, properties);
		}
		catch (IOException ex) {
			throw new UncheckedIOException("The broker profile " + resource + " cannot be read", ex);
		}
		catch (IllegalArgumentException ex) {
			throw new IllegalArgumentException("The broker profile %s: %s".formatted(resource, ex.getMessage()), ex);
		}
	}

	private static BrokerProfile parse(String name, Properties properties) {
		SortedMap<String, String> rest = new TreeMap<>();
		properties.stringPropertyNames().forEach((key) -> rest.put(key, properties.getProperty(key).trim()));
		String description = required(rest.remove("description"), "description");
		String evidence = required(rest.remove("evidence"), "evidence");
		String date = required(rest.remove("date"), "date");
		Map<KafkaApi, Integer> max = versions(take(rest, "max-versions."));
		Map<KafkaApi, Integer> min = versions(take(rest, "min-versions."));
		Map<String, String> policy = take(rest, "policy.");
		List<String> notes = new ArrayList<>(take(rest, "note.").values());
		if (!rest.isEmpty()) {
			throw new IllegalArgumentException(
					"unknown entries %s; allowed are description, max-versions.<api>, ".formatted(rest.keySet())
							+ "min-versions.<api>, policy.<cause>, note.<number>, evidence, date");
		}
		VersionCap cap = VersionCap.of(max, min);
		List<VersionCapCheck.Problem> problems = VersionCapCheck.problems(cap);
		if (!problems.isEmpty()) {
			throw new IllegalArgumentException(problems.toString());
		}
		return new BrokerProfile(name, description, cap, policy, List.copyOf(notes), evidence, date);
	}

	private static String required(@Nullable String value, String key) {
		if (value == null || value.isEmpty()) {
			throw new IllegalArgumentException("'%s' is missing".formatted(key));
		}
		return value;
	}

	private static Map<String, String> take(SortedMap<String, String> entries, String prefix) {
		SortedMap<String, String> taken = new TreeMap<>();
		for (String key : List.copyOf(entries.keySet())) {
			if (key.startsWith(prefix)) {
				taken.put(key.substring(prefix.length()), String.valueOf(entries.remove(key)));
			}
		}
		return Collections.unmodifiableSortedMap(taken);
	}

	private static Map<KafkaApi, Integer> versions(Map<String, String> entries) {
		Map<KafkaApi, Integer> versions = new TreeMap<>();
		entries.forEach((api, version) -> {
			if (!version.matches("-1|\\d{1,4}")) {
				throw new IllegalArgumentException("'%s' is no version of %s".formatted(version, api));
			}
			if (versions.put(KafkaApi.of(api), Integer.valueOf(version)) != null) {
				throw new IllegalArgumentException(
						"'%s' is there twice, in several spellings".formatted(KafkaApi.of(api)));
			}
		});
		return versions;
	}

}
