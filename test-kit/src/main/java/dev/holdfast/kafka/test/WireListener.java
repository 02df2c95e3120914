/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.test;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import javax.net.ssl.SSLSocket;

import org.jspecify.annotations.Nullable;

/**
 * One broker's end of the wire: accepts connections and opens one to the broker for each.
 */
final class WireListener {

	private final int broker;

	private final InetSocketAddress target;

	private final ServerSocket server;

	private final @Nullable WireTls tls;

	private final Set<WireConnection> connections = ConcurrentHashMap.newKeySet();

	private @Nullable Thread acceptor;

	WireListener(int broker, String host, InetSocketAddress target, @Nullable WireTls tls) throws IOException {
		this.broker = broker;
		this.target = target;
		this.tls = tls;
		this.server = new ServerSocket(0, 0, InetAddress.getByName(host));
	}

	int port() {
		return this.server.getLocalPort();
	}

	void start(Wire wire) {
		this.acceptor = new Thread(() -> accept(wire), "holdfast-wire-" + this.broker);
		this.acceptor.setDaemon(true);
		this.acceptor.start();
	}

	private void accept(Wire wire) {
		while (!this.server.isClosed()) {
			try {
				accepted(wire, this.server.accept());
			}
			catch (IOException ex) {
				// The listener is closed, or the client has gone already: the loop's
				// condition tells.
			}
		}
	}

	private void accepted(Wire wire, Socket client) throws IOException {
		if (this.tls == null) {
			connect(wire, client);
			return;
		}
		// A handshake takes as long as the client likes.
		Thread thread = new Thread(() -> connectQuietly(wire, client), "holdfast-wire-" + this.broker + "-handshake");
		thread.setDaemon(true);
		thread.start();
	}

	private void connectQuietly(Wire wire, Socket client) {
		try {
			connect(wire, client);
		}
		catch (IOException ex) {
			// One side has refused the other, or has gone: connect has closed both.
		}
	}

	private void connect(Wire wire, Socket client) throws IOException {
		Socket upstream = new Socket();
		try {
			upstream.connect(this.target);
		}
		catch (IOException ex) {
			// The broker is down. The client sees a connection that is closed
			// immediately.
			upstream.close();
			client.close();
			return;
		}
		WireConnection connection = connection(wire, client, upstream);
		this.connections.add(connection);
		connection.start();
		if (this.server.isClosed()) {
			// close() has not seen this connection.
			connection.close();
		}
	}

	private WireConnection connection(Wire wire, Socket client, Socket upstream) throws IOException {
		try {
			if (this.tls == null) {
				return new WireConnection(this.broker, wire, client, upstream, this.connections::remove);
			}
			SSLSocket secure = this.tls.accept(client);
			return new WireConnection(this.broker, wire, secure, this.tls.connect(upstream, secure),
					this.connections::remove);
		}
		catch (IOException | RuntimeException ex) {
			client.close();
			upstream.close();
			throw ex;
		}
	}

	/** How many connections clients have now. */
	int connections() {
		return this.connections.size();
	}

	void disconnectAll() {
		this.connections.forEach(WireConnection::close);
	}

	/**
	 * Stop to listen, close all connections and wait for the threads.
	 */
	void close() {
		try {
			this.server.close();
		}
		catch (IOException ex) {
			// The wire can do nothing about it.
		}
		List<WireConnection> open = List.copyOf(this.connections);
		disconnectAll();
		try {
			for (WireConnection connection : open) {
				connection.join();
			}
			if (this.acceptor != null) {
				this.acceptor.join();
			}
		}
		catch (InterruptedException ex) {
			// The threads end in any case; this one no longer waits for them.
			Thread.currentThread().interrupt();
		}
	}

}
