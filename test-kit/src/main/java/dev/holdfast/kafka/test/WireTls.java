/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.test;

import java.io.IOException;
import java.net.Socket;
import java.security.Principal;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

import org.jspecify.annotations.Nullable;

/**
 * Lets a wire read what is encrypted: it ends the client's TLS with a broker's
 * certificate, and begins another one to the broker with the certificate of the client's
 * user, which the cluster has made itself.
 */
final class WireTls {

	private static final int HANDSHAKE_MILLIS = 10_000;

	private final Certificates certificates;

	private final SSLContext server;

	private final boolean clientCertificate;

	WireTls(Certificates certificates, Security security) {
		this.certificates = certificates;
		this.server = certificates
			.context(security.isBrokerExpired() ? Certificates.EXPIRED_BROKER : Certificates.BROKER);
		this.clientCertificate = security.login() == Security.Login.CERTIFICATE;
	}

	/**
	 * Be the server of a client, which may take until its handshake has ended.
	 * @throws IOException if the client or the wire refuses the other's certificate
	 */
	SSLSocket accept(Socket client) throws IOException {
		SSLSocket socket = (SSLSocket) this.server.getSocketFactory()
			.createSocket(client, null, client.getPort(), true);
		socket.setUseClientMode(false);
		socket.setNeedClientAuth(this.clientCertificate);
		handshake(socket);
		return socket;
	}

	/**
	 * Be the client of a broker, in place of a client that was accepted.
	 */
	SSLSocket connect(Socket upstream, SSLSocket client) throws IOException {
		SSLSocket socket = (SSLSocket) this.certificates.context(user(client))
			.getSocketFactory()
			.createSocket(upstream, "localhost", upstream.getPort(), true);
		handshake(socket);
		return socket;
	}

	private @Nullable String user(SSLSocket client) throws IOException {
		if (!this.clientCertificate) {
			return null;
		}
		Principal subject = client.getSession().getPeerPrincipal();
		return subject.getName().substring("CN=".length());
	}

	private static void handshake(SSLSocket socket) throws IOException {
		socket.setSoTimeout(HANDSHAKE_MILLIS);
		socket.startHandshake();
		socket.setSoTimeout(0);
	}

}
