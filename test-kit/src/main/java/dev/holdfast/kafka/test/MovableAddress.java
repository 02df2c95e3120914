/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.test;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * An address for clients to bootstrap from. It leads to one cluster now and may lead to
 * another later, as a name does whose DNS record changes. It passes bytes on and changes
 * nothing, so that clients go on to the brokers' own addresses. Existing connections stay
 * where they lead. Thread-safe.
 */
public final class MovableAddress implements AutoCloseable {

	private final ServerSocket server;

	private final ExecutorService threads = Executors.newCachedThreadPool((task) -> {
		Thread thread = new Thread(task, "holdfast-movable-address");
		thread.setDaemon(true);
		return thread;
	});

	private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();

	private volatile InetSocketAddress target;

	private MovableAddress(ServerSocket server, InetSocketAddress target) {
		this.server = server;
		this.target = target;
	}

	/**
	 * Open an address on a random port of the loopback interface.
	 * @param cluster the cluster that it leads to
	 * @return the address
	 * @throws IllegalStateException if it cannot be opened
	 */
	public static MovableAddress to(KafkaCluster cluster) {
		try {
			MovableAddress address = new MovableAddress(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()),
					target(cluster));
			address.threads.execute(address::accept);
			return address;
		}
		catch (IOException ex) {
			throw new IllegalStateException("No address to bootstrap from", ex);
		}
	}

	/**
	 * Lead new connections to another cluster.
	 * @param cluster the cluster
	 */
	public void leadTo(KafkaCluster cluster) {
		this.target = target(cluster);
	}

	/**
	 * Return the address for the property {@code bootstrap.servers}.
	 * @return host and port
	 */
	public String bootstrapServers() {
		return this.server.getInetAddress().getHostAddress() + ":" + this.server.getLocalPort();
	}

	private static InetSocketAddress target(KafkaCluster cluster) {
		String first = cluster.bootstrapServers().split(",")[0];
		int colon = first.lastIndexOf(':');
		return new InetSocketAddress(first.substring(0, colon), Integer.parseInt(first.substring(colon + 1)));
	}

	private void accept() {
		while (!this.server.isClosed()) {
			try {
				connect(this.server.accept());
			}
			catch (IOException ex) {
				// The address is closed, or its target is away: clients try again.
			}
		}
	}

	@SuppressWarnings("resource")
	private void connect(Socket client) throws IOException {
		this.sockets.add(client);
		InetSocketAddress to = this.target;
		Socket broker = new Socket();
		try {
			broker.connect(to);
		}
		catch (IOException ex) {
			close(client);
			throw ex;
		}
		this.sockets.add(broker);
		this.threads.execute(() -> copy(client, broker));
		this.threads.execute(() -> copy(broker, client));
	}

	private void copy(Socket from, Socket to) {
		byte[] buffer = new byte[8192];
		try {
			InputStream in = from.getInputStream();
			OutputStream out = to.getOutputStream();
			int count = in.read(buffer);
			while (count >= 0) {
				out.write(buffer, 0, count);
				count = in.read(buffer);
			}
		}
		catch (IOException ex) {
			// One side has gone: the other one is closed with it.
		}
		finally {
			close(from);
			close(to);
		}
	}

	private void close(Socket socket) {
		this.sockets.remove(socket);
		try {
			socket.close();
		}
		catch (IOException ex) {
			// The socket is gone.
		}
	}

	/**
	 * Close the address and all connections that go through it.
	 */
	@Override
	public void close() {
		try {
			this.server.close();
		}
		catch (IOException ex) {
			throw new IllegalStateException("The address does not close", ex);
		}
		finally {
			Set.copyOf(this.sockets).forEach(this::close);
			this.threads.shutdownNow();
		}
	}

}
