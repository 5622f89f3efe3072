package dev.intercept.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.intercept.ExitCode;
import org.junit.jupiter.api.Test;

class UsageErrorsTest {

    private static void assertRefused(String expectedLine, String... args) {
        CommandRun run = CommandRun.of(args);
        assertEquals("intercept: " + expectedLine + "; try 'intercept --help'\n", run.err());
        assertEquals("", run.out());
        assertEquals(ExitCode.USAGE.code(), run.exitCode());
    }

    @Test
    void shouldRefuseAPortOutOfRange() {
        assertRefused("-p, --port: '70000' is not a TCP port from 1 to 65535", "-p", "70000");
        assertRefused("-p, --port: '0' is not a TCP port from 1 to 65535", "--port=0");
    }

    @Test
    void shouldRefuseAnAddressThatIsNone() {
        assertRefused(
                "-x, --passlist: '1.2.3' is not an IP address or network such as 10.1.2.3 or 10.1.0.0/16",
                "-x",
                "10.0.0.1,1.2.3");
        assertRefused("-b, --bind: 'localhost' is not an IP address such as 192.0.2.1", "-b", "localhost");
        assertRefused(
                "--allow: '10.0.0.0/99': the prefix length after the slash must be a whole number from 0 to 32",
                "--allow=10.0.0.0/99");
    }

    /** picocli adds the place in the list and the list's label. */
    @Test
    void shouldNameTheOptionOfAListOnce() {
        CommandRun run = CommandRun.of("status", "--all", "nohost:1");
        assertEquals(
                "intercept: --all: 'nohost:1' is no PORT or ADDRESS:PORT such as 9099, 10.0.0.1:9099 or [::1]:9099;"
                        + " try 'intercept status --help'\n",
                run.err());
    }

    @Test
    void shouldRefuseAnEmptyList() {
        assertRefused("-x, --passlist: ',' names no address", "-x", ",");
    }

    @Test
    void shouldRefuseIpv6InThePassList() {
        assertRefused(
                "-x, --passlist: '2001:db8::1' is IPv6, and tcpcopy's responses are IPv4 only", "-x", "2001:db8::1");
    }

    @Test
    void shouldRefuseATranslationThatIsNoPair() {
        assertRefused(
                "-D, --translate: '10.1.2.3' is not a pair of IPv4 addresses such as 172.17.0.2-10.1.2.3: the one in"
                        + " the answers, a hyphen, the one tcpcopy knows",
                "-D",
                "172.17.0.2-10.1.2.4,10.1.2.3");
    }

    @Test
    void shouldRefusePairsOfAddressesThatContradictEachOther() {
        assertRefused(
                "-D, --translate: 172.17.0.2-10.1.2.4 and 172.17.0.2-10.1.2.5 contradict each other: give each address"
                        + " one pair",
                "-D",
                "172.17.0.2-10.1.2.4,172.17.0.2-10.1.2.5");
    }

    @Test
    void shouldRefuseANiceValueOrAMeansThatThereIsNot() {
        assertRefused("--nice: '20' is not a nice value from -20 to 19", "--nice=20");
        assertRefused("--quickack: 'socket' is not one of route, off", "--quickack=socket");
    }

    @Test
    void shouldRefuseATimeThatIsNoNumber() {
        assertRefused("-t, --timeout: 'abc' is not a number of seconds from 1 to 604800", "-t", "abc");
        assertRefused("-t, --timeout: '0' is not a number of seconds from 1 to 604800", "-t", "0");
    }

    @Test
    void shouldRefuseTimesOfKeepaliveThatAreNone() {
        for (String times : new String[] {"0", "60/20", "60/20/0", "60/20/128", "32768", "1m"}) {
            assertRefused(
                    "--keepalive: '" + times
                            + "' is not off, nor seconds such as 60, nor 60/20/3: silence before the first"
                            + " probe, seconds between probes (both 1 to 32767), and probes (1 to 127)",
                    "--keepalive=" + times);
        }
    }

    @Test
    void shouldRefuseSizesAndCountsOutOfRange() {
        assertRefused("-s, --table-size: '-1' is not a number from 1 to 8388608", "-s=-1");
        assertRefused("--tunnel-buffer: '4X' is not a size from 16K to 1G", "--tunnel-buffer", "4X");
        assertRefused("--tunnel-buffer: '1K' is not a size from 16K to 1G", "--tunnel-buffer", "1K");
        assertRefused("--tunnel-buffer: '9999999999G' is not a size from 16K to 1G", "--tunnel-buffer", "9999999999G");
    }

    @Test
    void shouldRefuseAWordThatIsNotAmongTheChoices() {
        assertRefused("--combined: 'maybe' is not one of auto, on, off", "--combined=maybe");
        assertRefused("--log-level: 'loud' is not one of error, warn, info, debug, trace", "--log-level", "loud");
        assertRefused("--generation: '7' is not one of 0.6, 0.7, 0.8, 0.9, 3, 4, 5, 1.x", "--generation=7");
    }

    @Test
    void shouldRefuseAnUnknownOptionAndSuggestWhatWasMeant() {
        assertRefused("unknown option '--bakend=x', did you mean --backend?", "--bakend=x");
        assertRefused("unknown option '-z'", "-z");
        assertRefused("unknown option '--prot', did you mean --port?", "--prot", "4000");
        assertRefused("unknown option '--quuee=3', did you mean --queue?", "--quuee=3");
        assertRefused("unknown option '--nothing-like-it'", "--nothing-like-it");
    }

    @Test
    void shouldSuggestTheCommandThatWasMeant() {
        assertRefused("unknown command 'statsu', did you mean status?", "statsu");
        assertRefused("unknown command 'chek', did you mean check?", "-p", "4000", "chek");
    }

    @Test
    void shouldSayThatAValueWithBlanksNeedsQuotes() {
        for (String[] line : new String[][] {
            {"-F", "tcp", "and", "src", "port", "80", "-d"}, {"-F=tcp", "and", "src", "port", "80", "-d"}
        }) {
            assertRefused(
                    "unexpected argument 'and' behind the value of -F: put a value with blanks in quotes, -F 'tcp and src"
                            + " port 80'",
                    line);
        }
        assertRefused(
                "unexpected argument 'log' behind the value of --log: put a value with blanks in quotes, --log 'my log'",
                "--log",
                "my",
                "log");
    }

    @Test
    void shouldNameTheDirectoryOfPluginsThatIsNotThere() {
        assertRefused(
                "--plugin-path: '/nope' is not there; name the directory that has the jars", "--plugin-path=/nope");
        assertRefused(
                "--plugin-path: '/etc/passwd' is no directory; name the directory that has the jars",
                "--list-backends",
                "--plugin-path=/etc/passwd");
    }

    @Test
    void shouldRefuseBitsBehindAPrefix() {
        for (String option : new String[] {"--allow", "-x"}) {
            assertRefused(
                    (option.equals("-x") ? "-x, --passlist" : option)
                            + ": '10.0.0.1/8' has bits set behind its prefix: say 10.0.0.0/8 for the network, or 10.0.0.1"
                            + " for the one address",
                    option,
                    "10.0.0.1/8");
        }
    }

    @Test
    void shouldRefuseAnOptionWithoutItsValue() {
        assertRefused("-p, --port needs a value, PORT", "-p");
        assertRefused("-P, --pidfile needs a value, FILE", "-d", "-P");
    }

    @Test
    void shouldRefuseAnArgumentThatIsNoOption() {
        assertRefused("unexpected argument 'eth0'", "eth0");
    }

    @Test
    void shouldRefuseAnArgumentFileThatCannotBeRead() {
        assertRefused("the argument file '/nowhere/args' cannot be read", "@/nowhere/args");
    }

    @Test
    void shouldRefuseAPidFileWithoutDaemon() {
        assertRefused("-P, --pidfile goes with -d only: add -d, or leave -P out", "-P", "/run/intercept.pid");
    }

    @Test
    void shouldRefuseAnOptionOfABackendThatIsNotTheChosenOne() {
        assertRefused(
                "--upper-lane is an option of upper, not of lower: leave it out, or use --backend=upper",
                "--backend=lower",
                "--upper-lane=3");
    }

    @Test
    void shouldRefuseOptionsThatNoBackendHasTogether() {
        assertRefused(
                "no backend has all of these options: --lower-lane of lower, --upper-lane of upper; leave out those of"
                        + " one backend",
                "--lower-lane=1",
                "--upper-lane=3");
    }
}
