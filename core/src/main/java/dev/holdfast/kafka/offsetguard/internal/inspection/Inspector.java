/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.inspection;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import dev.holdfast.kafka.offsetguard.internal.admin.HelperClients;
import dev.holdfast.kafka.offsetguard.internal.client.ClientConfiguration;
import dev.holdfast.kafka.offsetguard.internal.cluster.ClientCluster;
import dev.holdfast.kafka.offsetguard.internal.lookup.Topics;
import dev.holdfast.kafka.offsetguard.internal.ruling.ActionChooser;
import dev.holdfast.kafka.offsetguard.internal.time.GuardClock;
import dev.holdfast.kafka.offsetguard.policy.Action;
import dev.holdfast.kafka.versioncap.ClientCap;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens an inspection when there is something to inspect, and always closes it: no
 * thread, no connection and no meter is left of it.
 */
public final class Inspector {

	private static final Logger logger = LoggerFactory.getLogger(Inspector.class);

	/** The share of an inspection's time; mostly the client knows without asking. */
	private static final int ENDPOINTS_SHARE = 4;

	private final ClientConfiguration configuration;

	private final ClientCluster cluster;

	private final ActionChooser chooser;

	private final ClientCap cap;

	private final HelperClients clients;

	private final InspectionService service;

	private final GuardClock clock;

	/** The running inspection, for {@link #wakeup()} from another thread. */
	private volatile @Nullable Inspection running;

	/** Set until it has ended an inspection, or {@link #forgetWakeup()}. */
	private volatile boolean wokenUp;

	public Inspector(ClientConfiguration configuration, ClientCluster cluster, ActionChooser chooser, ClientCap cap,
			HelperClients clients, InspectionService service, GuardClock clock) {
		this.configuration = configuration;
		this.cluster = cluster;
		this.chooser = chooser;
		this.cap = cap;
		this.clients = clients;
		this.service = service;
		this.clock = clock;
	}

	/**
	 * Gathers evidence, for the given time at most.
	 * @return the findings about each suspect; they are empty if the guard could not open
	 * an inspection
	 * @throws WakeupException if {@link #wakeup()} was called meanwhile
	 */
	public List<Findings> inspect(List<Suspect> suspects, Duration timeout) {
		try (Inspection inspection = open(suspects, timeout)) {
			running = inspection;
			if (wokenUp) {
				throw new WakeupException();
			}
			return List.copyOf(inspection.inspect(suspects, (topic) -> chooser.mayChoose(topic, Action.TIMESTAMP)));
		}
		catch (WakeupException ex) {
			wokenUp = false;
			throw ex;
		}
		catch (InterruptException ex) {
			throw ex;
		}
		catch (KafkaException ex) {
			logger.warn("Could not inspect {} partition(s): {}", suspects.size(), ex.toString());
			return suspects.stream().map(Findings::new).toList();
		}
		finally {
			running = null;
		}
	}

	/**
	 * Begins to gather evidence beside the poll. Asks the client, without waiting, for
	 * the brokers that it uses.
	 * @param timeout for how long at most, from when a thread is free
	 * @param occasion what the evidence is for
	 */
	public Look begin(List<Suspect> suspects, Duration timeout, Look.Occasion occasion) {
		Set<String> topics = Topics.names(suspects.stream().map(Suspect::partition).toList());
		Set<String> endpoints = cluster.endpoints(topics, Duration.ZERO);
		Set<String> timestampTopics = new HashSet<>(topics);
		timestampTopics.removeIf((topic) -> !occasion.isAnyActionOpen() && !chooser.mayChoose(topic, Action.TIMESTAMP));
		Look look = new Look(suspects, clock);
		service.begin(
				() -> look.make(() -> new Inspection(configuration, endpoints, timeout, cap, clients, clock),
						(inspection) -> List.copyOf(inspection.inspect(suspects, timestampTopics::contains))),
				occasion.isWaitedFor());
		return look;
	}

	private Inspection open(List<Suspect> suspects, Duration timeout) {
		Set<String> topics = Topics.names(suspects.stream().map(Suspect::partition).toList());
		return new Inspection(configuration, cluster.endpoints(topics, timeout.dividedBy(ENDPOINTS_SHARE)), timeout,
				cap, clients, clock);
	}

	/**
	 * Forgets a wakeup, which has reached the application another way.
	 */
	public void forgetWakeup() {
		wokenUp = false;
	}

	/**
	 * Ends a running inspection soon. Thread-safe.
	 */
	public void wakeup() {
		wokenUp = true;
		Inspection inspection = running;
		if (inspection != null) {
			inspection.abort();
		}
	}

}
