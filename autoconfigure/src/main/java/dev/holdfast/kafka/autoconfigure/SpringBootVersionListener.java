/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure;

import dev.holdfast.kafka.autoconfigure.properties.HoldfastProperties;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.SpringBootVersion;
import org.springframework.boot.context.event.ApplicationEnvironmentPreparedEvent;
import org.springframework.boot.context.logging.LoggingApplicationListener;
import org.springframework.context.ApplicationListener;
import org.springframework.core.Ordered;

/**
 * Fails the start on Spring Boot 3, before a class is missing there whose name tells
 * nobody what is wrong. It uses nothing that Spring Boot 3 does not have.
 */
final class SpringBootVersionListener implements ApplicationListener<ApplicationEnvironmentPreparedEvent>, Ordered {

	private static final int OLDEST = 4;

	/**
	 * After the configuration files, and before anything else of Holdfast.
	 */
	@Override
	public int getOrder() {
		return LoggingApplicationListener.DEFAULT_ORDER - 2;
	}

	@Override
	public void onApplicationEvent(ApplicationEnvironmentPreparedEvent event) {
		String enabled = event.getEnvironment().getProperty(HoldfastProperties.PREFIX + ".enabled", "true");
		String version = SpringBootVersion.getVersion();
		if (!enabled.trim().equalsIgnoreCase("false") && isTooOld(version)) {
			throw new UnsupportedSpringBootException(version);
		}
	}

	static boolean isTooOld(@Nullable String version) {
		return version != null && version.matches("\\d+\\..*")
				&& Integer.parseInt(version.substring(0, version.indexOf('.'))) < OLDEST;
	}

}
