/** Has the kernel acknowledge what tunnels receive at once, by routes of its own that only their traffic takes. */
package dev.intercept.quickack;
