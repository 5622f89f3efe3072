/** The rules of the kernel's packet filter, as they are inserted, found and removed with the host's iptables. */
package dev.intercept.firewall;
