/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.sample.page;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

import dev.holdfast.kafka.sample.show.Mishap;
import dev.holdfast.kafka.sample.show.Show;
import dev.holdfast.kafka.sample.tour.ExpectedTour;
import dev.holdfast.kafka.sample.tour.Step;
import dev.holdfast.kafka.versioncap.VersionCapInstaller;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The page of the demonstration, in a real browser.
 */
@Timeout(value = 240, unit = TimeUnit.SECONDS)
@Tag("long")
@EnabledIf(value = "browserIsThere", disabledReason = "no chromium and chromedriver in /usr/bin; .ci/run installs them")
class PageTests {

	private static final String HELD = "[data-held='0']";

	private static Show show;

	private static Page page;

	private static Chromium browser;

	static boolean browserIsThere() {
		return Chromium.isThere();
	}

	@BeforeAll
	static void openPage() {
		VersionCapInstaller.install();
		show = new Show("--holdfast.kafka.version-cap.on-install-failure=warn");
		page = Page.open(show);
		show.begin("latest");
		browser = new Chromium(page.address().toString());
		browser.open(1600, "light");
	}

	@AfterAll
	static void closePage() {
		browser.close();
		page.close();
		show.close();
	}

	@AfterEach
	void nothingIsWrongInTheBrowser() {
		assertThat(browser.complaints()).isEmpty();
		assertThat(browser.requestsElsewhere()).isEmpty();
	}

	/** So that what comes while the listeners are away is known, the producer pauses. */
	@ParameterizedTest
	@EnumSource(names = { "RETENTION", "ADDED_PARTITION", "DELETED_COMMITS", "RECREATED_TOPIC", "UNCLEAN_ELECTION",
			"OTHER_CLUSTER" })
	void mishapThatHarmsAListenerHappens(Mishap mishap) {
		begin();
		browser.toggle("pause");

		browser.act("mishap-" + mishap.id());

		assertThat(browser.text("#said")).doesNotContain("failed");
		awaitDecision(switch (mishap) {
			case RETENTION -> "does not have offset";
			case ADDED_PARTITION -> "the partition is new";
			case DELETED_COMMITS -> "although there was one";
			case RECREATED_TOPIC -> "The topic is another one";
			case UNCLEAN_ELECTION -> "truncated";
			default -> "The log ends before";
		});
		if (mishap == Mishap.RETENTION || mishap == Mishap.ADDED_PARTITION) {
			awaitNumbers("plain", 0, 70);
		}
		browser.toggle("pause");
	}

	@Test
	void mishapsThatTheGuardedListenerGetsOverHappenAndEnd() {
		begin();
		for (Mishap mishap : List.of(Mishap.LEADER_MOVE, Mishap.UNDEFINED_ANSWER, Mishap.LIE, Mishap.SILENCE,
				Mishap.STOPPED_NODE)) {
			browser.act("mishap-" + mishap.id());
			if (mishap == Mishap.UNDEFINED_ANSWER) {
				awaitDecision("It stays at");
			}
			if (mishap == Mishap.LIE) {
				awaitDecision("the log itself refutes that");
			}
			if (mishap.lasts()) {
				String button = "#mishap-%s[aria-pressed=true]".formatted(mishap.id());
				assertThat(browser.all(button)).hasSize(1);
				browser.act("mishap-" + mishap.id());
				assertThat(browser.all(button)).isEmpty();
				assertThat(browser.text("#said")).contains("Ended: " + mishap.title());
			}
			assertThat(browser.text("#said")).doesNotContain("failed");
			long delivered = browser.number("guarded", "delivered");
			await().atMost(30, TimeUnit.SECONDS).until(() -> browser.number("guarded", "delivered") >= delivered + 50);
			awaitNumbers("guarded", 0, 0);
		}
	}

	/** Each mishap has a button, and a test above. */
	@Test
	void mishapsAreThoseThatAreTested() {
		assertThat(browser.all("#mishaps button")).hasSize(Mishap.values().length).hasSize(11);
	}

	private void begin() {
		if (browser.all("#rate-100[aria-pressed=true]").isEmpty()) {
			browser.toggle("rate-100");
		}
		browser.act("anew-latest");
		await().atMost(30, TimeUnit.SECONDS).until(() -> browser.number("guarded", "delivered") >= 100);
	}

	private void awaitNumbers(String group, long duplicates, long lost) {
		await().atMost(30, TimeUnit.SECONDS)
			.until(() -> List.of(browser.number(group, "duplicates"), browser.number(group, "lost")),
					List.of(duplicates, lost)::equals);
	}

	private void awaitDecision(String words) {
		await().atMost(30, TimeUnit.SECONDS)
			.until(() -> browser.text("[data-group=guarded] .decisions summary"), (text) -> text.contains(words));
	}

	@Test
	void tourShowsWhatTheHeadlessTourPrints() {
		for (Step step : Step.values()) {
			browser.act("tour-" + step.name());
		}

		assertThat(browser.all("#results tbody tr").stream().map(PageTests::cells)).isEqualTo(ExpectedTour.ROWS);
	}

	private static List<String> cells(WebElement row) {
		return Arrays.stream(row.getAttribute("innerText").split("\t")).map(String::strip).toList();
	}

	@Test
	void operatorAnswersOnThePage() {
		browser.act("tour-LOST_COMMIT");
		await().atMost(30, TimeUnit.SECONDS).until(() -> !browser.all(HELD + " [data-action=offset]").isEmpty());
		assertThat(browser.number("guarded", "waiting")).isEqualTo(70);
		await().atMost(30, TimeUnit.SECONDS).until(() -> browser.text(HELD), (text) -> text.contains("reads on at 0"));
		assertThat(browser.text(HELD)).contains("Partition 0 is held", "committed-offset-lost",
				"The log goes from 0 to 270", "reads on at 0, 0 lost, 200 again", "reads on at 270, 70 lost, 0 again");

		WebElement offset = browser.one(HELD + " input");
		offset.clear();
		offset.sendKeys("200");
		browser.one(HELD + " [data-action=offset]").click();

		await().atMost(30, TimeUnit.SECONDS).until(() -> browser.all("[data-held]").isEmpty());
		await().atMost(30, TimeUnit.SECONDS).until(() -> browser.number("guarded", "delivered") == 70);
		awaitNumbers("guarded", 0, 0);
		assertThat(browser.text("[data-group=guarded]")).contains("The endpoint answers 200: Resolved");
		assertThat(browser.number("guarded", "waiting")).isZero();
		assertThat(browser.number("plain", "duplicates")).isEqualTo(200);
		browser.one("[data-group=plain] .partition summary").click();
		await().atMost(10, TimeUnit.SECONDS)
			.untilAsserted(() -> assertThat(browser.all("[data-group=plain] .partition tbody tr").stream())
				.map(PageTests::cells)
				.anySatisfy((row) -> assertThat(row.subList(1, 4)).containsExactly("0", "0", "270")));
	}

	@ParameterizedTest
	@CsvSource({ "360, light", "360, dark", "1600, light", "1600, dark" })
	void fitsAndIsAccessible(int width, String theme) throws IOException {
		browser.open(width, theme);

		assertThat(browser.run("return document.documentElement.scrollWidth")).isEqualTo((long) width);
		assertThat(browser.run("return getComputedStyle(document.body).backgroundColor"))
			.isEqualTo(theme.equals("dark") ? "rgb(17, 22, 27)" : "rgb(246, 247, 248)");
		assertThat(browser.run("""
				const canvas = document.querySelector('[data-group=guarded] canvas');
				const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
				return new Set(new Uint32Array(pixels.buffer)).size > 3;
				""")).isEqualTo(true);
		assertThat(browser.axe()).isEqualTo(List.of());
	}

	@Test
	void keyboardDoesAllThatAMouseDoes() {
		browser.open(1600, "light");
		browser.awaitRest();
		browser.run("document.getElementById('pause').focus()");
		WebElement pause = browser.one("#pause");
		pause.sendKeys(Keys.ENTER);
		await().until(() -> browser.text("#pause").equals("Go on"));
		browser.one("#pause").sendKeys(Keys.SPACE);
		await().until(() -> browser.text("#pause").equals("Pause"));
		browser.one("#rate-5").sendKeys(Keys.ENTER);
		await().until(() -> !browser.all("#rate-5[aria-pressed=true]").isEmpty());
		browser.one("#rate-20").sendKeys(Keys.ENTER);
		await().until(() -> !browser.all("#rate-20[aria-pressed=true]").isEmpty());

		browser.one("[data-group=plain] .partition summary").sendKeys(Keys.ENTER);
		await().until(() -> browser.all("[data-group=plain] .partition tbody tr").size() > 1);
	}

}
