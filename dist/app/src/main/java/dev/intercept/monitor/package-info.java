/** What others see of a running intercept: the status socket, metrics, and a page. */
package dev.intercept.monitor;
