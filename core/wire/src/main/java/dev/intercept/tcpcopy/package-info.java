/** The tunnel protocol of every tcpcopy generation as values and pure codecs: no sockets, no threads, no clock. */
package dev.intercept.tcpcopy;
