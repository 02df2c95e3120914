/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.conformance.internal.judging;

import java.util.List;
import java.util.Set;

import dev.holdfast.kafka.conformance.report.Advice;
import dev.holdfast.kafka.conformance.report.Check;
import dev.holdfast.kafka.conformance.report.Verdict;
import dev.holdfast.kafka.versioncap.rules.KafkaApi;

/**
 * What faults do to consumers, and what helps.
 */
final class Hints {

	private static final String CAP = "holdfast.kafka.version-cap.max-versions.";

	private static final String GUARD = "holdfast.kafka.offset-guard.";

	private static final String DOWN = "Look at the broker, and at what is between it and its clients.";

	private Hints() {
	}

	static String of(Check check, Judgement judgement) {
		return switch (judgement.verdict()) {
			case SOUND, SKIPPED -> "";
			case UNDECIDED -> "Run the check again; look at what changed in the cluster meanwhile.";
			case WARNING -> warning(check, judgement.kind());
			case FAILED -> failed(check, judgement.kind());
		};
	}

	private static String failed(Check check, String kind) {
		return switch (check) {
			case API_VERSIONS -> kind.equals("resets") ? "Cap ApiVersions, or upgrade the proxy or service." : DOWN;
			case OFFERED_VERSIONS ->
				kind.equals("below-floor") ? "Use group.protocol=classic, older clients, or newer brokers." : DOWN;
			case CLUSTER_ID -> kind.equals("differs")
					? "The bootstrap servers reach several clusters, or a proxy that invents ids." : DOWN;
			case TOPIC_IDS -> kind.equals("differs") ? "A broker has old metadata, or the topic is being created anew."
					: "Consumers cannot find the topic's leaders.";
			case RIGHTS -> "Grant it to the user of the application.";
			case READS -> "Consumers of this partition stand still.";
			case LOG_START, LOG_END ->
				isUnanswered(kind) ? DOWN : "A reset to this end skips or repeats records. Let the guard hold instead.";
			case TIMESTAMPS -> "Do not let a policy use the action timestamp.";
			case OUT_OF_RANGE -> kind.equals("missing") ? "Look at positions that do not move."
					: "Consumers reset by auto.offset.reset. The guard keeps the position.";
			case RECORD_EPOCHS, LAST_EPOCH_END, EARLIER_EPOCH_END,
					FUTURE_EPOCH_END ->
				kind.equals(Judgement.NO_ANSWER)
						? "Consumers that validate their position stand still. Do not let clients ask."
						: "Consumers take it for a truncation and move. Do not let clients ask.";
			case COMMIT_METADATA ->
				isUnanswered(kind) ? DOWN : "The guard's bookmarks do not survive. Switch them off.";
			case COMMIT_EPOCH -> isUnanswered(kind) ? DOWN : "Restarted consumers do not go on where they committed.";
		};
	}

	private static String warning(Check check, String kind) {
		return switch (check) {
			case CLUSTER_ID -> "The guard cannot tell this cluster from another one. Give it an id of its own.";
			case TOPIC_IDS -> "A topic that is created anew looks like the old one.";
			case RECORD_EPOCHS, LAST_EPOCH_END -> "Brokers never report a true truncation by epoch.";
			case TIMESTAMPS -> "The action timestamp is approximate: it repeats some records.";
			case COMMIT_EPOCH -> "Positions are not validated after a restart.";
			case OFFERED_VERSIONS -> "An upgrade of the brokers gives it back.";
			case API_VERSIONS, RIGHTS, READS, LOG_START, LOG_END, OUT_OF_RANGE, EARLIER_EPOCH_END, FUTURE_EPOCH_END,
					COMMIT_METADATA ->
				"";
		};
	}

	static List<Advice> advice(Check check, Judgement judgement) {
		if (judgement.verdict() != Verdict.FAILED || (isUnanswered(judgement.kind()) && !isAboutEpochs(check))) {
			return List.of();
		}
		return switch (check) {
			case API_VERSIONS -> !judgement.kind().equals("resets") ? List.of()
					: List.of(new Advice(CAP + "ApiVersions",
							String.valueOf(Math.min(3, KafkaApi.API_VERSIONS.latestVersion() - 1)),
							"brokers do not answer ApiVersions %d".formatted(KafkaApi.API_VERSIONS.latestVersion())));
			case RECORD_EPOCHS -> neverAsk(judgement, "records carry wrong leader epochs");
			case LAST_EPOCH_END -> neverAsk(judgement, "brokers answer wrongly where the last epoch ends");
			case EARLIER_EPOCH_END -> neverAsk(judgement, "brokers answer wrongly where earlier epochs end");
			case FUTURE_EPOCH_END -> neverAsk(judgement, "brokers name an end of epochs that do not exist");
			case LOG_START -> hold("below-log-start", "brokers tell a wrong log start");
			case LOG_END -> hold("above-log-end", "brokers tell a wrong log end");
			case OUT_OF_RANGE -> judgement.kind().equals("missing") ? List.of()
					: List.of(new Advice(GUARD + "policy.spurious-out-of-range", "keep",
							"brokers call offsets of the log out of range"));
			case COMMIT_METADATA ->
				List.of(new Advice(GUARD + "commit-bookmark", "false", "brokers do not keep the metadata of commits"));
			case COMMIT_EPOCH ->
				List.of(new Advice(GUARD + "commit-leader-epoch", "false", "brokers change committed leader epochs"));
			case OFFERED_VERSIONS, CLUSTER_ID, TOPIC_IDS, RIGHTS, READS, TIMESTAMPS -> List.of();
		};
	}

	/**
	 * Clients that get no answer to this question stand still, so that it helps not to
	 * ask. Elsewhere a missing answer refutes nothing that a setting relies on.
	 */
	private static boolean isAboutEpochs(Check check) {
		return Set.of(Check.LAST_EPOCH_END, Check.EARLIER_EPOCH_END, Check.FUTURE_EPOCH_END).contains(check);
	}

	private static boolean isUnanswered(String kind) {
		return Set.of(Judgement.NO_ANSWER, Judgement.NOT_OFFERED, Judgement.ERROR).contains(kind);
	}

	private static List<Advice> neverAsk(Judgement judgement, String reason) {
		return List.of(new Advice(CAP + KafkaApi.OFFSET_FOR_LEADER_EPOCH, "-1",
				isUnanswered(judgement.kind()) ? "brokers do not answer where epochs end" : reason));
	}

	private static List<Advice> hold(String cause, String reason) {
		return List.of(new Advice(GUARD + "policy." + cause, "hold", reason));
	}

}
