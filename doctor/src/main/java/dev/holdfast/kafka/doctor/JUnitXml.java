/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.doctor;

import java.io.StringWriter;

import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

import dev.holdfast.kafka.conformance.report.ConformanceReport;
import dev.holdfast.kafka.conformance.report.Finding;
import dev.holdfast.kafka.conformance.report.Verdict;

/**
 * A report as build servers read it: one test case a check.
 */
final class JUnitXml {

	private JUnitXml() {
	}

	static String of(ConformanceReport report) {
		StringWriter text = new StringWriter();
		try {
			XMLStreamWriter xml = XMLOutputFactory.newFactory().createXMLStreamWriter(text);
			xml.writeStartDocument("UTF-8", "1.0");
			xml.writeStartElement("testsuite");
			xml.writeAttribute("name", "holdfast-doctor");
			xml.writeAttribute("tests", String.valueOf(report.findings().size()));
			xml.writeAttribute("failures", String.valueOf(count(report, Verdict.FAILED)));
			xml.writeAttribute("errors", "0");
			xml.writeAttribute("skipped", String.valueOf(count(report, Verdict.SKIPPED)));
			xml.writeAttribute("time", String.valueOf(report.took().toMillis() / 1000.0));
			for (Finding finding : report.findings()) {
				write(xml, finding);
			}
			xml.writeEndElement();
			xml.writeEndDocument();
			xml.close();
			return text.toString();
		}
		catch (XMLStreamException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static long count(ConformanceReport report, Verdict verdict) {
		return report.findings().stream().filter((finding) -> finding.verdict() == verdict).count();
	}

	private static void write(XMLStreamWriter xml, Finding finding) throws XMLStreamException {
		xml.writeStartElement("testcase");
		xml.writeAttribute("classname", "holdfast-doctor." + finding.check().group().title());
		xml.writeAttribute("name", finding.check().id());
		switch (finding.verdict()) {
			case FAILED -> {
				xml.writeStartElement("failure");
				xml.writeAttribute("type", finding.kind());
				xml.writeAttribute("message", finding.detail());
				xml.writeCharacters(finding.hint());
				xml.writeEndElement();
			}
			case SKIPPED -> {
				xml.writeStartElement("skipped");
				xml.writeAttribute("message", finding.detail());
				xml.writeEndElement();
			}
			case WARNING, UNDECIDED, SOUND -> {
				xml.writeStartElement("system-out");
				xml.writeCharacters(finding.verdict() + ": " + finding.detail());
				xml.writeEndElement();
			}
		}
		xml.writeEndElement();
	}

}
