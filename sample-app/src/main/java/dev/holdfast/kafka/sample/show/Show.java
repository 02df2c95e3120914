/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.sample.show;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import dev.holdfast.kafka.sample.service.Listener;
import dev.holdfast.kafka.sample.tour.Step;
import dev.holdfast.kafka.sample.tour.Tour;
import dev.holdfast.kafka.sample.tour.TourRow;
import dev.holdfast.kafka.sample.trial.Plan;
import dev.holdfast.kafka.sample.trial.Trial;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.MovableAddress;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brokers, and one trial at a time on them, to which things happen one after the other.
 * Thread-safe.
 */
public final class Show implements AutoCloseable {

	private static final Logger logger = LoggerFactory.getLogger(Show.class);

	private static final int BROKERS = 3;

	private static final int RATE = 20;

	private final String[] args;

	/** One thread does all that takes time. */
	private final ScheduledExecutorService hand = Executors.newSingleThreadScheduledExecutor(Show::thread);

	private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(Show::thread);

	private final Traffic traffic = new Traffic(clock, RATE);

	private final AtomicReference<@Nullable String> busy = new AtomicReference<>();

	private final AtomicInteger done = new AtomicInteger();

	private final List<Said> said = new CopyOnWriteArrayList<>();

	private final Map<Step, List<TourRow>> rows = new EnumMap<>(Step.class);

	private final Map<Mishap, Runnable> active = new EnumMap<>(Mishap.class);

	private volatile @Nullable KafkaCluster cluster;

	private volatile @Nullable KafkaCluster other;

	private @Nullable MovableAddress name;

	private volatile @Nullable Scene scene;

	private int scenes;

	/**
	 * Creates a show, which {@link #begin(String)} starts.
	 * @param args arguments for the applications
	 */
	public Show(String... args) {
		this.args = args;
	}

	/** Brokers that do next to nothing while nothing comes. */
	private static KafkaCluster start(int brokers) {
		return KafkaCluster.builder()
			.brokers(brokers)
			.brokerProperty("num.network.threads", "1")
			.brokerProperty("num.io.threads", "2")
			.brokerProperty("group.coordinator.threads", "1")
			.brokerProperty("share.coordinator.threads", "1")
			.brokerProperty("replica.fetch.wait.max.ms", "1000")
			.brokerProperty("broker.heartbeat.interval.ms", "1000")
			// The controller writes no records that say nothing.
			.brokerProperty("metadata.max.idle.interval.ms", "0")
			.start();
	}

	private static Thread thread(Runnable task) {
		Thread thread = new Thread(task, "show");
		thread.setDaemon(true);
		return thread;
	}

	/**
	 * Starts a new trial of all three listeners, and before that the brokers if there are
	 * none yet.
	 * @param autoOffsetReset the listeners' {@code auto.offset.reset}
	 * @return whether it starts; not while something else happens
	 */
	public boolean begin(String autoOffsetReset) {
		return perform("The listeners start", () -> {
			Plan plan = new Plan("orders-" + scenes, 2, autoOffsetReset, List.of(Listener.values()), true);
			Scene next = open(plan, null);
			tell("Three listeners read the topic %s of the brokers at %s. Their auto.offset.reset is %s."
				.formatted(plan.topic(), address().bootstrapServers(), autoOffsetReset));
			traffic.to(next.trial());
		});
	}

	/**
	 * Plays a step of the tour, in a new trial.
	 * @param step the step
	 * @return whether it starts; not while something else happens
	 */
	public boolean play(Step step) {
		return perform(step.title(), () -> {
			Scene next = open(Tour.plan(step, Tour.topic(step) + "-" + scenes, true), step);
			List<TourRow> played = new Tour(brokers(), (sentence) -> tell(sentence.strip()), args).play(step,
					next.trial());
			synchronized (rows) {
				rows.put(step, played);
			}
			tell("This is what became of them. The table of the tour has the numbers.");
		});
	}

	/**
	 * Lets something happen, or ends it if it lasts.
	 * @param mishap what
	 * @return whether it happens; not while something else does
	 */
	public boolean happen(Mishap mishap) {
		Scene current = scene;
		if (current == null) {
			return false;
		}
		return perform(mishap.title(), () -> {
			Runnable end = take(mishap);
			if (end != null) {
				end.run();
				tell("Ended: " + mishap.title() + ".");
				return;
			}
			if (mishap.needsAllBrokers() && active().contains(Mishap.STOPPED_NODE)) {
				tell("First start the node again.");
				return;
			}
			Stage stage = new Stage(current.trial(), address(), this::otherCluster, this::tell);
			Runnable started = mishap.happen(stage);
			if (started != null) {
				synchronized (active) {
					active.put(mishap, started);
				}
			}
		});
	}

	private @Nullable Runnable take(Mishap mishap) {
		synchronized (active) {
			return active.remove(mishap);
		}
	}

	private boolean perform(String what, Runnable action) {
		if (!busy.compareAndSet(null, what)) {
			return false;
		}
		hand.execute(() -> {
			try {
				action.run();
			}
			catch (RuntimeException ex) {
				logger.warn("{} failed", what, ex);
				tell(what + " failed: " + ex.getMessage());
			}
			finally {
				done.incrementAndGet();
				busy.set(null);
			}
		});
		return true;
	}

	private Scene open(Plan plan, @Nullable Step step) {
		traffic.to(null);
		endAll();
		Scene before = scene;
		scene = null;
		if (before != null) {
			before.trial().close();
		}
		closeOther();
		KafkaCluster brokers = brokers();
		address().leadTo(brokers);
		Trial trial = new Trial(brokers, address().bootstrapServers(), plan, args);
		Scene next = new Scene(scenes++, step, System.nanoTime(), trial);
		scene = next;
		return next;
	}

	private void endAll() {
		for (Mishap mishap : active()) {
			Runnable end = take(mishap);
			if (end != null) {
				end.run();
			}
		}
	}

	private KafkaCluster brokers() {
		KafkaCluster running = cluster;
		if (running == null) {
			tell("Three brokers start in this JVM, behind a wire that can lie.");
			running = start(BROKERS);
			cluster = running;
		}
		return running;
	}

	private MovableAddress address() {
		if (name == null) {
			name = MovableAddress.to(brokers());
		}
		return name;
	}

	private KafkaCluster otherCluster() {
		closeOther();
		KafkaCluster started = start(2);
		other = started;
		return started;
	}

	private void closeOther() {
		KafkaCluster running = other;
		other = null;
		if (running != null) {
			running.close();
		}
	}

	private void tell(String sentence) {
		said.add(new Said(said.size(), sentence));
	}

	/**
	 * What happens now.
	 * @return a few words, {@code null} if nothing does
	 */
	public @Nullable String busy() {
		return busy.get();
	}

	/**
	 * How much has happened. It counts before nothing is {@link #busy()} any more.
	 * @return how many things have ended
	 */
	public int done() {
		return done.get();
	}

	/**
	 * What has happened.
	 * @return sentences, the oldest first
	 */
	public List<Said> said() {
		return said;
	}

	public @Nullable Scene scene() {
		return scene;
	}

	public Set<Mishap> active() {
		synchronized (active) {
			return Set.copyOf(active.keySet());
		}
	}

	/**
	 * What the tour has shown.
	 * @return the rows of all steps that have been played, in their order
	 */
	public List<TourRow> rows() {
		List<TourRow> all = new ArrayList<>();
		synchronized (rows) {
			rows.values().forEach(all::addAll);
		}
		return all;
	}

	public boolean paused() {
		return traffic.paused();
	}

	public int rate() {
		return traffic.rate();
	}

	/**
	 * Pauses the producer, or lets it go on.
	 * @param yes whether it is to pause
	 */
	public void pause(boolean yes) {
		traffic.pause(yes);
	}

	/**
	 * Sets how many orders come.
	 * @param orders how many in a second
	 */
	public void rate(int orders) {
		traffic.rate(orders);
	}

	/**
	 * Tells whether anybody looks. If not, no orders come.
	 * @param yes whether somebody does
	 */
	public void watched(boolean yes) {
		traffic.watched(yes);
	}

	@Override
	public void close() {
		hand.shutdownNow();
		clock.shutdownNow();
		Scene last = scene;
		if (last != null) {
			last.trial().close();
		}
		closeOther();
		if (name != null) {
			name.close();
		}
		KafkaCluster running = cluster;
		if (running != null) {
			running.close();
		}
	}

	/**
	 * A trial that is on.
	 *
	 * @param number its number
	 * @param step the step of the tour that it is for, {@code null} if it is for none
	 * @param began when it began, by {@link System#nanoTime()}
	 * @param trial the trial
	 */
	public record Scene(int number, @Nullable Step step, long began, Trial trial) {

	}

	/**
	 * What was said.
	 *
	 * @param number how many sentences were said before
	 * @param sentence the sentence
	 */
	public record Said(int number, String sentence) {

	}

}
