/** What others see of a running intercept: the status socket, metrics, and a page. */
@NullMarked
package dev.intercept.monitor;

import org.jspecify.annotations.NullMarked;
