/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.test;

import java.io.IOException;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import org.apache.kafka.metadata.authorizer.StandardAuthorizer;
import org.jspecify.annotations.Nullable;

/**
 * The {@link Security} of one cluster with all that it needs: passwords, certificates,
 * and properties of brokers and clients.
 */
final class Secured implements AutoCloseable {

	/** For clients. */
	static final String LISTENER = "SECURED";

	/** For brokers among each other, and for the cluster's own clients. */
	static final String CLEAR_LISTENER = "CLEAR";

	private final Security security;

	private final Map<String, String> passwords;

	private final String id;

	private final @Nullable Certificates certificates;

	private Secured(Security security, @Nullable Certificates certificates) {
		this.security = security;
		this.certificates = certificates;
		this.passwords = new ConcurrentHashMap<>(security.passwords());
		this.id = PlainPasswords.register(this.passwords);
	}

	static Secured of(Security security) {
		try {
			return new Secured(security, security.isEncrypted() ? Certificates.of(security) : null);
		}
		catch (IOException ex) {
			throw new IllegalStateException("No certificates could be made", ex);
		}
	}

	Security security() {
		return this.security;
	}

	@Nullable WireTls wireTls() {
		if (this.certificates == null) {
			return null;
		}
		return new WireTls(this.certificates, this.security);
	}

	void password(String user, String password) {
		if (!this.security.login().withPassword() || this.passwords.replace(user, password) == null) {
			throw new IllegalArgumentException("No user with a password: " + user);
		}
	}

	/**
	 * Properties of all nodes.
	 */
	Map<String, String> properties() {
		Map<String, String> properties = new HashMap<>();
		properties.put("listener.security.protocol.map", "CONTROLLER:PLAINTEXT,EXTERNAL:PLAINTEXT,%s:PLAINTEXT,%s:%s"
			.formatted(CLEAR_LISTENER, LISTENER, this.security.protocol()));
		if (this.security.hasAcls()) {
			properties.put("authorizer.class.name", StandardAuthorizer.class.getName());
			properties.put("super.users", "User:ANONYMOUS");
		}
		return properties;
	}

	/**
	 * Properties of brokers only.
	 * @param clearPort where the broker listens for brokers
	 * @param port where the broker listens for clients
	 */
	Map<String, String> brokerProperties(int clearPort, int port) {
		Map<String, String> properties = new HashMap<>();
		properties.put("listeners",
				"%s://localhost:%d,%s://localhost:%d".formatted(CLEAR_LISTENER, clearPort, LISTENER, port));
		properties.put("inter.broker.listener.name", CLEAR_LISTENER);
		String mechanism = this.security.login().mechanism();
		if (!mechanism.isEmpty()) {
			listener(properties, "sasl.enabled.mechanisms", mechanism);
			listener(properties, mechanism.toLowerCase(Locale.ROOT) + ".sasl.jaas.config", serverJaas());
		}
		if (this.security.login() == Security.Login.PLAIN) {
			listener(properties, "plain.sasl.server.callback.handler.class", PlainPasswords.class.getName());
		}
		if (this.certificates != null) {
			this.certificates.keyStore(Certificates.BROKER).forEach((name, value) -> listener(properties, name, value));
			this.certificates.trustStore().forEach((name, value) -> listener(properties, name, value));
			listener(properties, "ssl.client.auth",
					(this.security.login() == Security.Login.CERTIFICATE) ? "required" : "none");
			listener(properties, "ssl.principal.mapping.rules", "RULE:^CN=(.*)$/$1/");
		}
		return properties;
	}

	private static void listener(Map<String, String> properties, String name, String value) {
		properties.put("listener.name." + LISTENER.toLowerCase(Locale.ROOT) + "." + name, value);
	}

	private String serverJaas() {
		return switch (this.security.login()) {
			case PLAIN -> "org.apache.kafka.common.security.plain.PlainLoginModule required %s=\"%s\";"
				.formatted(PlainPasswords.ID, this.id);
			case SCRAM -> "org.apache.kafka.common.security.scram.ScramLoginModule required;";
			default -> "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required"
					+ " unsecuredLoginStringClaim_sub=\"broker\";";
		};
	}

	Map<String, Object> clientConfiguration(String user) {
		Map<String, Object> configuration = new HashMap<>();
		configuration.put("security.protocol", this.security.protocol());
		if (!this.security.login().mechanism().isEmpty()) {
			configuration.put("sasl.mechanism", this.security.login().mechanism());
			configuration.put("sasl.jaas.config", clientJaas(user));
		}
		if (this.certificates != null) {
			configuration.putAll(this.certificates.trustStore());
			if (this.security.login() == Security.Login.CERTIFICATE) {
				requireUser(this.security.passwords().get(user), user);
				configuration.putAll(this.certificates.keyStore(user));
			}
		}
		return configuration;
	}

	private String clientJaas(String user) {
		if (this.security.login() == Security.Login.OAUTHBEARER) {
			return ("org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required"
					+ " unsecuredLoginStringClaim_sub=\"%s\" unsecuredLoginLifetimeSeconds=\"%d\";")
				.formatted(user, this.security.tokenLifetime().toSeconds());
		}
		String module = (this.security.login() == Security.Login.PLAIN) ? "plain.PlainLoginModule"
				: "scram.ScramLoginModule";
		return "org.apache.kafka.common.security.%s required username=\"%s\" password=\"%s\";".formatted(module, user,
				requireUser(this.passwords.get(user), user));
	}

	private static String requireUser(@Nullable String found, String user) {
		if (found == null) {
			throw new IllegalArgumentException("No user " + user);
		}
		return found;
	}

	@Override
	public void close() {
		PlainPasswords.forget(this.id);
		if (this.certificates != null) {
			this.certificates.close();
		}
	}

}
