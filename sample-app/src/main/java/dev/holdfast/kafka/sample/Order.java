/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.sample;

/**
 * An order.
 *
 * @param id the order's number
 * @param item what was ordered
 * @param quantity how many of it
 */
public record Order(String id, String item, int quantity) {

	/**
	 * Reads an order from a line such as {@code 4711,tea,2}. Spring finds this method and
	 * converts the values of records with it.
	 * @param line id, item and quantity, separated by commas
	 * @return the order
	 */
	public static Order from(String line) {
		String[] fields = line.split(",");
		return new Order(fields[0], fields[1], Integer.parseInt(fields[2]));
	}

}
