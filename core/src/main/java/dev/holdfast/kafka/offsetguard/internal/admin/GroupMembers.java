/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.admin;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import dev.holdfast.kafka.offsetguard.internal.client.ClientConfiguration;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.DescribeConsumerGroupsOptions;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.InterruptException;

/**
 * Finds the member of a group that a partition is assigned to.
 */
public final class GroupMembers {

	private GroupMembers() {
	}

	/**
	 * Asks through a connection of its own: a question about a group that an operator has
	 * mistyped must not reach the connection that consumers share.
	 */
	public static Optional<String> owner(SharedAdmins admins, ClientConfiguration client, String groupId,
			TopicPartition partition, Duration timeout) {
		Admin admin = null;
		try {
			admin = admins.open(client, Set.of(), Patience.LEAST_MILLIS);
			return owner(admin, groupId, partition, timeout);
		}
		catch (InterruptedException ex) {
			throw new InterruptException(ex);
		}
		catch (ExecutionException ex) {
			if (ex.getCause() instanceof GroupIdNotFoundException) {
				return Optional.empty();
			}
			throw new KafkaException(String.valueOf(ex.getCause()), ex.getCause());
		}
		catch (TimeoutException ex) {
			throw new KafkaException("No answer within " + timeout.toMillis() + " ms", ex);
		}
		finally {
			if (admin != null) {
				SharedAdmins.close(admin);
			}
		}
	}

	private static Optional<String> owner(Admin admin, String groupId, TopicPartition partition, Duration timeout)
			throws InterruptedException, ExecutionException, TimeoutException {
		ConsumerGroupDescription group = Objects
			.requireNonNull(admin
				.describeConsumerGroups(List.of(groupId),
						new DescribeConsumerGroupsOptions().timeoutMs((int) timeout.toMillis()))
				.describedGroups()
				.get(groupId))
			.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
		return group.members()
			.stream()
			.filter((member) -> member.assignment().topicPartitions().contains(partition))
			.map((member) -> "%s on %s".formatted(member.clientId(), member.host()))
			.findFirst();
	}

}
