/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.sample.page;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

import dev.holdfast.kafka.sample.show.Show;
import dev.holdfast.kafka.versioncap.VersionCapInstaller;

import static org.awaitility.Awaitility.await;

/**
 * Makes the pictures of the page for README and docs: plays a fault on the page, answers
 * as an operator does, and takes what the browser shows.
 */
final class Pictures {

	private static final int WIDTH = 1240;

	private Pictures() {
	}

	public static void main(String[] args) throws IOException {
		Path folder = Files.createDirectories(Path.of(args[0]));
		VersionCapInstaller.install();
		try (Show show = new Show("--logging.level.dev.holdfast=warn"); Page page = Page.open(show)) {
			show.begin("earliest");
			try (Chromium browser = new Chromium(page.address().toString())) {
				browser.open(WIDTH, "light");
				take(browser, folder);
			}
		}
		// Brokers leave threads behind.
		System.exit(0);
	}

	private static void take(Chromium browser, Path folder) throws IOException {
		await().atMost(60, TimeUnit.SECONDS).until(() -> browser.number("plain", "delivered") >= 300);
		browser.act("mishap-deleted-commits");
		String held = "[data-held='0']";
		await().atMost(60, TimeUnit.SECONDS).until(() -> browser.text(held), (text) -> text.contains("reads on at"));
		for (String theme : new String[] { "light", "dark" }) {
			browser.look(WIDTH, theme);
			Files.write(folder.resolve("hold-%s.png".formatted(theme)), browser.picture(held));
		}
		String before = browser.text("[data-group=guarded] .decisions summary")
			.replaceAll("(?s).*there was one at ([0-9]+).*", "$1");
		browser.one(held + " input").clear();
		browser.one(held + " input").sendKeys(before);
		browser.one(held + " [data-action=offset]").click();
		await().atMost(60, TimeUnit.SECONDS).until(() -> browser.all("[data-held]").isEmpty());
		long delivered = browser.number("guarded", "delivered");
		await().atMost(60, TimeUnit.SECONDS).until(() -> browser.number("guarded", "delivered") >= delivered + 250);
		for (String theme : new String[] { "light", "dark" }) {
			browser.look(WIDTH, theme);
			Files.write(folder.resolve("plain-guarded-%s.png".formatted(theme)),
					browser.picture("[data-group=plain]", "[data-group=guarded]"));
		}
	}

}
