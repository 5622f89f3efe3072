package dev.intercept.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.ExitCode;
import dev.intercept.StartException;
import org.junit.jupiter.api.Test;

class AccountTest {

    @Test
    void shouldKnowTheIdsOfAUser() throws StartException {
        Account root = Account.named("root");
        assertEquals(0, root.userId());
        assertEquals(0, root.groupId());
        assertTrue(root.groupIds().contains(0));
        assertEquals(65534, Account.named("nobody").userId());
    }

    @Test
    void shouldKnowTheUserOfThisProcess() {
        assertEquals("root", Account.current().orElseThrow().name());
    }

    @Test
    void shouldSayHowToCreateAUserThatIsNotThere() {
        StartException e = assertThrows(StartException.class, () -> Account.named("nobody-at-all"));
        assertEquals(ExitCode.USAGE, e.exitCode());
        assertTrue(e.getMessage().startsWith("--user nobody-at-all: there is no such user ("), e.getMessage());
        assertTrue(e.getMessage().endsWith("; create one with: useradd --system nobody-at-all"), e.getMessage());
    }

    @Test
    void shouldNotTakeAnOptionForAName() {
        StartException e = assertThrows(StartException.class, () -> Account.named("--help"));
        assertEquals(ExitCode.USAGE, e.exitCode());
    }
}
