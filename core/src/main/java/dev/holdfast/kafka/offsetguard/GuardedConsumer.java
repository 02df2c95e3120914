/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.Collection;
import java.util.ConcurrentModificationException;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;

import dev.holdfast.kafka.versioncap.VersionedClient;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetCommitCallback;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;

/**
 * Intercepts what matters to positions and passes every other method through, so that a
 * newer {@link Consumer} interface needs no new code here.
 */
final class GuardedConsumer<K, V> implements InvocationHandler {

	private final Consumer<K, V> delegate;

	private final PositionGuard<K, V> guard;

	private GuardedConsumer(Consumer<K, V> delegate, PositionGuard<K, V> guard) {
		this.delegate = delegate;
		this.guard = guard;
	}

	@SuppressWarnings("unchecked")
	static <K, V> Consumer<K, V> wrap(Consumer<K, V> delegate, PositionGuard<K, V> guard) {
		return (Consumer<K, V>) Proxy.newProxyInstance(GuardedConsumer.class.getClassLoader(),
				new Class<?>[] { Consumer.class, VersionedClient.class }, new GuardedConsumer<>(delegate, guard));
	}

	static boolean isGuarded(@Nullable Object consumer) {
		return consumer != null && Proxy.isProxyClass(consumer.getClass())
				&& Proxy.getInvocationHandler(consumer) instanceof GuardedConsumer;
	}

	@Override
	public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments) throws Throwable {
		try {
			return invoke(proxy, method, (arguments != null) ? arguments : new Object[0], method.getName());
		}
		catch (WakeupException ex) {
			// It has reached the application: nothing else is to be woken up by it.
			guard.forgetWakeup();
			throw ex;
		}
	}

	private @Nullable Object invoke(Object proxy, Method method, Object[] args, String name) throws Throwable {
		switch (name) {
			case "poll":
				return guard.poll((Duration) args[0]);
			case "position":
				return guard.position((TopicPartition) args[0], (args.length > 1) ? (Duration) args[1] : null);
			case "seek", "seekToBeginning", "seekToEnd", "assign", "pause", "resume":
				move(name, args);
				return null;
			case "currentLag":
				// Between the log end and a position that the partition never had.
				return guard.holds().isWithoutPosition((TopicPartition) args[0]) ? OptionalLong.empty()
						: pass(method, args);
			case "paused":
				return guard.holds().pausedByApplication();
			case "commitSync", "commitAsync":
				commit(method, args);
				return null;
			case "committed":
				return committed(method, args);
			case "groupMetadata":
				guard.leaveCommitsToTransactions();
				return pass(method, args);
			case "subscribe":
				return subscribe(method, args);
			case "unsubscribe":
				return leave(method, args, guard::forgetAssignment);
			case "close":
				return leave(method, args, guard::close);
			case "wakeup":
				guard.wakeup();
				return null;
			case "clientVersions":
				return guard.clientVersions();
			case "equals":
				return proxy == args[0];
			case "hashCode":
				return System.identityHashCode(proxy);
			case "toString":
				return "GuardedConsumer[" + delegate + "]";
			default:
				return pass(method, args);
		}
	}

	/**
	 * What is known of the assignment goes with it, even if the client fails on the way
	 * out; but not if it refuses the thread, and goes on.
	 */
	private @Nullable Object leave(Method method, Object[] args, Runnable forget) throws Throwable {
		boolean refused = false;
		guard.clientCommits().leaving(guard.partitions());
		try {
			return pass(method, args);
		}
		catch (ConcurrentModificationException ex) {
			refused = true;
			throw ex;
		}
		finally {
			if (!refused) {
				forget.run();
			}
		}
	}

	@SuppressWarnings("unchecked")
	private void move(String method, Object[] args) {
		switch (method) {
			case "seek" -> guard.seek((TopicPartition) args[0], toOffset(args[1]));
			case "seekToBeginning" -> guard.seekToBeginning((Collection<TopicPartition>) args[0]);
			case "seekToEnd" -> guard.seekToEnd((Collection<TopicPartition>) args[0]);
			case "assign" -> guard.assign((Collection<TopicPartition>) args[0]);
			case "pause" -> guard.holds().pauseByApplication((Collection<TopicPartition>) args[0]);
			case "resume" -> guard.holds().resumeByApplication((Collection<TopicPartition>) args[0]);
			default -> throw new IllegalArgumentException(method);
		}
	}

	private static OffsetAndMetadata toOffset(Object offset) {
		if (offset instanceof Long value) {
			if (value < 0) {
				throw new IllegalArgumentException("seek offset must not be a negative number");
			}
			return new OffsetAndMetadata(value);
		}
		return (OffsetAndMetadata) offset;
	}

	/**
	 * Gives every subscription the guard's listener around the application's own.
	 */
	private @Nullable Object subscribe(Method method, Object[] args) throws Throwable {
		if (args.length == 1) {
			Method withListener = Consumer.class.getMethod(method.getName(), method.getParameterTypes()[0],
					ConsumerRebalanceListener.class);
			return pass(withListener, new Object[] { args[0], guard.listen(null) });
		}
		Object[] guarded = args.clone();
		if (guarded[1] instanceof ConsumerRebalanceListener application) {
			guarded[1] = guard.listen(application);
		}
		return pass(method, guarded);
	}

	@SuppressWarnings("unchecked")
	private void commit(Method method, Object[] args) {
		boolean named = args.length > 0 && method.getParameterTypes()[0] == Map.class;
		Map<TopicPartition, OffsetAndMetadata> offsets = named
				? Objects.requireNonNull((Map<TopicPartition, OffsetAndMetadata>) args[0], "offsets") : null;
		Object last = (args.length > 0) ? args[args.length - 1] : null;
		if (method.getName().equals("commitSync")) {
			guard.commits().commitSync(offsets, (last instanceof Duration timeout) ? timeout : null);
		}
		else {
			guard.commits().commitAsync(offsets, (last instanceof OffsetCommitCallback callback) ? callback : null);
		}
	}

	@SuppressWarnings("unchecked")
	private Object committed(Method method, Object[] args) throws Throwable {
		return guard.commits()
			.read((Map<TopicPartition, OffsetAndMetadata>) Objects.requireNonNull(pass(method, args)));
	}

	private @Nullable Object pass(Method method, Object[] args) throws Throwable {
		try {
			return method.invoke(delegate, args);
		}
		catch (InvocationTargetException ex) {
			throw ex.getTargetException();
		}
	}

}
