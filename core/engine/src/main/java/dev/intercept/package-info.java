/** Intercept put together: its configuration, what starts and stops, and why it could not. */
package dev.intercept;
