/** rtnetlink(7): the kernel's routes and routing rules, read and changed; only {@code RtnetlinkSocket} calls the kernel. */
@NullMarked
package dev.intercept.rtnetlink;

import org.jspecify.annotations.NullMarked;
