/** Watches a running intercept for the signs that answers or copied requests go astray: one class for each sign. */
package dev.intercept.diagnosis.watch;
