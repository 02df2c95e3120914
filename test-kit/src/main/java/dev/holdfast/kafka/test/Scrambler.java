/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.test;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Random;
import java.util.Set;

import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.protocol.Message;
import org.jspecify.annotations.Nullable;

/**
 * Puts values at random into a parsed answer: the client can read it, and has no reason
 * to believe it. Leaves records and addresses as they are, and how long a client is to
 * wait.
 */
final class Scrambler {

	/**
	 * A client that goes to another address leaves the wire. And the last two are no
	 * values: they link the elements of Kafka's own collections, which have no end any
	 * more if they are changed.
	 */
	private static final Set<String> KEPT = Set.of("Host", "Port", "NodeId", "ThrottleTimeMs", "Records", "Next",
			"Prev");

	private static final int MOST_CHANGES = 3;

	private final Random random;

	private final List<Slot> slots = new ArrayList<>();

	private Scrambler(Random random) {
		this.random = random;
	}

	/** A value of a message. */
	private record Slot(Object holder, Method setter, Object value) {
	}

	/**
	 * Change one to three values.
	 * @return whether there was anything to change
	 */
	static boolean apply(ApiMessage answer, Random random) {
		synchronized (random) {
			return new Scrambler(random).apply(answer);
		}
	}

	private boolean apply(ApiMessage answer) {
		collect(answer);
		if (this.slots.isEmpty()) {
			return false;
		}
		int changes = 1 + this.random.nextInt(MOST_CHANGES);
		for (int i = 0; i < changes; i++) {
			change(this.slots.get(this.random.nextInt(this.slots.size())));
		}
		return true;
	}

	private void collect(Object message) {
		for (Method setter : message.getClass().getDeclaredMethods()) {
			String name = setter.getName().startsWith("set") ? setter.getName().substring(3) : "";
			if (setter.getParameterCount() != 1 || name.isEmpty() || KEPT.contains(name)) {
				continue;
			}
			Object value = invoke(message, getter(message, name));
			if (value != null) {
				this.slots.add(new Slot(message, setter, value));
			}
			if (value instanceof Collection<?> elements) {
				elements.stream().filter(Message.class::isInstance).forEach(this::collect);
			}
		}
	}

	private static Method getter(Object message, String name) {
		try {
			return message.getClass().getMethod(Character.toLowerCase(name.charAt(0)) + name.substring(1));
		}
		catch (NoSuchMethodException ex) {
			throw new IllegalStateException("No getter for " + name, ex);
		}
	}

	private void change(Slot slot) {
		if (slot.value() instanceof List<?> list && !(slot.value() instanceof Message)) {
			change(list);
			return;
		}
		Object other = other(slot);
		if (other != null) {
			invoke(slot.holder(), slot.setter(), other);
		}
	}

	/**
	 * Repeats an element, or takes all away.
	 */
	@SuppressWarnings("unchecked")
	private <T> void change(List<T> list) {
		if (list.isEmpty() || this.random.nextBoolean()) {
			list.clear();
		}
		else {
			Object element = list.get(this.random.nextInt(list.size()));
			list.add((element instanceof Message message) ? (T) message.duplicate() : (T) element);
		}
	}

	private @Nullable Object other(Slot slot) {
		Object value = slot.value();
		if (value instanceof Short number) {
			return slot.setter().getName().equals("setErrorCode") ? error() : Short.valueOf((short) near(number));
		}
		if (value instanceof Integer number) {
			return (int) near(number);
		}
		if (value instanceof Long number) {
			return near(number);
		}
		if (value instanceof Boolean flag) {
			return !flag;
		}
		if (value instanceof Uuid) {
			return this.random.nextBoolean() ? Uuid.ZERO_UUID
					: new Uuid(this.random.nextLong(), this.random.nextLong());
		}
		return (value instanceof String) ? "scrambled-" + this.random.nextInt(10) : null;
	}

	private short error() {
		Errors[] errors = Errors.values();
		return errors[this.random.nextInt(errors.length)].code();
	}

	/** What an implementation gets wrong, and what nobody would. */
	private long near(long number) {
		return switch (this.random.nextInt(8)) {
			case 0 -> -1;
			case 1 -> 0;
			case 2 -> number + 1;
			case 3 -> Math.max(0, number - 1);
			case 4 -> number / 2;
			case 5 -> number * 2;
			case 6 -> Integer.MAX_VALUE;
			default -> this.random.nextInt(1000);
		};
	}

	private static @Nullable Object invoke(Object holder, Method method, Object... values) {
		try {
			return method.invoke(holder, values);
		}
		catch (IllegalAccessException | InvocationTargetException ex) {
			throw new IllegalStateException("Cannot call " + method, ex);
		}
	}

}
