/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.test;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * What the brokers of a {@link KafkaCluster} demand of clients: how these log in, and
 * whether they need rights. Immutable. The brokers among each other, and the cluster's
 * own clients, keep a listener without any of this. Passwords and certificates are made
 * for tests, and protect nothing.
 */
public final class Security {

	private final Login login;

	private final boolean encrypted;

	private final boolean acls;

	private final boolean brokerExpired;

	private final Duration tokenLifetime;

	private final Map<String, String> passwords;

	private final Set<String> expired;

	private Security(Login login, boolean encrypted, boolean acls, boolean brokerExpired, Duration tokenLifetime,
			Map<String, String> passwords, Set<String> expired) {
		this.login = login;
		this.encrypted = encrypted;
		this.acls = acls;
		this.brokerExpired = brokerExpired;
		this.tokenLifetime = tokenLifetime;
		this.passwords = Map.copyOf(passwords);
		this.expired = Set.copyOf(expired);
	}

	private static Security of(Login login, boolean encrypted) {
		return new Security(login, encrypted, false, false, Duration.ofHours(1), Map.of(), Set.of());
	}

	/**
	 * Demand SASL/PLAIN.
	 * @return the demand, without users
	 */
	public static Security saslPlain() {
		return of(Login.PLAIN, false);
	}

	/**
	 * Demand SASL/SCRAM-SHA-512.
	 * @return the demand, without users
	 */
	public static Security saslScram() {
		return of(Login.SCRAM, false);
	}

	/**
	 * Demand SASL/OAUTHBEARER with unsecured JWTs, which the clients make themselves.
	 * @param tokenLifetime after which time a client needs a new token; whole seconds
	 * @return the demand
	 */
	public static Security saslOauthBearer(Duration tokenLifetime) {
		return new Security(Login.OAUTHBEARER, false, false, false, tokenLifetime, Map.of(), Set.of());
	}

	/**
	 * Encrypt with TLS, and let everybody in.
	 * @return the demand
	 */
	public static Security tls() {
		return of(Login.NONE, true);
	}

	/**
	 * Encrypt with TLS, and demand a certificate of each client.
	 * @return the demand, without users
	 */
	public static Security mutualTls() {
		return of(Login.CERTIFICATE, true);
	}

	/**
	 * Add a user with a password.
	 * @param name the name
	 * @param password the password, which {@link Users#password(String, String)} changes
	 * @return a copy with this user
	 * @throws IllegalStateException if users log in without a password
	 */
	public Security user(String name, String password) {
		if (!this.login.withPassword()) {
			throw new IllegalStateException("Users have no password with " + this.login);
		}
		return with(name, password, false);
	}

	/**
	 * Add a user with a certificate that is valid.
	 * @param name the name, a common name in the certificate
	 * @return a copy with this user
	 * @throws IllegalStateException if users log in without a certificate
	 */
	public Security user(String name) {
		return withCertificate(name, false);
	}

	/**
	 * Add a user whose certificate has expired.
	 * @param name the name, a common name in the certificate
	 * @return a copy with this user
	 * @throws IllegalStateException if users log in without a certificate
	 */
	public Security expiredUser(String name) {
		return withCertificate(name, true);
	}

	/**
	 * Let the certificate that clients see of the brokers be expired.
	 * @return a copy of this kind
	 * @throws IllegalStateException without TLS
	 */
	public Security expiredBrokers() {
		if (!this.encrypted) {
			throw new IllegalStateException("Brokers have no certificate without TLS");
		}
		return new Security(this.login, true, this.acls, true, this.tokenLifetime, this.passwords, this.expired);
	}

	/**
	 * Encrypt with TLS, too.
	 * @return a copy with encryption
	 */
	public Security encrypted() {
		return new Security(this.login, true, this.acls, this.brokerExpired, this.tokenLifetime, this.passwords,
				this.expired);
	}

	/**
	 * Let the brokers' {@code StandardAuthorizer} decide what each user may do: nothing,
	 * until {@link Users#grant} has granted it.
	 * @return a copy with ACLs
	 * @throws IllegalStateException if clients do not log in, and so have no name
	 */
	public Security acls() {
		if (this.login == Login.NONE) {
			throw new IllegalStateException("Clients that do not log in have no name that ACLs could use");
		}
		return new Security(this.login, this.encrypted, true, this.brokerExpired, this.tokenLifetime, this.passwords,
				this.expired);
	}

	private Security withCertificate(String name, boolean isExpired) {
		if (this.login != Login.CERTIFICATE) {
			throw new IllegalStateException("Users have no certificate with " + this.login);
		}
		return with(name, "", isExpired);
	}

	private Security with(String name, String password, boolean isExpired) {
		Map<String, String> users = new LinkedHashMap<>(this.passwords);
		users.put(name, password);
		Set<String> expiredUsers = new LinkedHashSet<>(this.expired);
		if (isExpired) {
			expiredUsers.add(name);
		}
		return new Security(this.login, this.encrypted, this.acls, this.brokerExpired, this.tokenLifetime, users,
				expiredUsers);
	}

	Login login() {
		return this.login;
	}

	boolean isEncrypted() {
		return this.encrypted;
	}

	boolean hasAcls() {
		return this.acls;
	}

	boolean isBrokerExpired() {
		return this.brokerExpired;
	}

	Duration tokenLifetime() {
		return this.tokenLifetime;
	}

	/** Empty ones for users without. */
	Map<String, String> passwords() {
		return this.passwords;
	}

	boolean isExpired(String user) {
		return this.expired.contains(user);
	}

	/** The protocol of the listener, as Kafka calls it. */
	String protocol() {
		if (this.login.mechanism().isEmpty()) {
			return "SSL";
		}
		return this.encrypted ? "SASL_SSL" : "SASL_PLAINTEXT";
	}

	/** How clients say who they are. */
	enum Login {

		PLAIN("PLAIN"), SCRAM("SCRAM-SHA-512"), OAUTHBEARER("OAUTHBEARER"), CERTIFICATE(""), NONE("");

		private final String mechanism;

		Login(String mechanism) {
			this.mechanism = mechanism;
		}

		/** The SASL mechanism, empty without SASL. */
		String mechanism() {
			return this.mechanism;
		}

		boolean withPassword() {
			return this == PLAIN || this == SCRAM;
		}

	}

}
