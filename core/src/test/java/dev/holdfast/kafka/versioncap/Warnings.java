/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.versioncap;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.read.ListAppender;
import org.slf4j.LoggerFactory;

/**
 * What consumers and their guards log as a warning or worse, instead of on the console.
 * What brokers and producers have to say about their own affairs is left out.
 */
public final class Warnings implements AutoCloseable {

	private final Logger root = ((LoggerContext) LoggerFactory.getILoggerFactory())
		.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);

	private final Level levelBefore = root.getLevel();

	private final List<Appender<ILoggingEvent>> before = new ArrayList<>();

	private final ListAppender<ILoggingEvent> appender = new ListAppender<>();

	private Warnings() {
		root.iteratorForAppenders().forEachRemaining(before::add);
		before.forEach(root::detachAppender);
		appender.list = new CopyOnWriteArrayList<>();
		appender.start();
		root.addAppender(appender);
		root.setLevel(Level.WARN);
	}

	public static Warnings capture() {
		return new Warnings();
	}

	/**
	 * How often each message was logged, the numbers in it aside.
	 */
	Map<String, Long> counts() {
		return messages().stream()
			.map((message) -> message.replaceAll("\\d+", "0"))
			.collect(Collectors.groupingBy((message) -> message, Collectors.counting()));
	}

	public List<String> messages() {
		return List.copyOf(appender.list)
			.stream()
			// A logger below the root may have a lower level of its own.
			.filter((event) -> event.getLevel().isGreaterOrEqual(Level.WARN))
			.filter((event) -> isOfConsumer(event.getLoggerName(), event.getFormattedMessage()))
			.map(ILoggingEvent::getFormattedMessage)
			.toList();
	}

	private static boolean isOfConsumer(String logger, String message) {
		if (logger.startsWith("org.apache.kafka.clients") || logger.startsWith("org.apache.kafka.common")) {
			// Brokers are clients of each other. Each but its static methods tells who
			// it is.
			return message.startsWith("[Consumer ") || !message.startsWith("[");
		}
		return logger.startsWith("dev.holdfast");
	}

	@Override
	public void close() {
		root.setLevel(levelBefore);
		root.detachAppender(appender);
		before.forEach(root::addAppender);
		appender.stop();
	}

}
