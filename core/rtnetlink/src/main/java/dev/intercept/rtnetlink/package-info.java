/** rtnetlink(7): the kernel's routes and routing rules, read and changed; only {@code RtnetlinkSocket} calls the kernel. */
package dev.intercept.rtnetlink;
