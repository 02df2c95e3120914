/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.simulation;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

import dev.holdfast.kafka.offsetguard.decision.Decision;
import dev.holdfast.kafka.offsetguard.decision.Resolution;
import dev.holdfast.kafka.offsetguard.internal.admin.HelperClients;
import dev.holdfast.kafka.offsetguard.internal.client.AutoOffsetReset;
import dev.holdfast.kafka.offsetguard.internal.client.ClientConfiguration;
import dev.holdfast.kafka.offsetguard.internal.client.ConsumerConfigurationCapture;
import dev.holdfast.kafka.offsetguard.internal.consumer.GuardContext;
import dev.holdfast.kafka.offsetguard.internal.consumer.GuardedConsumer;
import dev.holdfast.kafka.offsetguard.internal.consumer.PositionGuard;
import dev.holdfast.kafka.offsetguard.internal.incident.Resolutions;
import dev.holdfast.kafka.offsetguard.internal.inspection.InspectionService;
import dev.holdfast.kafka.offsetguard.policy.Action;
import dev.holdfast.kafka.offsetguard.policy.OffsetGuardSettings;
import dev.holdfast.kafka.offsetguard.policy.OffsetPolicy;
import dev.holdfast.kafka.versioncap.ClientCap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.ClusterResource;
import org.apache.kafka.common.TopicPartition;

/**
 * A process in which guarded consumers live: its guard remembers from one to the next.
 */
final class Process {

	static final String GROUP = "group";

	private final SimulatedTime time;

	private final ClusterName name;

	private final Script script;

	private final GuardContext context;

	private PositionGuard<String, String> guard;

	private ModelClient client;

	private Consumer<String, String> consumer;

	/** The time that looks into logs have taken, in nanoseconds. */
	private long looked;

	private int looking;

	Process(SimulatedTime time, ClusterName name, Script script, java.util.function.Consumer<Decision> decisions) {
		this.time = time;
		this.name = name;
		this.script = script;
		OffsetGuardSettings defaults = OffsetGuardSettings.defaults();
		OffsetGuardSettings settings = new OffsetGuardSettings(
				new OffsetPolicy(script.policy(), script.options().limits(), List.of()),
				mode(script.options().observing()), defaults.commits(), defaults.timing());
		this.context = GuardContext.of(settings, null, List.of(decisions::accept), ClientCap.none(), helpers(),
				new InspectionService(this::look), time);
	}

	private static OffsetGuardSettings.Mode mode(boolean isObserving) {
		return isObserving ? OffsetGuardSettings.Mode.OBSERVE : OffsetGuardSettings.Mode.ENFORCE;
	}

	void switchTo(boolean isObserving) {
		context.mode().set(mode(isObserving));
	}

	boolean isObserving() {
		return context.mode().get() == OffsetGuardSettings.Mode.OBSERVE;
	}

	private void look(Runnable look) {
		time.after(script.lookDelay(), () -> {
			long begin = time.nanos();
			looking++;
			look.run();
			if (--looking == 0) {
				looked += time.nanos() - begin;
			}
		});
	}

	private HelperClients helpers() {
		return new HelperClients() {

			@Override
			public Admin admin(Map<String, Object> configuration) {
				return ModelAdmin.of(name.at(configuration.get("bootstrap.servers")));
			}

			@Override
			public Consumer<byte[], byte[]> inspector(Map<String, Object> configuration) {
				long requestTimeout = ((Number) configuration.get("request.timeout.ms")).longValue();
				long apiTimeout = ((Number) configuration.get("default.api.timeout.ms")).longValue();
				ClientSettings settings = new ClientSettings(null, ClientSettings.Protocol.EAGER, "none", false,
						Integer.MAX_VALUE, requestTimeout, apiTimeout, true);
				return new ModelConsumer<>(client(name.at(configuration.get("bootstrap.servers")), settings,
						new ConsumerConfigurationCapture(), (offsets) -> {
						}), String::getBytes);
			}

		};
	}

	private ModelClient client(ModelCluster cluster, ClientSettings settings, ConsumerConfigurationCapture capture,
			java.util.function.Consumer<Map<TopicPartition, org.apache.kafka.clients.consumer.OffsetAndMetadata>> commits) {
		return new ModelClient(time, name, cluster, settings, (id) -> capture.onUpdate(new ClusterResource(id)),
				commits);
	}

	static ClientSettings settings(Script script) {
		return new ClientSettings(GROUP, script.protocol(), script.reset(), script.autoCommit(), 50, 30_000, 60_000,
				false);
	}

	/**
	 * A consumer without a guard.
	 */
	Consumer<String, String> plain() {
		client = client(name.now(), settings(script), new ConsumerConfigurationCapture(), (offsets) -> {
		});
		consumer = new ModelConsumer<>(client, Function.identity());
		return consumer;
	}

	Consumer<String, String> guarded() {
		ConsumerConfigurationCapture capture = new ConsumerConfigurationCapture();
		client = client(name.now(), settings(script).withReset("none"), capture, capture::onCommit);
		Map<String, Object> values = new HashMap<>();
		values.put("bootstrap.servers", List.of(ClusterName.ADDRESS));
		values.put("group.id", GROUP);
		values.put("client.id", "client");
		values.put("enable.auto.commit", script.autoCommit());
		values.put("auto.offset.reset", "none");
		values.put("group.protocol", settings(script).isAsync() ? "consumer" : "classic");
		values.put("key.deserializer", "org.apache.kafka.common.serialization.StringDeserializer");
		values.put("value.deserializer", "org.apache.kafka.common.serialization.StringDeserializer");
		Consumer<String, String> inner = new ModelConsumer<>(client, Function.identity());
		guard = new PositionGuard<>(inner, ClientConfiguration.of(values, AutoOffsetReset.parse(script.reset())),
				context, capture, ClientCap.none().construct(() -> "").versions());
		capture.onCommits(guard.clientCommits()::committed);
		context.consumers().add(guard);
		consumer = GuardedConsumer.wrap(inner, guard);
		return consumer;
	}

	boolean isHeld(TopicPartition partition) {
		return guard != null && guard.holds().visible().containsKey(partition);
	}

	/**
	 * An operator's order, if there is something to order.
	 */
	void order(TopicPartition partition, int choice) {
		Decision hold = (guard != null) ? guard.holds().visible(partition) : null;
		if (hold != null) {
			List<Action> actions = hold.cause()
				.resolutions()
				.stream()
				.filter((action) -> action != Action.OFFSET)
				.toList();
			guard.resolutions()
				.add(new Resolutions.Order(partition,
						new Resolution(actions.get(choice % actions.size()), "operator", "simulated"), false));
		}
	}

	ModelClient client() {
		return client;
	}

	long looked() {
		return looked;
	}

}
