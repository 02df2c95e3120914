/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.versioncap.internal;

import java.lang.ref.WeakReference;
import java.util.Iterator;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Function;

import dev.holdfast.kafka.versioncap.rules.VersionCapInstallException;
import org.jspecify.annotations.Nullable;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/**
 * Adds the hook to the class file of {@code org.apache.kafka.clients.ApiVersions}, in
 * which each client keeps what its brokers offer:
 *
 * <pre class="code">
 * public static volatile Iterable holdfastBinders;
 * private Object holdfastBinding;
 *
 * public ApiVersions() {
 *     ...
 *     this.holdfastBinding = holdfastBind(this);
 * }
 *
 * public synchronized NodeApiVersions get(String nodeId) {
 *     return (NodeApiVersions) holdfastGet(this.holdfastBinding, nodeId, ...);
 * }
 *
 * public synchronized void update(String nodeId, NodeApiVersions versions) {
 *     holdfastUpdate(this.holdfastBinding, nodeId, versions);
 *     ...
 * }
 *
 * public synchronized void remove(String nodeId) {
 *     holdfastUpdate(this.holdfastBinding, nodeId, null);
 *     ...
 * }
 * </pre>
 *
 * The added code refers to types of the JDK only, since kafka-clients may be in a class
 * loader that does not see this one's classes. The original methods only get instructions
 * without branches, so that their stack maps stay true.
 */
public final class HookedApiVersions {

	public static final String CLASS_NAME = "org.apache.kafka.clients.ApiVersions";

	/**
	 * References to the functions that a new client asks for its binding, one after the
	 * other until one has it.
	 */
	public static final String BINDERS_FIELD = "holdfastBinders";

	private static final String OWNER = CLASS_NAME.replace('.', '/');

	private static final String VERSIONS = "org/apache/kafka/clients/NodeApiVersions";

	private static final String BINDING_FIELD = "holdfastBinding";

	private static final String OBJECT = "Ljava/lang/Object;";

	private static final String BIND = "(" + OBJECT + ")" + OBJECT;

	private static final String GET = "(" + OBJECT.repeat(3) + ")" + OBJECT;

	private static final String UPDATE = "(" + OBJECT.repeat(3) + ")V";

	private HookedApiVersions() {
	}

	/**
	 * Adds the hook.
	 * @param original the class file as the vendor made it
	 * @return the class file with the hook
	 * @throws VersionCapInstallException if the class is not the known one
	 */
	public static byte[] of(byte[] original) {
		ClassWriter writer;
		Hooking hooking;
		try {
			ClassReader reader = new ClassReader(original);
			writer = new ClassWriter(reader, ClassWriter.COMPUTE_MAXS);
			hooking = new Hooking(writer);
			reader.accept(hooking, 0);
		}
		catch (IllegalArgumentException | IndexOutOfBoundsException ex) {
			// ASM throws these for a later version of the class file format, and for
			// garbage.
			throw notUnderstood(ex);
		}
		if (hooking.hooked != 4 || hooking.constructors != 1) {
			throw notUnderstood(null);
		}
		return writer.toByteArray();
	}

	private static VersionCapInstallException notUnderstood(@Nullable Exception cause) {
		return new VersionCapInstallException("These kafka-clients have a class %s that is not understood%s: "
			.formatted(CLASS_NAME, (cause != null) ? " (" + cause.getMessage() + ")" : "")
				+ "it is expected to have one constructor, get(String), "
				+ "update(String, NodeApiVersions) and remove(String)", cause);
	}

	private static final class Hooking extends ClassVisitor {

		private int hooked;

		private int constructors;

		Hooking(ClassVisitor next) {
			super(Opcodes.ASM9, next);
		}

		@Override
		public MethodVisitor visitMethod(int access, String name, String descriptor, @Nullable String signature,
				String @Nullable [] exceptions) {
			MethodVisitor next = super.visitMethod(access, name, descriptor, signature, exceptions);
			if (name.equals("<init>")) {
				constructors++;
			}
			if ((access & Opcodes.ACC_STATIC) != 0) {
				return next;
			}
			return switch (name + descriptor) {
				case "<init>()V" -> new ConstructorHook(counted(next));
				case "get(Ljava/lang/String;)L" + VERSIONS + ";" -> new GetHook(counted(next));
				case "update(Ljava/lang/String;L" + VERSIONS + ";)V" -> new UpdateHook(counted(next), true);
				case "remove(Ljava/lang/String;)V" -> new UpdateHook(counted(next), false);
				default -> next;
			};
		}

		private MethodVisitor counted(MethodVisitor visitor) {
			hooked++;
			return visitor;
		}

		@Override
		public void visitEnd() {
			visitField(Opcodes.ACC_PUBLIC | Opcodes.ACC_STATIC | Opcodes.ACC_VOLATILE | Opcodes.ACC_SYNTHETIC,
					BINDERS_FIELD, Type.getDescriptor(Iterable.class), null, null)
				.visitEnd();
			visitField(Opcodes.ACC_PRIVATE | Opcodes.ACC_SYNTHETIC, BINDING_FIELD, OBJECT, null, null).visitEnd();
			addBind();
			addCall("holdfastGet", GET, BiFunction.class, "apply");
			addCall("holdfastUpdate", UPDATE, BiConsumer.class, "accept");
			super.visitEnd();
		}

		private MethodVisitor addMethod(String name, String descriptor) {
			MethodVisitor method = super.visitMethod(Opcodes.ACC_PRIVATE | Opcodes.ACC_STATIC | Opcodes.ACC_SYNTHETIC,
					name, descriptor, null, null);
			method.visitCode();
			return method;
		}

		private void addBind() {
			MethodVisitor method = addMethod("holdfastBind", BIND);
			Label next = new Label();
			Label unbound = new Label();
			method.visitFieldInsn(Opcodes.GETSTATIC, OWNER, BINDERS_FIELD, Type.getDescriptor(Iterable.class));
			method.visitVarInsn(Opcodes.ASTORE, 1);
			method.visitVarInsn(Opcodes.ALOAD, 1);
			method.visitJumpInsn(Opcodes.IFNULL, unbound);
			method.visitVarInsn(Opcodes.ALOAD, 1);
			call(method, Iterable.class, "iterator", "()" + Type.getDescriptor(Iterator.class));
			method.visitVarInsn(Opcodes.ASTORE, 2);
			method.visitLabel(next);
			method.visitFrame(Opcodes.F_APPEND, 2,
					new Object[] { Type.getInternalName(Iterable.class), Type.getInternalName(Iterator.class) }, 0,
					null);
			method.visitVarInsn(Opcodes.ALOAD, 2);
			call(method, Iterator.class, "hasNext", "()Z");
			method.visitJumpInsn(Opcodes.IFEQ, unbound);
			method.visitVarInsn(Opcodes.ALOAD, 2);
			call(method, Iterator.class, "next", "()" + OBJECT);
			addBindBy(method, next);
			method.visitLabel(unbound);
			method.visitFrame(Opcodes.F_CHOP, 2, null, 0, null);
			method.visitInsn(Opcodes.ACONST_NULL);
			method.visitInsn(Opcodes.ARETURN);
			method.visitMaxs(0, 0);
			method.visitEnd();
		}

		/**
		 * Adds code that calls the binder on the stack, and returns its binding if there
		 * is one.
		 */
		private void addBindBy(MethodVisitor method, Label next) {
			method.visitTypeInsn(Opcodes.CHECKCAST, Type.getInternalName(WeakReference.class));
			method.visitMethodInsn(Opcodes.INVOKEVIRTUAL, Type.getInternalName(WeakReference.class), "get",
					"()" + OBJECT, false);
			method.visitVarInsn(Opcodes.ASTORE, 3);
			method.visitVarInsn(Opcodes.ALOAD, 3);
			method.visitJumpInsn(Opcodes.IFNULL, next);
			method.visitVarInsn(Opcodes.ALOAD, 3);
			method.visitTypeInsn(Opcodes.CHECKCAST, Type.getInternalName(Function.class));
			method.visitVarInsn(Opcodes.ALOAD, 0);
			call(method, Function.class, "apply", BIND);
			method.visitVarInsn(Opcodes.ASTORE, 3);
			method.visitVarInsn(Opcodes.ALOAD, 3);
			method.visitJumpInsn(Opcodes.IFNULL, next);
			method.visitVarInsn(Opcodes.ALOAD, 3);
			method.visitInsn(Opcodes.ARETURN);
		}

		private static void call(MethodVisitor method, Class<?> type, String name, String descriptor) {
			method.visitMethodInsn(Opcodes.INVOKEINTERFACE, Type.getInternalName(type), name, descriptor, true);
		}

		/**
		 * Adds a method that calls its first argument with the other two. Without a first
		 * argument the method returns the last one.
		 */
		private void addCall(String name, String descriptor, Class<?> type, String method) {
			boolean returning = !descriptor.endsWith("V");
			MethodVisitor code = addMethod(name, descriptor);
			Label unbound = new Label();
			code.visitVarInsn(Opcodes.ALOAD, 0);
			code.visitJumpInsn(Opcodes.IFNULL, unbound);
			code.visitVarInsn(Opcodes.ALOAD, 0);
			code.visitTypeInsn(Opcodes.CHECKCAST, Type.getInternalName(type));
			code.visitVarInsn(Opcodes.ALOAD, 1);
			code.visitVarInsn(Opcodes.ALOAD, 2);
			code.visitMethodInsn(Opcodes.INVOKEINTERFACE, Type.getInternalName(type), method,
					"(" + OBJECT.repeat(2) + ")" + (returning ? OBJECT : "V"), true);
			code.visitInsn(returning ? Opcodes.ARETURN : Opcodes.RETURN);
			code.visitLabel(unbound);
			code.visitFrame(Opcodes.F_SAME, 0, null, 0, null);
			if (returning) {
				code.visitVarInsn(Opcodes.ALOAD, 2);
			}
			code.visitInsn(returning ? Opcodes.ARETURN : Opcodes.RETURN);
			code.visitMaxs(0, 0);
			code.visitEnd();
		}

	}

	private static final class ConstructorHook extends MethodVisitor {

		ConstructorHook(MethodVisitor next) {
			super(Opcodes.ASM9, next);
		}

		@Override
		public void visitInsn(int opcode) {
			if (opcode == Opcodes.RETURN) {
				visitVarInsn(Opcodes.ALOAD, 0);
				visitInsn(Opcodes.DUP);
				visitMethodInsn(Opcodes.INVOKESTATIC, OWNER, "holdfastBind", BIND, false);
				visitFieldInsn(Opcodes.PUTFIELD, OWNER, BINDING_FIELD, OBJECT);
			}
			super.visitInsn(opcode);
		}

	}

	private static final class GetHook extends MethodVisitor {

		GetHook(MethodVisitor next) {
			super(Opcodes.ASM9, next);
		}

		@Override
		public void visitInsn(int opcode) {
			if (opcode == Opcodes.ARETURN) {
				visitVarInsn(Opcodes.ALOAD, 0);
				visitFieldInsn(Opcodes.GETFIELD, OWNER, BINDING_FIELD, OBJECT);
				// Below what get() would return: binding, node.
				visitInsn(Opcodes.SWAP);
				visitVarInsn(Opcodes.ALOAD, 1);
				visitInsn(Opcodes.SWAP);
				visitMethodInsn(Opcodes.INVOKESTATIC, OWNER, "holdfastGet", GET, false);
				visitTypeInsn(Opcodes.CHECKCAST, VERSIONS);
			}
			super.visitInsn(opcode);
		}

	}

	private static final class UpdateHook extends MethodVisitor {

		private final boolean updating;

		UpdateHook(MethodVisitor next, boolean updating) {
			super(Opcodes.ASM9, next);
			this.updating = updating;
		}

		@Override
		public void visitCode() {
			super.visitCode();
			visitVarInsn(Opcodes.ALOAD, 0);
			visitFieldInsn(Opcodes.GETFIELD, OWNER, BINDING_FIELD, OBJECT);
			visitVarInsn(Opcodes.ALOAD, 1);
			if (updating) {
				visitVarInsn(Opcodes.ALOAD, 2);
			}
			else {
				visitInsn(Opcodes.ACONST_NULL);
			}
			visitMethodInsn(Opcodes.INVOKESTATIC, OWNER, "holdfastUpdate", UPDATE, false);
		}

	}

}
