package dev.intercept.selftest;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Sends the requests of one connection one after the other, each when the answer before it is complete. One thread. */
final class HttpConversation implements TcpClient.User {

    private final List<HttpExchange> exchanges;
    private final AnswerSizes sizes;
    private @Nullable TcpClient tcp;
    private int answered;
    private long answerEndBytes;
    private boolean ended;
    private String trouble = "";

    HttpConversation(List<HttpExchange> exchanges, AnswerSizes sizes) {
        this.exchanges = List.copyOf(exchanges);
        this.sizes = sizes;
    }

    /** Over this connection, which the caller opens. */
    void speakOver(TcpClient connection) {
        tcp = connection;
    }

    private TcpClient tcp() {
        return Objects.requireNonNull(tcp, "speakOver() comes first");
    }

    /** Complete answers so far. */
    int answered() {
        return answered;
    }

    /** Whether the connection has ended, well or not. */
    boolean hasEnded() {
        return ended;
    }

    /** What went wrong; empty when nothing did. */
    Optional<String> trouble() {
        return trouble.isEmpty() ? Optional.empty() : Optional.of(trouble);
    }

    @Override
    public void established(long nowNs) {
        sendNext(nowNs);
    }

    private void sendNext(long nowNs) {
        HttpExchange next = exchanges.get(answered);
        answerEndBytes += sizes.answerBytes(next);
        tcp().send(next.request(), nowNs);
    }

    @Override
    public void received(long totalBytes, long nowNs) {
        if (totalBytes > answerEndBytes) {
            blame("the target sent " + totalBytes + " bytes where " + answerEndBytes + " were expected");
            tcp().close(nowNs);
        } else if (totalBytes == answerEndBytes) {
            answered++;
            goOn(nowNs);
        }
    }

    /** The server closes first when it was asked to; otherwise this side closes after the last answer. */
    private void goOn(long nowNs) {
        if (answered < exchanges.size()) {
            sendNext(nowNs);
        } else if (!exchanges.get(answered - 1).closes()) {
            tcp().close(nowNs);
        }
    }

    @Override
    public void peerClosed(long nowNs) {
        if (answered < exchanges.size()) {
            blame("the target closed the connection before its answer was complete");
        }
        tcp().close(nowNs);
    }

    @Override
    public void ended() {
        if (tcp().state() == TcpClient.State.RESET) {
            blame("the target reset the connection");
        } else if (tcp().state() == TcpClient.State.GAVE_UP) {
            blame("no answer came back after " + TcpClient.MAX_TRIES + " transmissions");
        }
        ended = true;
    }

    private void blame(String what) {
        if (trouble.isEmpty()) {
            trouble = what + " (answer " + Math.min(answered + 1, exchanges.size()) + " of " + exchanges.size() + ")";
        }
    }
}
