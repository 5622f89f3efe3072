/** What intercept counted: one counter for every way a packet, a session or a tunnel can go, and the line that tells it. */
package dev.intercept.stats;
