/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.sample.demo;

import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;

import dev.holdfast.kafka.sample.OrderServiceApplication;
import dev.holdfast.kafka.sample.page.Browser;
import dev.holdfast.kafka.sample.page.Page;
import dev.holdfast.kafka.sample.service.Listener;
import dev.holdfast.kafka.sample.show.Show;
import dev.holdfast.kafka.sample.tour.Tour;
import dev.holdfast.kafka.sample.tour.TourRow;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.versioncap.VersionCapInstaller;

import org.springframework.boot.SpringApplication;

/**
 * Starts the order service. Where no bootstrap servers are configured, it shows on a
 * page, with brokers of its own, what becomes of it with and without Holdfast.
 * <p>
 * With {@code --once} it plays how brokers lie about leader epochs, prints a table, and
 * ends with exit code 0 if the guarded listener stayed where it was and 1 if it moved.
 * With {@code --tour} it plays everyday faults, prints a table, and ends with exit code 0
 * if the guarded listener got no order twice, and lost none but those that the brokers
 * had deleted. All other arguments go to the order service.
 */
public final class Demo {

	private static final String TOUR = "--tour";

	private static final Set<String> OWN = Set.of("--once", TOUR);

	private static final List<Scenario> SCENARIOS = List.of(Scenario.restart("earliest", 0), Scenario.leaderMoved(),
			Scenario.restart("latest", 170));

	private final PrintStream out;

	private final String[] args;

	Demo(PrintStream out, String... args) {
		this.out = out;
		this.args = args;
	}

	public static void main(String[] args) throws InterruptedException {
		Set<String> own = Arrays.stream(args).filter(OWN::contains).collect(Collectors.toSet());
		String[] applicationArgs = Arrays.stream(args).filter((arg) -> !OWN.contains(arg)).toArray(String[]::new);
		// Comes first: the demo must not take its own brokers for configured ones.
		if (BootstrapServers.areGiven(applicationArgs)) {
			OrderServiceApplication.main(applicationArgs);
			return;
		}
		endWithParent();
		// Brokers in the same JVM create Kafka clients too: after them it is too late.
		VersionCapInstaller.install();
		Demo demo = new Demo(System.out, applicationArgs);
		if (own.isEmpty()) {
			demo.stayUp();
			return;
		}
		int exitCode;
		try (KafkaCluster cluster = demo.startKafka()) {
			exitCode = own.contains(TOUR) ? demo.tour(cluster) : demo.run(cluster);
		}
		System.exit(exitCode);
	}

	/**
	 * Ends this process with Maven, which started it. If only Maven is killed, it does
	 * not end it.
	 */
	private static void endWithParent() {
		ProcessHandle.current().parent().ifPresent((parent) -> parent.onExit().thenRun(() -> System.exit(1)));
	}

	KafkaCluster startKafka() {
		out.println("No spring.kafka.bootstrap-servers: two brokers start in this JVM, behind a wire that can lie");
		return KafkaCluster.start(2);
	}

	/**
	 * Plays all scenarios and shows the results.
	 * @param cluster the brokers
	 * @return the exit code
	 */
	int run(KafkaCluster cluster) {
		Stage stage = new Stage(cluster, out, args);
		List<Row> rows = new ArrayList<>();
		SCENARIOS.forEach((scenario) -> rows.addAll(stage.play(scenario)));
		out.printf("%n%s%n%n", Table.of(Row.HEADINGS, rows.stream().map(Row::cells).toList()));
		boolean moved = rows.stream().anyMatch((row) -> row.listener() != Listener.PLAIN && row.moved());
		out.println(moved ? "The guarded or the capped listener MOVED."
				: "The guarded and the capped listener stayed where they were.");
		out.println();
		boolean told = new BrokerVerdict(out).tell(cluster);
		return (moved || !told) ? 1 : 0;
	}

	/**
	 * Plays everyday faults and shows the results.
	 * @param cluster the brokers
	 * @return the exit code
	 */
	int tour(KafkaCluster cluster) {
		List<TourRow> rows = new Tour(cluster, out::println, args).play();
		out.printf("%n%s%n", Table.of(TourRow.HEADINGS, rows.stream().map(TourRow::cells).toList()));
		return rows.stream().noneMatch(TourRow::isHarmOfTheGuard) ? 0 : 1;
	}

	/**
	 * Opens the page, and stays until it is interrupted.
	 */
	void stayUp() throws InterruptedException {
		Browser.Opening browser = Browser.find();
		Show show = new Show(args);
		try (show; Page page = Page.open(show)) {
			SpringApplication.getShutdownHandlers().add(show::close);
			show.begin("latest");
			out.printf("The demonstration is at %s. Ctrl-C ends it.%n", page.address());
			open(browser, page.address());
			new CountDownLatch(1).await();
		}
	}

	private void open(Browser.Opening browser, URI address) {
		try {
			browser.show(address);
		}
		catch (IOException ex) {
			out.println("The browser does not start. Open the page yourself.");
		}
	}

}
