/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.simulation;

import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * One thing that happens in a history. All arguments are numbers or truth values, so that
 * a failing history can be printed as code, and made smaller. Offsets are per mille of a
 * log.
 */
sealed interface Step {

	record Poll(int millis) implements Step {
	}

	/** The application polls until nothing more comes: no moment matters any more. */
	record Settle() implements Step {
	}

	record Append(int partition, int records, boolean marker) implements Step {
	}

	record Move(int partition) implements Step {
	}

	/** Nodes lie about the ends of epochs; all of them if the node is -1. */
	record Lie(int node, int end) implements Step {
	}

	record LieAboutRange() implements Step {
	}

	record Honest() implements Step {
	}

	record Silence(int node) implements Step {
	}

	record Delay(int millis) implements Step {
	}

	record StaleMetadata() implements Step {
	}

	record Retain(int partition, int perMille) implements Step {
	}

	record Truncate(int partition, int back, int then) implements Step {
	}

	record Recreate(int records) implements Step {
	}

	/**
	 * The name of the cluster leads to another one, and all brokers of the old one stop.
	 * The other one has records of its own, or is a mirror that lacks some of the last
	 * (-1 if it is none).
	 */
	record OtherCluster(int records, int back) implements Step {
	}

	record LoseCommit(int partition) implements Step {
	}

	record RegressCommit(int partition, int back) implements Step {
	}

	/** With no epoch (-1), the true one (0), or one that no leader has reached. */
	record ForeignCommit(int partition, int perMille, int epoch) implements Step {
	}

	record Seek(int partition, int perMille, int epoch) implements Step {
	}

	record SeekToEnd(int partition, boolean beginning) implements Step {
	}

	record Pause(int partition) implements Step {
	}

	record Resume(int partition) implements Step {
	}

	record CommitProcessed(boolean sync) implements Step {
	}

	record CommitCurrent() implements Step {
	}

	/** Waits at most for so long, as the client does if it is -1. */
	record Position(int partition, int millis) implements Step {

		Position(int partition) {
			this(partition, -1);
		}

	}

	/**
	 * The application's rebalance listener asks for the positions of new partitions, all
	 * the time, wherever the step is.
	 */
	record AskWhenAssigned(int millis) implements Step {
	}

	record Wakeup(int afterMillis) implements Step {
	}

	record Reopen(boolean otherProcess) implements Step {
	}

	/** The group assigns the partitions whose bits are set. */
	record Rebalance(int partitions, boolean lost) implements Step {
	}

	record Order(int partition, int action) implements Step {
	}

	/** An operator switches the mode of all guards of the process. */
	record SwitchMode(boolean observing) implements Step {
	}

	record Wait(int millis) implements Step {
	}

	/**
	 * As Java code.
	 */
	default String code() {
		return "new Step." + getClass().getSimpleName() + "("
				+ Arrays.stream(getClass().getRecordComponents()).map(this::argument).collect(Collectors.joining(", "))
				+ ")";
	}

	private String argument(RecordComponent component) {
		try {
			return String.valueOf(component.getAccessor().invoke(this));
		}
		catch (ReflectiveOperationException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
