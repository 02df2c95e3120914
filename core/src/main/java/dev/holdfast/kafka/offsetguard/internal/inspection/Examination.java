/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.inspection;

import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Predicate;

import dev.holdfast.kafka.offsetguard.evidence.Evidence;
import dev.holdfast.kafka.offsetguard.evidence.TruncationClaim;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * One partition's way through an inspection. The order makes a claim testable: first the
 * log start, then the claim again, then the log end, then the records around the claimed
 * offset.
 *
 * <pre>
 * LOG_START -&gt; LOG_END -&gt; CLAIM -&gt; LOG_START_AGAIN -&gt; LOG_END_AGAIN -&gt; DIVERGENCE -&gt; WITNESS -&gt; DONE
 * </pre>
 *
 * An examination leaves out steps that cannot tell anything about its partition. It reads
 * bounds by seeking to them and asking for the position: {@code beginningOffsets} gives
 * all answers or none.
 */
final class Examination {

	enum Step {

		LOG_START, LOG_END, CLAIM, LOG_START_AGAIN, LOG_END_AGAIN, DIVERGENCE, WITNESS, DONE

	}

	private final Consumer<?, ?> inspector;

	private final Findings findings;

	private final Predicate<TopicPartition> canValidate;

	private Step step = Step.LOG_START;

	private @Nullable RecordReading reading;

	Examination(Consumer<?, ?> inspector, Findings findings, Predicate<TopicPartition> canValidate) {
		this.inspector = inspector;
		this.findings = findings;
		this.canValidate = canValidate;
	}

	Findings findings() {
		return findings;
	}

	boolean isDone() {
		return step == Step.DONE;
	}

	boolean isWaitingForClaim() {
		return step == Step.CLAIM && findings.validation != Evidence.Validation.CLAIMED;
	}

	/**
	 * Whether the leader has repeated the claim.
	 */
	boolean isClaimed() {
		return step == Step.CLAIM && findings.validation == Evidence.Validation.CLAIMED;
	}

	/**
	 * Whether the current step needs records, not a position.
	 */
	boolean isReading() {
		return reading != null;
	}

	/**
	 * Asks the question of the current step.
	 */
	void ask() {
		TopicPartition partition = findings.partition();
		switch (step) {
			case LOG_START, LOG_START_AGAIN -> inspector.seekToBeginning(Set.of(partition));
			case LOG_END, LOG_END_AGAIN -> inspector.seekToEnd(Set.of(partition));
			case CLAIM -> {
				findings.validation = Evidence.Validation.UNANSWERED;
				askForClaim();
			}
			case DIVERGENCE -> read(RecordReading.around(findings.claimedOffset(), findings));
			case WITNESS -> read(RecordReading.at(findings.deliveredOffset(), findings));
			case DONE -> {
			}
		}
	}

	/**
	 * Makes the inspector validate the position once more.
	 */
	void askForClaim() {
		inspector.seek(findings.partition(),
				new OffsetAndMetadata(findings.suspect.position(), Optional.of(findings.suspect.reachedEpoch()), ""));
	}

	private void read(RecordReading wanted) {
		reading = wanted;
		inspector.seek(findings.partition(), wanted.startOffset());
		inspector.resume(Set.of(findings.partition()));
	}

	/**
	 * Takes a record of this partition, in the log's order.
	 */
	void take(ConsumerRecord<?, ?> record) {
		if (reading != null) {
			reading.take(record);
		}
	}

	/**
	 * Takes a claim of the leader's that the log was truncated.
	 * @return whether that was the question
	 */
	boolean takeClaim(TruncationClaim claim) {
		if (step != Step.CLAIM) {
			return false;
		}
		findings.validation = Evidence.Validation.CLAIMED;
		findings.repeatedClaim = claim;
		return true;
	}

	/**
	 * Looks whether the inspector's position answers the current step.
	 * @return whether it does; the caller has to call {@link #proceed()} then
	 */
	boolean isAnswered(OptionalLong position) {
		if (reading != null) {
			position.ifPresent(reading::takePosition);
			return reading.isDone();
		}
		if (position.isEmpty()) {
			return false;
		}
		long offset = position.getAsLong();
		switch (step) {
			case LOG_START -> findings.logStartBefore = offset;
			case LOG_END -> findings.logEndBefore = offset;
			case CLAIM -> {
				// The client has not asked a leader that no longer offers the API.
				if (canValidate.test(findings.partition())) {
					findings.takeValid();
				}
			}
			case LOG_START_AGAIN -> findings.logStartAfter = offset;
			case LOG_END_AGAIN -> findings.logEndAfter = offset;
			case DIVERGENCE, WITNESS, DONE -> {
			}
		}
		return true;
	}

	/**
	 * Goes on to the next step that can tell anything, and asks.
	 */
	void proceed() {
		if (reading != null) {
			if (reading.widen()) {
				read(reading);
				return;
			}
			endReading();
		}
		step = next(step);
		ask();
	}

	/**
	 * Goes on without records. A reader whose offset the broker calls out of range, or
	 * truncated, learns nothing about this partition.
	 */
	void giveUpReading() {
		if (reading != null) {
			endReading();
			step = next(step);
			ask();
		}
	}

	/**
	 * Ends the examination where it is. What it has found is true, but incomplete.
	 */
	void end() {
		if (reading != null) {
			endReading();
		}
		step = Step.DONE;
	}

	private void endReading() {
		RecordReading ended = reading;
		reading = null;
		inspector.pause(Set.of(findings.partition()));
		if (ended != null && step == Step.DIVERGENCE) {
			findings.beforeDivergence = ended.before();
			findings.atDivergence = ended.at();
		}
		else if (ended != null) {
			findings.atWitness = ended.at();
		}
	}

	private Step next(Step from) {
		return switch (from) {
			case LOG_START -> Step.LOG_END;
			case LOG_END -> (findings.isWorthValidating() && canValidate.test(findings.partition())) ? Step.CLAIM
					: next(Step.CLAIM);
			// To test a claim it is enough to have read the log start before.
			case CLAIM -> findings.isTruncation() ? Step.LOG_END_AGAIN : Step.LOG_START_AGAIN;
			case LOG_START_AGAIN -> Step.LOG_END_AGAIN;
			case LOG_END_AGAIN -> findings.isDivergenceReadable() ? Step.DIVERGENCE : next(Step.DIVERGENCE);
			case DIVERGENCE -> findings.isWitnessReadable() ? Step.WITNESS : Step.DONE;
			case WITNESS, DONE -> Step.DONE;
		};
	}

}
