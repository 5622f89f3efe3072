/** The tunnel protocol of every tcpcopy generation as values and pure codecs: no sockets, no threads, no clock. */
@NullMarked
package dev.intercept.tcpcopy;

import org.jspecify.annotations.NullMarked;
