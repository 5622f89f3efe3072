/** Measurements of core's parts, each a program of its own; docs/benchmarks.md says how to run them and what they gave. */
package dev.intercept.bench;
