/** The rules that bring a target's answers to a backend: which backend needs which, in iptables' words. */
package dev.intercept.rules;
