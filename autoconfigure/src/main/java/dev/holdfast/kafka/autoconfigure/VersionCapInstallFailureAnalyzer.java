/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure;

import dev.holdfast.kafka.autoconfigure.properties.HoldfastProperties;
import dev.holdfast.kafka.versioncap.rules.VersionCapInstallException;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Says what to do when it is too late to install the version cap.
 */
final class VersionCapInstallFailureAnalyzer extends AbstractFailureAnalyzer<VersionCapInstallException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, VersionCapInstallException cause) {
		return new FailureAnalysis(cause.getMessage(), """
				Do as it says, or remove the rules below '%1$s.version-cap', or set \
				'%1$s.version-cap.on-install-failure=warn' to start without any version cap."""
			.formatted(HoldfastProperties.PREFIX), cause);
	}

}
