package dev.intercept.endtoend;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.kit.Commands;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** {@code dist/host-state.sh}, by which dist/test.sh proves that the tests leave the machine alone, sees a change of each kind. */
class HostStateTest {

    /** What changes, and what of it is then to be seen. */
    private static final Map<String, String> CHANGES = Map.of(
            "mount -t tmpfs tmpfs /mnt", "> /mnt ",
            "iptables-legacy -A OUTPUT -j ACCEPT", "> -A OUTPUT -j ACCEPT",
            "nft add table ip of-a-test", "> table ip of-a-test",
            "ip address add 192.0.2.1/32 dev lo", " inet 192.0.2.1/32 scope global lo",
            "ip route add blackhole 198.51.100.0/24", "> blackhole 198.51.100.0/24",
            "ip rule add from 192.0.2.1 lookup 7", "from 192.0.2.1 lookup 7",
            "sysctl -q net.ipv4.ip_forward=1", "> net.ipv4.ip_forward = 1",
            "chown nobody /dev/device", "> /dev/device nobody:root 640 c",
            "chmod 640 /dev/device", "< /dev/device root:root 600 c",
            "sleep 600 &", " sleep 600");

    @Test
    void shouldSeeEachChangeAndNothingElse() throws Exception {
        String script = """
                set -e
                work=$(mktemp -d)
                trap 'rm -rf "$work"; kill $!' EXIT
                mount -t tmpfs -o mode=755 tmpfs /dev
                mknod -m 666 /dev/null c 1 3
                mknod -m 600 /dev/device c 1 3
                ../host-state.sh >"$work/before"
                ../host-state.sh >"$work/again"
                cmp "$work/before" "$work/again"
                %s
                ../host-state.sh >"$work/after"
                diff "$work/before" "$work/after" || :
                """.formatted(String.join("\n", CHANGES.keySet()));
        String seen = Commands.exec("unshare", "-m", "-n", "sh", "-c", script);
        CHANGES.forEach((change, line) -> assertTrue(seen.contains(line), change + " is not in " + seen));
    }
}
