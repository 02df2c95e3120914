/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.sample.page;

import java.awt.Desktop;
import java.io.IOException;
import java.net.URI;

/**
 * The user's browser, where there is a desktop.
 */
public final class Browser {

	private Browser() {
	}

	/**
	 * Shows a page. Comes before the first Spring application, which declares the JVM to
	 * be without a display.
	 * @return shows the page, or does nothing where there is no desktop
	 */
	public static Opening find() {
		if (!hasDisplay() || !Desktop.isDesktopSupported()) {
			return (address) -> {
			};
		}
		Desktop desktop = Desktop.getDesktop();
		return (address) -> {
			if (desktop.isSupported(Desktop.Action.BROWSE)) {
				desktop.browse(address);
			}
		};
	}

	/** To ask AWT on a machine without a display takes a while, and may fail. */
	private static boolean hasDisplay() {
		boolean unix = !System.getProperty("os.name").matches("(?i)(windows|mac).*");
		return !unix || System.getenv("DISPLAY") != null || System.getenv("WAYLAND_DISPLAY") != null;
	}

	/**
	 * Shows a page.
	 */
	@FunctionalInterface
	public interface Opening {

		/**
		 * Shows a page.
		 * @param address its address
		 * @throws IOException if the browser does not start
		 */
		void show(URI address) throws IOException;

	}

}
