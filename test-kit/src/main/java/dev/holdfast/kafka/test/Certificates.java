/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.test;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

import org.jspecify.annotations.Nullable;

/**
 * Certificates of brokers and users, all signed by one authority, in key stores in a
 * directory of their own. The JDK's {@code keytool} makes them.
 */
final class Certificates implements AutoCloseable {

	static final String BROKER = "holdfast-broker";

	static final String EXPIRED_BROKER = "holdfast-expired-broker";

	private static final String AUTHORITY = "holdfast-authority";

	private static final String PASSWORD = "not-a-secret";

	private static final String TYPE = "PKCS12";

	private static final long KEYTOOL_SECONDS = 60;

	private final Path directory;

	private Certificates(Path directory) {
		this.directory = directory;
	}

	static Certificates of(Security security) throws IOException {
		Certificates certificates = new Certificates(Files.createTempDirectory("holdfast-certificates"));
		try {
			certificates.make(security);
			return certificates;
		}
		catch (GeneralSecurityException | IOException | RuntimeException ex) {
			certificates.close();
			throw (ex instanceof IOException io) ? io : new IOException("No certificates could be made", ex);
		}
	}

	private void make(Security security) throws IOException, GeneralSecurityException {
		keytool(AUTHORITY, false, "-ext", "bc:c");
		signed(BROKER, false);
		if (security.isBrokerExpired()) {
			signed(EXPIRED_BROKER, true);
		}
		if (security.login() == Security.Login.CERTIFICATE) {
			for (String user : security.passwords().keySet()) {
				signed(user, security.isExpired(user));
			}
		}
		KeyStore trusted = empty();
		trusted.setCertificateEntry(AUTHORITY, read(all()).getCertificate(AUTHORITY));
		write(trusted, file("trusted"));
	}

	private void signed(String name, boolean expired) throws IOException, GeneralSecurityException {
		keytool(name, expired, "-signer", AUTHORITY, "-ext", "san=dns:localhost,ip:127.0.0.1");
		KeyStore source = read(all());
		Key key = source.getKey(name, PASSWORD.toCharArray());
		KeyStore own = empty();
		own.setKeyEntry(name, key, PASSWORD.toCharArray(), source.getCertificateChain(name));
		write(own, file(name));
	}

	private void keytool(String name, boolean expired, String... more) throws IOException {
		List<String> command = new ArrayList<>(
				List.of(Path.of(System.getProperty("java.home"), "bin", "keytool").toString(), "-genkeypair", "-alias",
						name, "-dname", "CN=" + name, "-keyalg", "EC", "-groupname", "secp256r1", "-startdate", "-2d",
						"-validity", expired ? "1" : "30", "-keystore", all().toString(), "-storetype", TYPE,
						"-storepass", PASSWORD, "-keypass", PASSWORD));
		command.addAll(List.of(more));
		Path output = file("keytool");
		Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile()).start();
		try {
			if (!process.waitFor(KEYTOOL_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
				process.destroyForcibly();
				throw new IOException("keytool made no certificate: " + Files.readString(output));
			}
		}
		catch (InterruptedException ex) {
			process.destroyForcibly();
			Thread.currentThread().interrupt();
			throw new IOException("Interrupted while keytool made a certificate", ex);
		}
	}

	private Path all() {
		return file("all");
	}

	private Path file(String name) {
		return this.directory.resolve(name + ".p12");
	}

	private static KeyStore empty() throws IOException, GeneralSecurityException {
		KeyStore store = KeyStore.getInstance(TYPE);
		store.load(null, null);
		return store;
	}

	private static KeyStore read(Path file) throws IOException, GeneralSecurityException {
		KeyStore store = KeyStore.getInstance(TYPE);
		try (InputStream in = Files.newInputStream(file)) {
			store.load(in, PASSWORD.toCharArray());
		}
		return store;
	}

	private static void write(KeyStore store, Path file) throws IOException, GeneralSecurityException {
		try (OutputStream out = Files.newOutputStream(file)) {
			store.store(out, PASSWORD.toCharArray());
		}
	}

	/** Settings of a client or broker. */
	Map<String, String> keyStore(String name) {
		return Map.of("ssl.keystore.location", file(name).toString(), "ssl.keystore.type", TYPE,
				"ssl.keystore.password", PASSWORD, "ssl.key.password", PASSWORD);
	}

	/** Settings of a client or broker. */
	Map<String, String> trustStore() {
		return Map.of("ssl.truststore.location", file("trusted").toString(), "ssl.truststore.type", TYPE,
				"ssl.truststore.password", PASSWORD);
	}

	/**
	 * Create a context that trusts the authority.
	 * @param name whose certificate it shows, {@code null} for none
	 */
	SSLContext context(@Nullable String name) {
		try {
			TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
			trust.init(read(file("trusted")));
			KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
			keys.init((name != null) ? read(file(name)) : empty(), PASSWORD.toCharArray());
			SSLContext context = SSLContext.getInstance("TLS");
			context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
			return context;
		}
		catch (GeneralSecurityException ex) {
			throw new IllegalStateException("No TLS for " + name, ex);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@Override
	public void close() {
		try (Stream<Path> files = Files.walk(this.directory)) {
			for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
				Files.deleteIfExists(file);
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
