/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.internal.wrapping;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.invoke.VarHandle;
import java.lang.reflect.Constructor;
import java.util.List;

/**
 * A class of wrappers, which this makes at run time.
 *
 * @param wrapper the class
 * @param allocation makes an instance, and runs no constructor but that of {@code Object}
 * @param clientSetter sets the client of an instance
 * @param interceptionSetter sets its interception
 */
record WrapperType(Class<?> wrapper, Constructor<?> allocation, MethodHandle clientSetter,
		MethodHandle interceptionSetter) {

	private static final MethodType SETTER = MethodType.methodType(void.class, Object.class, Object.class);

	/**
	 * Makes the class.
	 * @param lookup of the class of the interception, which has full access to it
	 * @param target what wrappers are: a class or an interface
	 * @param interfaces what they implement besides
	 * @throws UnwrappableConsumerException if wrappers cannot be that
	 * @throws ReflectiveOperationException if the JVM refuses
	 */
	static WrapperType define(MethodHandles.Lookup lookup, Class<?> target, List<Class<?>> interfaces)
			throws ReflectiveOperationException {
		Class<?> reflectionFactory = reflectionFactory();
		List<WrapperMethod> methods = WrapperMethod.of(lookup, target, interfaces);
		Class<?> interception = lookup.lookupClass();
		String name = interception.getName() + "$" + target.getSimpleName();
		Class<?> wrapper = define(lookup, name, WrapperClassFile.of(name, target, interfaces, interception, methods));
		return new WrapperType(wrapper, allocation(reflectionFactory, wrapper),
				lookup.findSetter(wrapper, WrapperClassFile.CLIENT_FIELD, target).asType(SETTER),
				lookup.findSetter(wrapper, WrapperClassFile.INTERCEPTION_FIELD, interception).asType(SETTER));
	}

	private static Class<?> define(MethodHandles.Lookup lookup, String name, byte[] file)
			throws ReflectiveOperationException {
		try {
			return lookup.defineClass(file);
		}
		catch (LinkageError ex) {
			try {
				// An ahead-of-time cache may have the class, from the run that made the
				// cache.
				return Class.forName(name, false, lookup.lookupClass().getClassLoader());
			}
			catch (ClassNotFoundException none) {
				throw ex;
			}
		}
	}

	private static Class<?> reflectionFactory() {
		try {
			return Class.forName("sun.reflect.ReflectionFactory", true, null);
		}
		catch (ClassNotFoundException ex) {
			throw new UnwrappableConsumerException(
					"this JVM has no sun.reflect.ReflectionFactory: add the module jdk.unsupported to its image", ex);
		}
	}

	/**
	 * Allocates as deserialization does: a client's constructor would make one more
	 * client.
	 */
	private static Constructor<?> allocation(Class<?> reflectionFactory, Class<?> wrapper)
			throws ReflectiveOperationException {
		Object factory = reflectionFactory.getMethod("getReflectionFactory").invoke(null);
		return (Constructor<?>) reflectionFactory
			.getMethod("newConstructorForSerialization", Class.class, Constructor.class)
			.invoke(factory, wrapper, Object.class.getConstructor());
	}

	Object create(Object client, Interception interception) throws ReflectiveOperationException {
		Object instance = allocation.newInstance();
		try {
			clientSetter.invokeExact(instance, client);
			interceptionSetter.invokeExact(instance, (Object) interception);
		}
		catch (RuntimeException | Error ex) {
			throw ex;
		}
		catch (Throwable ex) {
			throw new IllegalStateException(ex);
		}
		// Any thread that sees it sees its fields, as if they were final.
		VarHandle.releaseFence();
		return instance;
	}

}
