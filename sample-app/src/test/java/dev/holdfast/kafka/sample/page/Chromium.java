/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.sample.page;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;

import com.jayway.jsonpath.JsonPath;
import org.openqa.selenium.By;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

import static org.awaitility.Awaitility.await;

/**
 * Debian's browser, without a window.
 */
final class Chromium implements AutoCloseable {

	private static final Path BROWSER = Path.of("/usr/bin/chromium");

	private static final Path DRIVER = Path.of("/usr/bin/chromedriver");

	private static final Duration PATIENCE = Duration.ofSeconds(60);

	private final ChromeDriver driver;

	private final String address;

	Chromium(String address) {
		this.address = address;
		LoggingPreferences logs = new LoggingPreferences();
		logs.enable(LogType.BROWSER, Level.ALL);
		logs.enable(LogType.PERFORMANCE, Level.ALL);
		ChromeOptions options = new ChromeOptions();
		options.setBinary(BROWSER.toFile());
		// Root needs --no-sandbox, and containers have little shared memory.
		options.addArguments("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu",
				"--hide-scrollbars");
		options.setCapability("goog:loggingPrefs", logs);
		this.driver = new ChromeDriver(
				new ChromeDriverService.Builder().usingDriverExecutable(new File(DRIVER.toString())).build(), options);
	}

	static boolean isThere() {
		return Files.isExecutable(BROWSER) && Files.isExecutable(DRIVER);
	}

	/**
	 * Opens the page.
	 * @param width how wide
	 * @param theme light or dark
	 */
	void open(int width, String theme) {
		look(width, theme);
		driver.get(address);
		await().atMost(PATIENCE).until(() -> !all("[data-group=guarded] canvas").isEmpty());
	}

	void look(int width, String theme) {
		driver.executeCdpCommand("Emulation.setEmulatedMedia",
				Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", theme))));
		driver.executeCdpCommand("Emulation.setDeviceMetricsOverride",
				Map.of("width", width, "height", 1000, "deviceScaleFactor", 1, "mobile", false));
	}

	List<WebElement> all(String selector) {
		return driver.findElements(By.cssSelector(selector));
	}

	WebElement one(String selector) {
		return driver.findElement(By.cssSelector(selector));
	}

	/** The text of an element that may be painted anew at any time. */
	String text(String selector) {
		return String.valueOf(
				run("return [...document.querySelectorAll(arguments[0])].map((each) => each.textContent).join('\\n')",
						selector));
	}

	long number(String group, String number) {
		return Long.parseLong(text("[data-group=%s] [data-number=%s]".formatted(group, number)).replace(",", ""));
	}

	/**
	 * Clicks a button when nothing else happens, and waits until it has done its work.
	 */
	void act(String id) {
		awaitRest();
		Object done = done();
		one("#" + id).click();
		await().atMost(PATIENCE).until(() -> !done().equals(done));
		awaitRest();
	}

	private Object done() {
		return String.valueOf(run("return document.getElementById('state').dataset.done"));
	}

	/**
	 * Clicks a button that changes at once, and waits until it has.
	 */
	void toggle(String id) {
		String before = appearance(id);
		one("#" + id).click();
		await().atMost(PATIENCE).until(() -> !appearance(id).equals(before));
	}

	private String appearance(String id) {
		return String.valueOf(run("return document.getElementById(arguments[0]).outerHTML", id));
	}

	void awaitRest() {
		await().atMost(PATIENCE).until(() -> text("#state").equals("live"));
	}

	Object run(String script, Object... arguments) {
		return driver.executeScript(script, arguments);
	}

	/** What axe finds: rules, with the elements that break them. */
	Object axe() throws IOException {
		try (InputStream axe = Chromium.class.getResourceAsStream("/axe.min.js")) {
			run(new String(axe.readAllBytes(), StandardCharsets.UTF_8));
		}
		return driver.executeAsyncScript("""
				const done = arguments[arguments.length - 1];
				axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'] })
				  .then((result) => done(result.violations.map((each) =>
				    each.id + ': ' + each.nodes.map((node) => node.html).join(' '))));
				""");
	}

	/** Errors and warnings of the console, since the last time. */
	List<String> complaints() {
		return driver.manage()
			.logs()
			.get(LogType.BROWSER)
			.getAll()
			.stream()
			.filter((entry) -> entry.getLevel().intValue() >= Level.WARNING.intValue())
			.map(Object::toString)
			.toList();
	}

	/** Requests to anywhere but the page's own server, since the last time. */
	List<String> requestsElsewhere() {
		return driver.manage()
			.logs()
			.get(LogType.PERFORMANCE)
			.getAll()
			.stream()
			.map((entry) -> entry.getMessage())
			.filter((message) -> message.contains("\"Network.requestWillBeSent\""))
			.map((message) -> JsonPath.<String>read(message, "$.message.params.request.url"))
			.filter((url) -> !url.startsWith(address) && !url.startsWith("data:"))
			.toList();
	}

	/**
	 * Takes a picture of some elements, and of what is between them.
	 * @param selectors what to take
	 * @return a PNG
	 */
	byte[] picture(String... selectors) {
		Object clip = run("""
				const boxes = arguments[0].map((each) => document.querySelector(each).getBoundingClientRect());
				const x = Math.min(...boxes.map((box) => box.left)) + scrollX - 8;
				const y = Math.min(...boxes.map((box) => box.top)) + scrollY - 8;
				return { x, y, scale: 1,
				  width: Math.max(...boxes.map((box) => box.right)) + scrollX + 8 - x,
				  height: Math.max(...boxes.map((box) => box.bottom)) + scrollY + 8 - y };
				""", List.of(selectors));
		Map<String, Object> picture = driver.executeCdpCommand("Page.captureScreenshot",
				Map.of("format", "png", "captureBeyondViewport", true, "clip", clip));
		return Base64.getDecoder().decode((String) picture.get("data"));
	}

	@Override
	public void close() {
		driver.quit();
	}

}
