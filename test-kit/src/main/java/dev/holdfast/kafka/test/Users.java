/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.test;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

/**
 * The users of a secured {@link KafkaCluster}: what their clients need to log in, and
 * what they may do. Every method waits until its effect is there on all running brokers.
 * Thread-safe.
 */
public final class Users {

	private static final int SCRAM_ITERATIONS = 4096;

	private final Brokers brokers;

	private final Admin admin;

	private final String bootstrapServers;

	private final Secured secured;

	Users(Brokers brokers, Admin admin, String bootstrapServers, Secured secured) {
		this.brokers = brokers;
		this.admin = admin;
		this.bootstrapServers = bootstrapServers;
		this.secured = secured;
		if (secured.security().login() == Security.Login.SCRAM) {
			secured.security().passwords().forEach(this::password);
		}
	}

	/**
	 * Return what a client of a user needs: the wire's bootstrap servers, and the
	 * settings to log in with the user's current password or certificate.
	 * @param user the user; any name if users have neither a password nor a certificate
	 * @return the configuration, modifiable
	 * @throws IllegalArgumentException if there is no such user
	 */
	public Map<String, Object> configuration(String user) {
		Map<String, Object> configuration = this.secured.clientConfiguration(user);
		configuration.put("bootstrap.servers", this.bootstrapServers);
		return configuration;
	}

	/**
	 * Change the password of a user. Connections that are open stay open.
	 * @param user the user
	 * @param password the new password
	 * @throws IllegalArgumentException if there is no such user
	 */
	public void password(String user, String password) {
		this.secured.password(user, password);
		if (this.secured.security().login() == Security.Login.SCRAM) {
			ScramCredentialInfo credential = new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, SCRAM_ITERATIONS);
			Await.result("password of " + user,
					this.admin
						.alterUserScramCredentials(
								List.of(new UserScramCredentialUpsertion(user, credential, password)))
						.all());
			for (String broker : this.bootstrapServers.split(",")) {
				Await.until("password of " + user + " at " + broker, () -> canLogIn(user, broker));
			}
		}
	}

	private boolean canLogIn(String user, String broker) {
		Map<String, Object> configuration = new HashMap<>(this.secured.clientConfiguration(user));
		configuration.put("bootstrap.servers", broker);
		configuration.put("client.id", "holdfast-cluster-users");
		try (Admin client = Admin.create(configuration)) {
			Await.result("login of " + user, client.describeCluster().clusterId());
			return true;
		}
		catch (SaslAuthenticationException ex) {
			return false;
		}
	}

	/**
	 * Grant rights to a user.
	 * @param user the user
	 * @param type what the rights are about
	 * @param name its name
	 * @param operations what the user may do
	 */
	public void grant(String user, ResourceType type, String name, AclOperation... operations) {
		List<AclBinding> bindings = bindings(user, type, name, operations);
		Await.result("rights of " + user, this.admin.createAcls(bindings).all());
		for (AclBinding binding : bindings) {
			this.brokers.awaitAcl(binding, true);
		}
	}

	/**
	 * Take rights away that were granted.
	 * @param user the user
	 * @param type what the rights are about
	 * @param name its name
	 * @param operations what the user may not do any more
	 */
	public void revoke(String user, ResourceType type, String name, AclOperation... operations) {
		List<AclBinding> bindings = bindings(user, type, name, operations);
		Await.result("rights of " + user,
				this.admin.deleteAcls(bindings.stream().map(AclBinding::toFilter).toList()).all());
		for (AclBinding binding : bindings) {
			this.brokers.awaitAcl(binding, false);
		}
	}

	private static List<AclBinding> bindings(String user, ResourceType type, String name, AclOperation... operations) {
		ResourcePattern resource = new ResourcePattern(type, name, PatternType.LITERAL);
		return Arrays.stream(operations)
			.map((operation) -> new AclBinding(resource,
					new AccessControlEntry("User:" + user, "*", operation, AclPermissionType.ALLOW)))
			.toList();
	}

}
