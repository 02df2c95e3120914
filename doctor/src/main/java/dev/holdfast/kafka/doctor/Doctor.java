/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.doctor;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

import dev.holdfast.kafka.conformance.ConformanceCheck;
import dev.holdfast.kafka.conformance.report.BrokersUnreachableException;
import dev.holdfast.kafka.conformance.report.Check;
import dev.holdfast.kafka.conformance.report.ConformanceReport;
import dev.holdfast.kafka.conformance.report.ConformanceRequest;
import dev.holdfast.kafka.conformance.report.Verdict;
import dev.holdfast.kafka.versioncap.ClientCap;
import dev.holdfast.kafka.versioncap.VersionCapInstaller;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.utils.AppInfoParser;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * Checks whether brokers keep their word to consumers, and tells what to do where they do
 * not.
 */
@Command(name = "holdfast-doctor", mixinStandardHelpOptions = true, sortOptions = false, usageHelpAutoWidth = true,
		versionProvider = Doctor.Version.class,
		description = "Checks whether Kafka brokers keep their word to consumers. Reads only, unless --write is given.",
		exitCodeListHeading = "%nExit codes:%n",
		exitCodeList = { "0:sound", "1:findings, see --fail-on", "2:wrong options, or no connection to any broker" })
public final class Doctor implements Callable<Integer> {

	private static final int FINDINGS = 1;

	private static final int UNUSABLE = 2;

	@Option(names = "--bootstrap-server", paramLabel = "HOST:PORT",
			description = "Where to start, several separated by commas.")
	private String bootstrapServers = "";

	@Option(names = "--command-config", paramLabel = "FILE",
			description = "Properties of a client: security settings, group.protocol and the like.")
	private @Nullable Path commandConfig;

	@Option(names = "--topic", paramLabel = "NAME",
			description = "A topic, or a pattern of whole names; repeatable. Without it, all that are not internal.")
	private List<String> topics = List.of();

	@Option(names = "--group", paramLabel = "ID", description = "A group whose rights to check; repeatable.")
	private List<String> groups = List.of();

	@Option(names = "--all-partitions",
			description = "Look at all brokers and partitions, not only at some of each leader.")
	private boolean everything;

	@Option(names = "--write",
			description = "Also check commits: as a group of the doctor's own, which it deletes afterwards.")
	private boolean writing;

	@Option(names = "--timeout", paramLabel = "SECONDS", defaultValue = "60",
			description = "The bound on the whole check, ${DEFAULT-VALUE} by default.")
	private int timeout;

	@Option(names = "--json", description = "Print the report as JSON.")
	private boolean json;

	@Option(names = "--junit", paramLabel = "FILE", description = "Also write the report as JUnit XML.")
	private @Nullable Path junit;

	@Option(names = "--bundle", paramLabel = "FILE",
			description = "Also write the evidence for a vendor's ticket: without keys, values and secrets.")
	private @Nullable Path bundle;

	@Option(names = "--fail-on", paramLabel = "VERDICT", defaultValue = "failed",
			description = "The mildest verdict that makes the exit code 1: ${COMPLETION-CANDIDATES}.",
			completionCandidates = FailOn.class)
	private String failOn = "failed";

	@Option(names = "--list-checks", description = "List the checks, and end.")
	private boolean listing;

	@Spec
	private @Nullable CommandSpec spec;

	/**
	 * Creates a doctor that has no options yet: picocli sets them.
	 */
	public Doctor() {
	}

	/**
	 * Runs the doctor, and exits.
	 * @param arguments the options
	 */
	public static void main(String[] arguments) {
		System.exit(commandLine().execute(arguments));
	}

	static CommandLine commandLine() {
		CommandLine commandLine = new CommandLine(new Doctor());
		commandLine.setExecutionExceptionHandler((failure, command, parsed) -> {
			command.getErr().println(command.getColorScheme().errorText(message(failure)));
			return UNUSABLE;
		});
		return commandLine;
	}

	private static String message(Exception failure) {
		String message = String.valueOf(failure.getMessage());
		Throwable cause = failure.getCause();
		return (failure instanceof BrokersUnreachableException || !(failure instanceof KafkaException) || cause == null)
				? message : message + ": " + cause.getMessage();
	}

	@Override
	public Integer call() {
		CommandLine commandLine = commandLine(spec);
		PrintWriter out = commandLine.getOut();
		Ansi ansi = commandLine.getColorScheme().ansi();
		if (listing) {
			TerminalReport.listChecks(out);
			return 0;
		}
		Verdict least = FailOn.parse(failOn, commandLine);
		ConformanceRequest request = request(commandLine);
		Map<String, Object> configuration = configuration(commandLine);
		VersionCapInstaller.install();
		try (Progress progress = new Progress(commandLine.getErr(), ansi.enabled())) {
			ConformanceReport report = new ConformanceCheck(configuration, ClientCap.none()).run(request, progress);
			progress.close();
			if (json) {
				out.println(Json.of(report));
			}
			else {
				new TerminalReport(out, ansi, report).print();
			}
			out.flush();
			// A file that cannot be written must not cost the report.
			write(report);
			return report.verdict().isAtLeast(least) ? FINDINGS : 0;
		}
	}

	private static CommandLine commandLine(@Nullable CommandSpec spec) {
		if (spec == null) {
			throw new IllegalStateException("Not run by picocli");
		}
		return spec.commandLine();
	}

	private ConformanceRequest request(CommandLine commandLine) {
		if (timeout <= 0) {
			throw new ParameterException(commandLine, "--timeout has to be positive");
		}
		for (String topic : topics) {
			try {
				Pattern.compile(topic);
			}
			catch (PatternSyntaxException ex) {
				throw new ParameterException(commandLine,
						"--topic '%s' is no name and no pattern: %s".formatted(topic, ex.getDescription()), ex);
			}
		}
		return new ConformanceRequest(topics, groups, everything, writing, Duration.ofSeconds(timeout));
	}

	private Map<String, Object> configuration(CommandLine commandLine) {
		Map<String, Object> configuration = new HashMap<>();
		if (commandConfig != null) {
			Properties properties = new Properties();
			try (InputStream stream = Files.newInputStream(commandConfig)) {
				properties.load(stream);
			}
			catch (IOException | IllegalArgumentException ex) {
				throw new ParameterException(commandLine,
						"--command-config %s cannot be read: %s".formatted(commandConfig, ex), ex);
			}
			properties.stringPropertyNames().forEach((name) -> configuration.put(name, properties.getProperty(name)));
		}
		if (!bootstrapServers.isBlank()) {
			configuration.put("bootstrap.servers", bootstrapServers);
		}
		if (!configuration.containsKey("bootstrap.servers")) {
			throw new ParameterException(commandLine, "--bootstrap-server is missing");
		}
		return configuration;
	}

	private void write(ConformanceReport report) {
		try {
			if (junit != null) {
				Files.writeString(junit, JUnitXml.of(report));
			}
			if (bundle != null) {
				Files.writeString(bundle, Json.bundle(report));
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException("The report cannot be written: " + ex, ex);
		}
	}

	/**
	 * The values of {@code --fail-on}.
	 */
	static final class FailOn implements Iterable<String> {

		private static final List<Verdict> ALLOWED = List.of(Verdict.FAILED, Verdict.WARNING, Verdict.UNDECIDED);

		static Verdict parse(String text, CommandLine commandLine) {
			return ALLOWED.stream()
				.filter((verdict) -> verdict.toString().equals(text.toLowerCase(Locale.ROOT)))
				.findFirst()
				.orElseThrow(() -> new ParameterException(commandLine,
						"--fail-on is '%s'; allowed are %s".formatted(text, ALLOWED)));
		}

		@Override
		public Iterator<String> iterator() {
			return ALLOWED.stream().map(Verdict::toString).iterator();
		}

	}

	/**
	 * What {@code --version} prints.
	 */
	static final class Version implements CommandLine.IVersionProvider {

		@Override
		public String[] getVersion() {
			return new String[] { "Holdfast doctor, with kafka-clients %s, %d checks"
				.formatted(AppInfoParser.getVersion(), Check.values().length) };
		}

	}

}
