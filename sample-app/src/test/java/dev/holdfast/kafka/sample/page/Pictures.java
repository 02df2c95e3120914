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
import org.openqa.selenium.WebElement;

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
		try (Show show = new Show(); Page page = Page.open(show)) {
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
		String answers = "[data-held='0'] [data-action=timestamp]";
		await().atMost(60, TimeUnit.SECONDS).until(() -> browser.text("[data-held='0']").contains("again"));
		await().atMost(60, TimeUnit.SECONDS).until(() -> browser.number("guarded", "waiting") >= 120);
		browser.one("[data-held='0']").click();
		for (String theme : new String[] { "light", "dark" }) {
			browser.look(WIDTH, theme);
			Files.write(folder.resolve("hold-%s.png".formatted(theme)), browser.picture("[data-held='0']"));
		}
		WebElement timestamp = browser.one(answers);
		timestamp.click();
		await().atMost(60, TimeUnit.SECONDS).until(() -> browser.all("[data-held]").isEmpty());
		long delivered = browser.number("guarded", "delivered");
		await().atMost(60, TimeUnit.SECONDS).until(() -> browser.number("guarded", "delivered") >= delivered + 400);
		for (String theme : new String[] { "light", "dark" }) {
			browser.look(WIDTH, theme);
			Files.write(folder.resolve("plain-guarded-%s.png".formatted(theme)),
					browser.picture("[data-group=plain]", "[data-group=guarded]"));
		}
	}

}
