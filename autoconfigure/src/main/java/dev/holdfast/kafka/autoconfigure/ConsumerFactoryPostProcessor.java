/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure;

import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import org.springframework.aop.framework.Advised;
import org.springframework.aop.framework.AopConfigException;
import org.springframework.aop.framework.AopInfrastructureBean;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.aop.framework.autoproxy.AbstractBeanFactoryAwareAdvisingPostProcessor;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.util.ClassUtils;

/**
 * Advises each {@link ConsumerFactory} bean so that its consumers are guarded. The bean
 * keeps its class. An existing proxy gets the advice added, closest to the target. Of a
 * scoped bean it advises each target, and not the scoped proxy.
 */
final class ConsumerFactoryPostProcessor extends AbstractBeanFactoryAwareAdvisingPostProcessor {

	private final transient FactoryGuards guards;

	/**
	 * Beans that Spring itself replaces by the early reference once they are initialized.
	 */
	private final transient Set<String> guardedEarly = ConcurrentHashMap.newKeySet();

	ConsumerFactoryPostProcessor(FactoryGuards guards) {
		this.guards = guards;
		this.advisor = GuardProxies.placeholder();
	}

	@Override
	public void setBeanFactory(BeanFactory beanFactory) {
		super.setBeanFactory(beanFactory);
		// Overrides the application's default for proxies: beans keep their class, and a
		// proxy tells whether it guards.
		setProxyTargetClass(true);
		setOpaque(false);
	}

	@Override
	public Class<?> determineBeanType(Class<?> beanClass, String beanName) {
		boolean advised = ConsumerFactory.class.isAssignableFrom(beanClass) && !beanClass.isInterface()
				&& guards.isEnabled(FactoryNames.of(beanName)) && GuardProxies.obstacles(beanClass).isEmpty();
		return advised ? super.determineBeanType(beanClass, beanName) : beanClass;
	}

	/**
	 * Gives the other beans in a circle of references the guarded bean, too.
	 */
	@Override
	public Object getEarlyBeanReference(Object bean, String beanName) {
		Object result = guard(bean, beanName);
		if (result != bean) {
			guardedEarly.add(beanName);
		}
		return result;
	}

	@Override
	public Object postProcessAfterInitialization(Object bean, String beanName) {
		return guardedEarly.remove(beanName) ? bean : guard(bean, beanName);
	}

	private Object guard(Object bean, String beanName) {
		String factoryName = FactoryNames.of(beanName);
		if (!(bean instanceof ConsumerFactory<?, ?>) || bean instanceof AopInfrastructureBean
				|| !guards.isEnabled(factoryName) || GuardProxies.guard(bean) != null) {
			return bean;
		}
		if (Mocks.isMock(bean)) {
			guards.unadvised(factoryName, Mocks.REASON);
			return bean;
		}
		try {
			return advise(bean, beanName, factoryName);
		}
		catch (AopConfigException ex) {
			guards.unadvised(factoryName, String.valueOf(ex.getMessage()));
			return bean;
		}
	}

	private Object advise(Object bean, String beanName, String factoryName) {
		Object result = super.postProcessAfterInitialization(bean, beanName);
		if (advisor != null && result instanceof Advised proxy && proxy.indexOf(advisor) >= 0) {
			// There is one advisor for all beans, but each has a guard of its own.
			proxy.replaceAdvisor(advisor, guards.advisor(factoryName));
			return result;
		}
		List<String> obstacles = GuardProxies.obstacles(bean.getClass());
		if (!obstacles.isEmpty()) {
			guards.unadvised(factoryName, String.join(", ", obstacles));
		}
		return bean;
	}

	@Override
	protected boolean isEligible(Object bean, String beanName) {
		return GuardProxies.obstacles(bean.getClass()).isEmpty() && super.isEligible(bean, beanName);
	}

	@Override
	protected void customizeProxyFactory(ProxyFactory proxyFactory) {
		Class<?> targetClass = proxyFactory.getTargetClass();
		if (targetClass != null && Proxy.isProxyClass(targetClass)) {
			proxyFactory.setInterfaces(ClassUtils.getAllInterfacesForClass(targetClass));
		}
	}

}
