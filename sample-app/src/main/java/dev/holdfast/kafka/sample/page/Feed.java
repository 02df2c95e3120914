/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.sample.page;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

import dev.holdfast.kafka.sample.show.Show;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.web.servlet.function.ServerResponse.SseBuilder;

/**
 * Sends views to all who look, as server-sent events. While nobody looks, it takes none.
 * While nothing changes, it sends none. Thread-safe.
 */
final class Feed implements AutoCloseable {

	private static final Logger logger = LoggerFactory.getLogger(Feed.class);

	private static final long PERIOD_MILLIS = 400;

	/** How many views somebody gets who comes later: those of two minutes. */
	private static final int REMEMBERED = 300;

	/** So that it notices, when nothing changes, who has gone. */
	private static final int SILENT_ROUNDS = 25;

	private final Show show;

	private final Camera camera;

	private final JsonMapper json;

	private final Set<SseBuilder> viewers = ConcurrentHashMap.newKeySet();

	private final Deque<View> past = new ArrayDeque<>();

	private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor((task) -> {
		Thread thread = new Thread(task, "feed");
		thread.setDaemon(true);
		return thread;
	});

	private @Nullable ScheduledFuture<?> task;

	private int silentRounds;

	Feed(Show show, Camera camera, JsonMapper json) {
		this.show = show;
		this.camera = camera;
		this.json = json;
	}

	/**
	 * Somebody comes. First they get what was before.
	 * @param viewer where to send events
	 */
	synchronized void add(SseBuilder viewer) {
		viewer.onError((failure) -> remove(viewer));
		viewer.onComplete(() -> remove(viewer));
		viewer.onTimeout(() -> remove(viewer));
		viewers.add(viewer);
		show.watched(true);
		List<View> before = new ArrayList<>(past);
		send(viewer, "past", json.writeValueAsString(before));
		if (task == null) {
			task = clock.scheduleWithFixedDelay(this::round, 0, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
		}
	}

	private synchronized void remove(SseBuilder viewer) {
		viewers.remove(viewer);
		if (viewers.isEmpty() && task != null) {
			task.cancel(false);
			task = null;
			show.watched(false);
		}
	}

	private void round() {
		View view;
		try {
			view = camera.take();
		}
		catch (RuntimeException ex) {
			// A trial that ends right now. The next round has another one.
			logger.debug("No view", ex);
			return;
		}
		synchronized (this) {
			View last = past.peekLast();
			if (last != null && last.shows(view)) {
				if (++silentRounds >= SILENT_ROUNDS) {
					silentRounds = 0;
					viewers.forEach((viewer) -> send(viewer, "idle", "{}"));
				}
				return;
			}
			silentRounds = 0;
			if (last != null && last.scene() != view.scene()) {
				past.clear();
			}
			past.addLast(view);
			if (past.size() > REMEMBERED) {
				past.removeFirst();
			}
			String text = json.writeValueAsString(view);
			viewers.forEach((viewer) -> send(viewer, "view", text));
		}
	}

	private void send(SseBuilder viewer, String event, String text) {
		try {
			viewer.event(event).data(text);
		}
		catch (IOException | IllegalStateException ex) {
			remove(viewer);
		}
	}

	@Override
	public void close() {
		clock.shutdownNow();
		viewers.forEach(SseBuilder::complete);
	}

}
