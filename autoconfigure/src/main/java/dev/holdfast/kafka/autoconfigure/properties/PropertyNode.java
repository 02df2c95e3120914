/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure.properties;

import java.lang.reflect.RecordComponent;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

import dev.holdfast.kafka.versioncap.rules.KafkaApi;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.bind.DataObjectPropertyName;
import org.springframework.core.ResolvableType;
import org.springframework.util.Assert;

/**
 * A place in the tree of known properties, derived from the type that Spring binds there.
 */
public sealed interface PropertyNode {

	/**
	 * A single value.
	 *
	 * @param type what the value is converted to
	 */
	record Value(Class<?> type) implements PropertyNode {
	}

	/**
	 * Properties of known names.
	 *
	 * @param members the properties by their names with dashes
	 */
	record Group(Map<String, PropertyNode> members) implements PropertyNode {
	}

	/**
	 * Entries whose keys are the ids of an enum's constants.
	 *
	 * @param keys the ids
	 * @param value what stands below each
	 */
	record Choice(List<String> keys, PropertyNode value) implements PropertyNode {
	}

	/**
	 * Entries whose keys are names or numbers of Kafka's APIs.
	 *
	 * @param value what stands below each
	 */
	record ByApi(PropertyNode value) implements PropertyNode {

		/**
		 * An API's one name in properties.
		 * @param api the API
		 * @return the name with dashes
		 */
		public static String key(KafkaApi api) {
			return api.name().replaceAll("([a-z0-9])([A-Z])", "$1-$2").toLowerCase(Locale.ROOT);
		}

		/**
		 * The names of all APIs in properties.
		 * @return the names with dashes
		 */
		public static List<String> keys() {
			return KafkaApi.all().stream().map(ByApi::key).toList();
		}

		/**
		 * An API's one name in properties.
		 * @param elements the API's name in any spelling, in pieces
		 * @return the name with dashes, {@code null} if there is no such API
		 */
		public static @Nullable String key(List<String> elements) {
			try {
				return key(KafkaApi.of(String.join("", elements)));
			}
			catch (IllegalArgumentException ex) {
				return null;
			}
		}

	}

	/**
	 * Entries whose keys are names of consumer factories.
	 *
	 * @param value what stands below each
	 */
	record ByFactory(PropertyNode value) implements PropertyNode {
	}

	/**
	 * A list.
	 *
	 * @param element what each element is
	 */
	record Elements(PropertyNode element) implements PropertyNode {
	}

	/**
	 * What can stand in properties that are bound to a type.
	 * @param type the type
	 * @return the node for it, and those below it
	 */
	static PropertyNode of(Class<?> type) {
		return of(ResolvableType.forClass(type));
	}

	private static PropertyNode of(ResolvableType type) {
		Class<?> resolved = type.resolve(Object.class);
		if (resolved.isRecord()) {
			Map<String, PropertyNode> members = new LinkedHashMap<>();
			for (RecordComponent component : resolved.getRecordComponents()) {
				members.put(DataObjectPropertyName.toDashedForm(component.getName()),
						of(ResolvableType.forType(component.getGenericType())));
			}
			return new Group(members);
		}
		if (resolved == Map.class) {
			Class<?> keyType = type.getGeneric(0).resolve(Object.class);
			PropertyNode value = of(type.getGeneric(1));
			if (keyType == KafkaApi.class) {
				return new ByApi(value);
			}
			return keyType.isEnum() ? new Choice(ids(keyType), value) : new ByFactory(value);
		}
		return (resolved == List.class) ? new Elements(of(type.getGeneric(0))) : new Value(resolved);
	}

	/**
	 * How properties spell the constants of an enum.
	 * @param enumType the enum
	 * @return a name with dashes for each
	 */
	static List<String> ids(Class<?> enumType) {
		Object[] constants = enumType.getEnumConstants();
		Assert.state(constants != null, () -> enumType + " is no enum");
		return Stream.of(constants)
			.map((constant) -> ((Enum<?>) constant).name().toLowerCase(Locale.ROOT).replace('_', '-'))
			.toList();
	}

	/**
	 * What two spellings of a name have in common: its letters and digits in lower case.
	 * @param name a name in any spelling
	 * @return the letters and digits
	 */
	static String uniform(String name) {
		StringBuilder result = new StringBuilder(name.length());
		name.chars().filter(Character::isLetterOrDigit).map(Character::toLowerCase).forEach(result::appendCodePoint);
		return result.toString();
	}

	/**
	 * The same, of a name in pieces.
	 * @param elements the pieces
	 * @return the letters and digits
	 */
	static String uniform(List<String> elements) {
		return uniform(String.join("", elements));
	}

}
