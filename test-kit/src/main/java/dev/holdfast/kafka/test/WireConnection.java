/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.test;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.requests.RequestHeader;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A client's connection and its counterpart to the broker, with a thread for each
 * direction. Both close together.
 */
final class WireConnection {

	private static final Logger logger = LoggerFactory.getLogger(WireConnection.class);

	private static final int BUFFER_SIZE = 64 * 1024;

	/**
	 * Kafka's default for socket.request.max.bytes: a larger frame is no Kafka request.
	 */
	private static final int MAX_REQUEST_SIZE = 100 * 1024 * 1024;

	private final int broker;

	private final Wire wire;

	private final Socket client;

	private final Socket upstream;

	private final Consumer<WireConnection> onClose;

	/** A broker answers in the order of the requests, if it answers at all. */
	private final Queue<RequestHeader> inFlight = new ConcurrentLinkedQueue<>();

	private final FetchSession fetchSession = new FetchSession();

	private final AtomicBoolean closed = new AtomicBoolean();

	private final Thread requests;

	private final Thread answers;

	WireConnection(int broker, Wire wire, Socket client, Socket upstream, Consumer<WireConnection> onClose)
			throws IOException {
		this.broker = broker;
		this.wire = wire;
		this.client = client;
		this.upstream = upstream;
		this.onClose = onClose;
		client.setTcpNoDelay(true);
		upstream.setTcpNoDelay(true);
		String name = "holdfast-wire-" + broker + "-" + client.getPort();
		this.requests = new Thread(() -> run(this::passRequests), name + "-requests");
		this.answers = new Thread(() -> run(this::passAnswers), name + "-answers");
		this.requests.setDaemon(true);
		this.answers.setDaemon(true);
	}

	int broker() {
		return this.broker;
	}

	FetchSession fetchSession() {
		return this.fetchSession;
	}

	void start() {
		this.requests.start();
		this.answers.start();
	}

	private void run(Pump pump) {
		try {
			pump.run();
		}
		catch (IOException ex) {
			logger.debug("Connection {} ended: {}", this, ex.toString());
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		catch (RuntimeException ex) {
			logger.error("Connection {} ends, as a frame could not be understood", this, ex);
		}
		finally {
			close();
		}
	}

	private void passRequests() throws IOException {
		DataInputStream in = in(this.client);
		DataOutputStream out = out(this.upstream);
		while (true) {
			byte[] frame = read(in, MAX_REQUEST_SIZE);
			RequestHeader header = takeNote(frame);
			if (header != null && !this.wire.request(this.broker, header)) {
				reset();
				return;
			}
			if (header != null) {
				this.inFlight.add(header);
			}
			write(out, ByteBuffer.wrap(frame));
		}
	}

	private @Nullable RequestHeader takeNote(byte[] frame) {
		ByteBuffer buffer = ByteBuffer.wrap(frame);
		try {
			RequestHeader header = RequestHeader.parse(buffer);
			if (header.apiKey() == ApiKeys.FETCH) {
				this.fetchSession.update(new FetchRequestData(new ByteBufferAccessor(buffer), header.apiVersion()));
			}
			return header;
		}
		catch (InvalidRequestException ex) {
			// This version of Kafka does not know the request; the broker will answer it.
			return null;
		}
	}

	private void passAnswers() throws IOException, InterruptedException {
		DataInputStream in = in(this.upstream);
		DataOutputStream out = out(this.client);
		boolean silent = false;
		while (true) {
			byte[] frame = read(in, Integer.MAX_VALUE);
			RequestHeader header = requestOf(frame);
			if (silent) {
				continue;
			}
			ByteBuffer bytes = ByteBuffer.wrap(frame);
			if (header != null) {
				Answer answer = new Answer(header, frame);
				silent = !this.wire.answer(this, header, answer);
				bytes = answer.bytes();
			}
			if (!silent) {
				write(out, bytes);
			}
		}
	}

	private @Nullable RequestHeader requestOf(byte[] frame) {
		int correlationId = Answer.correlationId(frame);
		for (RequestHeader header = this.inFlight.poll(); header != null; header = this.inFlight.poll()) {
			// Passes over requests that get no answer: Produce with acks=0.
			if (header.correlationId() == correlationId) {
				return header;
			}
		}
		return null;
	}

	private static DataInputStream in(Socket socket) throws IOException {
		return new DataInputStream(new BufferedInputStream(socket.getInputStream(), BUFFER_SIZE));
	}

	private static DataOutputStream out(Socket socket) throws IOException {
		return new DataOutputStream(new BufferedOutputStream(socket.getOutputStream(), BUFFER_SIZE));
	}

	private static byte[] read(DataInputStream in, int maxSize) throws IOException {
		int size = in.readInt();
		if (size < 0 || size > maxSize) {
			throw new EOFException("Not a Kafka frame: size " + size);
		}
		byte[] frame = new byte[size];
		in.readFully(frame);
		return frame;
	}

	private static void write(DataOutputStream out, ByteBuffer frame) throws IOException {
		out.writeInt(frame.remaining());
		out.write(frame.array(), frame.arrayOffset() + frame.position(), frame.remaining());
		out.flush();
	}

	private void reset() throws IOException {
		// Discards unsent bytes and sends RST instead of FIN.
		this.client.setSoLinger(true, 0);
		close();
	}

	void close() {
		if (!this.closed.compareAndSet(false, true)) {
			return;
		}
		closeQuietly(this.client);
		closeQuietly(this.upstream);
		// Wakes it when it holds an answer back; blocking I/O ends with the socket.
		this.answers.interrupt();
		this.onClose.accept(this);
	}

	/**
	 * Wait until both threads of a closed connection have ended.
	 */
	void join() throws InterruptedException {
		this.requests.join();
		this.answers.join();
	}

	private static void closeQuietly(Socket socket) {
		try {
			socket.close();
		}
		catch (IOException ex) {
			// The wire can do nothing about it.
		}
	}

	@Override
	public String toString() {
		return this.client.getRemoteSocketAddress() + " to broker " + this.broker;
	}

	private interface Pump {

		void run() throws IOException, InterruptedException;

	}

}
