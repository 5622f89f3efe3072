/** The kernel's rules that bring a target's answers to a backend: which backend needs which, and how they are inserted. */
package dev.intercept.rules;
