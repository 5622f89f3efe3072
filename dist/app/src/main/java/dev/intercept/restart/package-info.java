/** How a process becomes the next version of itself: its descriptors and what is known of them go through execve(2). */
package dev.intercept.restart;
