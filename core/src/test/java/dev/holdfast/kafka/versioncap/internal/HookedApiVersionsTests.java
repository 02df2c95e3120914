/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.versioncap.internal;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import dev.holdfast.kafka.versioncap.KafkaClientsLoader;
import dev.holdfast.kafka.versioncap.rules.VersionCapInstallException;
import org.apache.kafka.clients.NodeApiVersions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * The shape of the class that the hook is put into, before and after.
 */
@Timeout(value = 30, unit = TimeUnit.SECONDS)
class HookedApiVersionsTests {

	private static final String GET = "get(Ljava/lang/String;)L%s;"
		.formatted(NodeApiVersions.class.getName().replace('.', '/'));

	@Test
	void everythingThatWasThereStays() throws Exception {
		ClassLoader plain = new KafkaClientsLoader((original) -> original);
		ClassLoader hooked = new KafkaClientsLoader(HookedApiVersions::of);

		assertThat(members(hooked.loadClass(HookedApiVersions.CLASS_NAME)))
			.containsAll(members(plain.loadClass(HookedApiVersions.CLASS_NAME)).toList())
			.filteredOn((member) -> !member.contains("holdfast"))
			.hasSameSizeAs(members(plain.loadClass(HookedApiVersions.CLASS_NAME)).toList());
	}

	/**
	 * What an update of kafka-clients may bring.
	 */
	enum Change {

		WITHOUT_GET {

			@Override
			MethodVisitor apply(ClassVisitor target, String name, String descriptor) {
				return name.equals("get") ? null : target.visitMethod(Opcodes.ACC_PUBLIC, name, descriptor, null, null);
			}

		},

		WITH_ANOTHER_UPDATE {

			@Override
			MethodVisitor apply(ClassVisitor target, String name, String descriptor) {
				return target.visitMethod(Opcodes.ACC_PUBLIC, name,
						name.equals("update") ? "(Ljava/lang/Integer;)V" : descriptor, null, null);
			}

		},

		WITH_ARGUMENTS_FOR_THE_CONSTRUCTOR {

			@Override
			MethodVisitor apply(ClassVisitor target, String name, String descriptor) {
				return target.visitMethod(Opcodes.ACC_PUBLIC, name, name.equals("<init>") ? "(I)V" : descriptor, null,
						null);
			}

		},

		WITH_A_SECOND_CONSTRUCTOR {

			@Override
			MethodVisitor apply(ClassVisitor target, String name, String descriptor) {
				if (name.equals("<init>")) {
					target.visitMethod(Opcodes.ACC_PUBLIC, name, "(I)V", null, null).visitEnd();
				}
				return target.visitMethod(Opcodes.ACC_PUBLIC, name, descriptor, null, null);
			}

		},

		WITH_A_STATIC_GET {

			@Override
			MethodVisitor apply(ClassVisitor target, String name, String descriptor) {
				return target.visitMethod(
						Opcodes.ACC_PUBLIC | ((name + descriptor).equals(GET) ? Opcodes.ACC_STATIC : 0), name,
						descriptor, null, null);
			}

		};

		abstract MethodVisitor apply(ClassVisitor target, String name, String descriptor);

	}

	@ParameterizedTest
	@EnumSource
	void anotherShapeIsRefused(Change change) throws IOException {
		ClassWriter changed = new ClassWriter(0);
		new ClassReader(original()).accept(new ClassVisitor(Opcodes.ASM9, changed) {

			@Override
			public MethodVisitor visitMethod(int access, String name, String descriptor, String signature,
					String[] exceptions) {
				return change.apply(cv, name, descriptor);
			}

		}, 0);

		assertThatExceptionOfType(VersionCapInstallException.class)
			.isThrownBy(() -> HookedApiVersions.of(changed.toByteArray()))
			.withMessageContaining(
					"These kafka-clients have a class org.apache.kafka.clients.ApiVersions that is not " + "understood")
			.withMessageContaining("one constructor, get(String), update(String, NodeApiVersions) and remove(String)");
	}

	@Test
	void aClassFileOfALaterJavaIsRefused() throws IOException {
		byte[] later = original();
		// The major version.
		later[6] = 1;

		assertThatExceptionOfType(VersionCapInstallException.class).isThrownBy(() -> HookedApiVersions.of(later))
			.withMessageContaining("These kafka-clients have a class org.apache.kafka.clients.ApiVersions that is not "
					+ "understood");
	}

	@Test
	void whatIsNoClassFileIsRefused() throws IOException {
		byte[] half = Arrays.copyOf(original(), original().length / 2);

		assertThatExceptionOfType(VersionCapInstallException.class).isThrownBy(() -> HookedApiVersions.of(half))
			.withMessageContaining("not understood");
	}

	private static byte[] original() throws IOException {
		try (InputStream stream = NodeApiVersions.class.getResourceAsStream("ApiVersions.class")) {
			return stream.readAllBytes();
		}
	}

	private static Stream<String> members(Class<?> type) {
		return Stream
			.of(type.getDeclaredConstructors(), type.getDeclaredMethods(), type.getDeclaredFields(),
					type.getInterfaces(), new Object[] { type.getSuperclass(), type.getModifiers() })
			.flatMap(Stream::of)
			.map(Object::toString);
	}

}
