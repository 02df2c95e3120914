/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure;

import dev.holdfast.kafka.versioncap.VersionCapInstaller;
import org.apache.kafka.clients.ClientDnsLookup;

import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * For a JVM of its own with Spring Boot's devtools: an application that asks, is
 * restarted once, asks again, and ends.
 */
final class RestartingApplication {

	private RestartingApplication() {
	}

	public static void main(String[] arguments) throws ReflectiveOperationException {
		ConfigurableApplicationContext context = SpringApplication.run(AskingApplication.class, arguments);
		AskingApplication.ask(context);
		System.out.printf("Holdfast in %s, kafka-clients in %s%n", loader(VersionCapInstaller.class),
				loader(ClientDnsLookup.class));
		// This class is another one in the next run.
		if (System.setProperty("restarted", "true") == null) {
			Class<?> restarter = Class.forName("org.springframework.boot.devtools.restart.Restarter");
			restarter.getMethod("restart").invoke(restarter.getMethod("getInstance").invoke(null));
		}
		else {
			System.exit(0);
		}
	}

	private static String loader(Class<?> type) {
		return type.getClassLoader().getClass().getSimpleName();
	}

}
