/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.tables;

import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Each kind of difference is reported, and a text that is no table is refused.
 */
@Timeout(value = 30, unit = TimeUnit.SECONDS)
class TableComparisonTests {

	private static final String JARS = """
			# Comment
			id,api,2.8,3.0
			1,Fetch,12,12
			60,DescribeCluster,,0
			""";

	@Test
	void equalTables() {
		assertThat(new TableComparison(TableText.parse(JARS), TableText.parse(JARS)).differences()).isEmpty();
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '"', value = {
			"1,Fetch,12,12 | 1,Fetch,12,13 | Fetch (API key 1), release 3.0: table 13, jar 12",
			"1,Fetch,12,12 | 1,Fetch,12, | Fetch (API key 1), release 3.0: table none, jar 12",
			"DescribeCluster,,0 | DescribeCluster,1,0 | DescribeCluster (API key 60), release 2.8: table 1, jar none",
			"1,Fetch | 1,Fletch | API key 1: table Fletch, jars Fetch",
			"2.8,3.0 | 2.8,3.1 | release 3.1: in the table, but there is no jar; release 3.0: not in the table",
			"60,DescribeCluster | 61,DescribeCluster | API key 60: table none, jars DescribeCluster; DescribeCluster (API"
					+ " key 60), release 3.0: table none, jar 0; API key 61: table DescribeCluster, jars none; "
					+ "DescribeCluster (API key 61), release 3.0: table 0, jar none" })
	void reports(String original, String changed, String differences) {
		Table table = TableText.parse(JARS.replace(original, changed));

		TableComparison comparison = new TableComparison(table, TableText.parse(JARS));

		assertThat(comparison.differences()).containsExactly(differences.split("; "));
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '"',
			value = { "# Comment | Comment | No table; allowed: a comment, a line of headings, a line for each API",
					"id,api | key,api | Line 2: headings 'key,api,2.8,3.0'; allowed: id,api and the releases, such as "
							+ "id,api,2.8,3.0",
					"2.8,3.0 | 2.8,3 | '3' is no release; allowed: <major>.<minor>, such as 2.8",
					"2.8,3.0 | 2.8,2.8 | Line 2: a release is there twice",
					"1,Fetch,12,12 | 1,Fetch,12 | Line 3: 3 cells; allowed: 4, as there are headings",
					"1,Fetch,12,12 | 1,Fetch,12,-1 | Line 3: '-1'; allowed: a number from 0 to 9999",
					"60,DescribeCluster | 1,DescribeCluster | Line 4: a second line for API key 1" })
	void refuses(String original, String changed, String message) {
		String text = JARS.replace(original, changed);

		assertThatExceptionOfType(UnusableInputException.class).isThrownBy(() -> TableText.parse(text))
			.withMessage(message);
	}

}
