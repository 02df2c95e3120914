/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.test;

import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

import javax.security.auth.callback.Callback;
import javax.security.auth.callback.NameCallback;
import javax.security.auth.login.AppConfigurationEntry;

import org.apache.kafka.common.security.auth.AuthenticateCallbackHandler;
import org.apache.kafka.common.security.plain.PlainAuthenticateCallback;

/**
 * Tells brokers the passwords for SASL/PLAIN. Kafka's own handler has them in the
 * broker's configuration, where a test cannot change them.
 */
public final class PlainPasswords implements AuthenticateCallbackHandler {

	/** The name of the option that says whose passwords they are. */
	static final String ID = "passwords";

	private static final Map<String, Map<String, String>> ALL = new ConcurrentHashMap<>();

	private Map<String, String> passwords = Map.of();

	/**
	 * Create a handler; for Kafka, which then configures it.
	 */
	public PlainPasswords() {
	}

	/**
	 * Let handlers find passwords.
	 * @return the id for their option
	 */
	static String register(Map<String, String> passwords) {
		String id = UUID.randomUUID().toString();
		ALL.put(id, passwords);
		return id;
	}

	static void forget(String id) {
		ALL.remove(id);
	}

	@Override
	public void configure(Map<String, ?> configs, String mechanism, List<AppConfigurationEntry> entries) {
		Object id = entries.get(0).getOptions().get(ID);
		this.passwords = ALL.getOrDefault(String.valueOf(id), Map.of());
	}

	@Override
	public void handle(Callback[] callbacks) {
		String user = "";
		for (Callback callback : callbacks) {
			if (callback instanceof NameCallback name) {
				user = name.getDefaultName();
			}
			else if (callback instanceof PlainAuthenticateCallback password) {
				String expected = this.passwords.get(user);
				password.authenticated(expected != null && expected.equals(new String(password.password())));
			}
		}
	}

	@Override
	public void close() {
	}

}
