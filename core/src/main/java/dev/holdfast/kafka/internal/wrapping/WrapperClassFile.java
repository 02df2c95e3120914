/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.internal.wrapping;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

import org.apache.kafka.common.errors.WakeupException;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/**
 * Makes the class file of wrappers. For a {@code KafkaConsumer}, for instance:
 *
 * <pre class="code">
 * public class GuardedConsumer$KafkaConsumer extends KafkaConsumer implements VersionedClient {
 *
 *     KafkaConsumer client;
 *
 *     GuardedConsumer interception;
 *
 *     protected GuardedConsumer$KafkaConsumer() {
 *         throw new UnsupportedOperationException(...);
 *     }
 *
 *     public ConsumerRecords poll(Duration timeout) {
 *         try {
 *             return this.interception.poll(timeout);
 *         }
 *         catch (WakeupException ex) {
 *             this.interception.onWakeup();
 *             throw ex;
 *         }
 *     }
 *
 *     public List partitionsFor(String topic) {
 *         try {
 *             return this.client.partitionsFor(topic);
 *         }
 *         ...
 *     }
 *
 * }
 * </pre>
 *
 * Neither the class nor its methods are final, for the sake of libraries that make
 * proxies of it or spy on it. They look for a constructor, and do not call it.
 */
final class WrapperClassFile {

	static final String CLIENT_FIELD = "client";

	static final String INTERCEPTION_FIELD = "interception";

	private static final String WAKEUP = Type.getInternalName(WakeupException.class);

	private static final String UNSUPPORTED = Type.getInternalName(UnsupportedOperationException.class);

	private final ClassWriter writer = new ClassWriter(ClassWriter.COMPUTE_MAXS);

	private final String name;

	private final Class<?> target;

	private final Class<?> interception;

	private WrapperClassFile(String name, Class<?> target, Class<?> interception) {
		this.name = name.replace('.', '/');
		this.target = target;
		this.interception = interception;
	}

	static byte[] of(String name, Class<?> target, List<Class<?>> interfaces, Class<?> interception,
			List<WrapperMethod> methods) {
		WrapperClassFile file = new WrapperClassFile(name, target, interception);
		file.addHeader(interfaces);
		file.addConstructor();
		methods.forEach(file::addMethod);
		return file.writer.toByteArray();
	}

	private void addHeader(List<Class<?>> interfaces) {
		Class<?> superclass = target.isInterface() ? Object.class : target;
		Stream<Class<?>> all = target.isInterface() ? Stream.concat(Stream.of(target), interfaces.stream())
				: interfaces.stream();
		writer.visit(Opcodes.V17, Opcodes.ACC_PUBLIC | Opcodes.ACC_SUPER, name, null, Type.getInternalName(superclass),
				all.map(Type::getInternalName).toArray(String[]::new));
		writer.visitField(0, CLIENT_FIELD, Type.getDescriptor(target), null, null).visitEnd();
		writer.visitField(0, INTERCEPTION_FIELD, Type.getDescriptor(interception), null, null).visitEnd();
	}

	private void addConstructor() {
		MethodVisitor code = writer.visitMethod(Opcodes.ACC_PROTECTED, "<init>", "()V", null, null);
		code.visitCode();
		code.visitTypeInsn(Opcodes.NEW, UNSUPPORTED);
		code.visitInsn(Opcodes.DUP);
		code.visitLdcInsn("Only Holdfast makes consumers of this class");
		code.visitMethodInsn(Opcodes.INVOKESPECIAL, UNSUPPORTED, "<init>", "(Ljava/lang/String;)V", false);
		code.visitInsn(Opcodes.ATHROW);
		code.visitMaxs(0, 0);
		code.visitEnd();
	}

	private void addMethod(WrapperMethod wrapperMethod) {
		Method method = wrapperMethod.method();
		Type type = Type.getType(method);
		MethodVisitor code = writer.visitMethod(Opcodes.ACC_PUBLIC | (method.isVarArgs() ? Opcodes.ACC_VARARGS : 0),
				method.getName(), type.getDescriptor(), null,
				Arrays.stream(method.getExceptionTypes()).map(Type::getInternalName).toArray(String[]::new));
		Label start = new Label();
		Label end = new Label();
		Label wokenUp = new Label();
		code.visitCode();
		code.visitTryCatchBlock(start, end, wokenUp, WAKEUP);
		code.visitLabel(start);
		addCall(code, wrapperMethod, type);
		code.visitLabel(end);
		code.visitInsn(type.getReturnType().getOpcode(Opcodes.IRETURN));
		code.visitLabel(wokenUp);
		code.visitFrame(Opcodes.F_SAME1, 0, null, 1, new Object[] { WAKEUP });
		loadField(code, INTERCEPTION_FIELD, interception);
		code.visitMethodInsn(Opcodes.INVOKEINTERFACE, Type.getInternalName(Interception.class), "onWakeup", "()V",
				true);
		code.visitInsn(Opcodes.ATHROW);
		code.visitMaxs(0, 0);
		code.visitEnd();
	}

	private void addCall(MethodVisitor code, WrapperMethod method, Type type) {
		Class<?> owner = method.intercepted() ? interception : target;
		loadField(code, method.intercepted() ? INTERCEPTION_FIELD : CLIENT_FIELD, owner);
		int local = 1;
		for (Type argument : type.getArgumentTypes()) {
			code.visitVarInsn(argument.getOpcode(Opcodes.ILOAD), local);
			local += argument.getSize();
		}
		code.visitMethodInsn(owner.isInterface() ? Opcodes.INVOKEINTERFACE : Opcodes.INVOKEVIRTUAL,
				Type.getInternalName(owner), method.method().getName(), type.getDescriptor(), owner.isInterface());
	}

	private void loadField(MethodVisitor code, String field, Class<?> type) {
		code.visitVarInsn(Opcodes.ALOAD, 0);
		code.visitFieldInsn(Opcodes.GETFIELD, name, field, Type.getDescriptor(type));
	}

}
